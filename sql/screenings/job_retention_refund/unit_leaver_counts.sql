-- 减员人数 · From who left to who was laid off
--
-- Rule     entitled: a layoff class, a full year paid, not insured elsewhere soon; possible: those
--          beyond them who may be; natural, retired or died, unsettled: for the methods that
--          subtract them. A person counts once, a settled reason before an unsettled one
-- Grain    one row per unit_id

with

settled as (

    select
        leavers.unit_id,
        leavers.person_id,
        max(
            case when leavers.reason_class in ('mixed', 'other', 'unknown', 'unrecorded') then 0 else 1 end
        ) as has_settled_reason
    from unit_leavers as leavers
    group by leavers.unit_id, leavers.person_id

),

tests as (

    select
        leavers.unit_id,
        leavers.person_id,
        leavers.reason_class,
        leavers.reason_class in ('mixed', 'other', 'unknown', 'unrecorded') as is_unsettled,
        layoff_classes.value is not null as is_layoff,
        natural_classes.value is not null as is_natural,
        leavers.paid_months >= in_force.min_paid_months as has_paid_enough,
        leavers.is_paid_months_known,
        coalesce(leavers.reinsured_in_months > in_force.leaver_reinsured_within_months, true)
            as is_not_reinsured
    from unit_leavers as leavers
    inner join settled
        on leavers.unit_id = settled.unit_id and leavers.person_id = settled.person_id
    inner join units on leavers.unit_id = units.unit_id
    left join policy_job_retention_refund as in_force on units.bureau_code = in_force.bureau_code
    left join policy_job_retention_refund_layoff_reason_classes as layoff_classes
        on units.bureau_code = layoff_classes.bureau_code
        and leavers.reason_class = layoff_classes.value
    left join policy_job_retention_refund_natural_reason_classes as natural_classes
        on units.bureau_code = natural_classes.bureau_code
        and leavers.reason_class = natural_classes.value
    where
        settled.has_settled_reason = 0
        or leavers.reason_class not in ('mixed', 'other', 'unknown', 'unrecorded')

),

persons as (

    select
        unit_id,
        person_id,
        max(case when is_layoff and has_paid_enough and is_not_reinsured then 1 else 0 end) as is_entitled,
        max(
            case
                when not is_not_reinsured then 0
                when is_layoff and not is_paid_months_known and not has_paid_enough then 1
                when is_unsettled and (has_paid_enough or not is_paid_months_known) then 1
                else 0
            end
        ) as may_be_entitled,
        max(case when is_layoff then 1 else 0 end) as is_layoff,
        max(case when is_natural then 1 else 0 end) as is_natural,
        max(case when reason_class in ('retirement', 'death') then 1 else 0 end) as is_retired_or_died,
        max(case when is_unsettled then 1 else 0 end) as is_unsettled
    from tests
    group by unit_id, person_id

),

counts as (

    select
        unit_id,
        sum(is_entitled) as entitled_leavers,
        sum(case when is_entitled = 0 then may_be_entitled else 0 end) as possible_leavers,
        sum(is_layoff) as layoffs,
        sum(case when is_layoff = 0 then is_unsettled else 0 end) as possible_layoffs,
        sum(is_natural) as natural_leavers,
        sum(is_retired_or_died) as retired_or_died,
        sum(is_unsettled) as unsettled_leavers
    from persons
    group by unit_id

)

select
    units.unit_id,
    cast(coalesce(counts.entitled_leavers, 0) as bigint) as entitled_leavers,
    cast(coalesce(counts.possible_leavers, 0) as bigint) as possible_leavers,
    cast(coalesce(counts.layoffs, 0) as bigint) as layoffs,
    cast(coalesce(counts.possible_layoffs, 0) as bigint) as possible_layoffs,
    cast(coalesce(counts.natural_leavers, 0) as bigint) as natural_leavers,
    cast(coalesce(counts.retired_or_died, 0) as bigint) as retired_or_died,
    cast(coalesce(counts.unsettled_leavers, 0) as bigint) as unsettled_leavers
from units
left join counts on units.unit_id = counts.unit_id
