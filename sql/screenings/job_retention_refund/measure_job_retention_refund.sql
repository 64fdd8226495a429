-- 稳岗返还核对 · What must balance between facts, decisions and lists
--
-- Grain    one row per bureau_code

with

delivered as (

    select
        unit_id,
        bureau_code,
        'eligible' as outcome,
        amount_yuan
    from "list_稳岗返还_可直接发放"
    union all
    select
        unit_id,
        bureau_code,
        'eligible' as outcome,
        amount_yuan
    from "list_稳岗返还_信息缺失"
    union all
    select
        unit_id,
        bureau_code,
        'cannot_tell' as outcome,
        amount_yuan
    from "list_稳岗返还_待核"
    union all
    select
        unit_id,
        bureau_code,
        'not_eligible' as outcome,
        cast(null as decimal(18, 2)) as amount_yuan
    from "list_稳岗返还_补缴后可享受"
    union all
    select
        unit_id,
        bureau_code,
        'not_eligible' as outcome,
        cast(null as decimal(18, 2)) as amount_yuan
    from "list_稳岗返还_不符合"

),

-- a unit whose row on the lists is not of its outcome, or that has none or several
misplaced as (

    select
        decisions.bureau_code,
        decisions.unit_id
    from job_retention_refund_units as decisions
    left join delivered
        on decisions.unit_id = delivered.unit_id
        and decisions.bureau_code = delivered.bureau_code
        and decisions.outcome = delivered.outcome
    group by decisions.bureau_code, decisions.unit_id
    having count(delivered.unit_id) <> 1

),

conditions as (

    select
        decisions.unit_id,
        decisions.bureau_code,
        decisions.outcome,
        decisions.refund_amount_yuan,
        decisions.paid_for_year,
        decisions.refund_share,
        decisions.already_paid_yuan,
        case when not decisions.is_covered_type then 1 else 0 end
        + case when not decisions.is_in_operation then 1 else 0 end
        + case when not decisions.is_not_dishonest then 1 else 0 end
        + case when not decisions.is_not_zombie then 1 else 0 end
        + case when not decisions.has_no_environmental_penalty then 1 else 0 end
        + case when not decisions.has_paid_in_full then 1 else 0 end
        + case when not decisions.is_within_layoff_limit then 1 else 0 end
        + case when not decisions.is_not_restructured then 1 else 0 end
        + case when not decisions.is_not_labour_dispatch then 1 else 0 end
        + case when not decisions.has_whole_data then 1 else 0 end
        + case when not decisions.is_not_paid_yet then 1 else 0 end as false_conditions,
        case when decisions.is_covered_type is null then 1 else 0 end
        + case when decisions.is_in_operation is null then 1 else 0 end
        + case when decisions.is_not_dishonest is null then 1 else 0 end
        + case when decisions.is_not_zombie is null then 1 else 0 end
        + case when decisions.has_no_environmental_penalty is null then 1 else 0 end
        + case when decisions.has_paid_in_full is null then 1 else 0 end
        + case when decisions.is_within_layoff_limit is null then 1 else 0 end
        + case when decisions.is_not_restructured is null then 1 else 0 end
        + case when decisions.is_not_labour_dispatch is null then 1 else 0 end
        + case when decisions.has_whole_data is null then 1 else 0 end
        + case when decisions.is_not_paid_yet is null then 1 else 0 end as unknown_conditions
    from job_retention_refund_units as decisions

),

decided as (

    select
        bureau_code,
        count(*) as decision_rows,
        count(distinct unit_id) as units_decided,
        sum(case when outcome = 'eligible' then refund_amount_yuan end) as eligible_amount_yuan,
        sum(case when outcome = 'cannot_tell' then refund_amount_yuan end) as cannot_tell_amount_yuan,
        count(
            case
                when outcome <> case
                        when false_conditions > 0 then 'not_eligible'
                        when unknown_conditions > 0 then 'cannot_tell'
                        else 'eligible'
                    end
                    then 1
            end
        ) as outcomes_not_following,
        count(case when outcome = 'eligible' and unknown_conditions > 0 then 1 end) as eligible_with_unknown,
        -- off by more than half a fen
        count(
            case
                when abs(
                        refund_amount_yuan + already_paid_yuan
                        - cast(paid_for_year as decimal(28, 4)) * cast(refund_share as decimal(9, 6))
                    ) > 0.005
                    then 1
            end
        ) as amounts_not_recomputed
    from conditions
    group by bureau_code

),

listed as (

    select
        bureau_code,
        count(*) as listed_rows,
        sum(case when outcome = 'eligible' then amount_yuan end) as listed_eligible_amount_yuan,
        sum(case when outcome = 'cannot_tell' then amount_yuan end) as listed_cannot_tell_amount_yuan
    from delivered
    group by bureau_code

),

facts as (

    select
        bureau_code,
        count(*) as units
    from unit_facts
    group by bureau_code

),

misplaced_counts as (

    select
        bureau_code,
        count(*) as units_misplaced
    from misplaced
    group by bureau_code

),

accounts as (

    select
        listed.bureau_code,
        count(
            case
                when facts.units_of_account > 1
                    and strpos(coalesce(listed.remarks, ''), cast(facts.units_of_account as varchar)) = 0
                    then 1
            end
        ) as accounts_without_remark
    from job_retention_refund_listed as listed
    inner join unit_facts as facts on listed.unit_id = facts.unit_id
    group by listed.bureau_code

)

select
    bureaus.bureau_code,
    coalesce(facts.units, 0) as units,
    coalesce(decided.decision_rows, 0) as decision_rows,
    coalesce(decided.units_decided, 0) as units_decided,
    coalesce(listed.listed_rows, 0) as listed_rows,
    coalesce(misplaced_counts.units_misplaced, 0) as units_misplaced,
    coalesce(decided.outcomes_not_following, 0) as outcomes_not_following,
    coalesce(decided.eligible_with_unknown, 0) as eligible_with_unknown,
    coalesce(decided.amounts_not_recomputed, 0) as amounts_not_recomputed,
    coalesce(accounts.accounts_without_remark, 0) as accounts_without_remark,
    coalesce(decided.eligible_amount_yuan, 0) as eligible_amount_yuan,
    coalesce(listed.listed_eligible_amount_yuan, 0) as listed_eligible_amount_yuan,
    coalesce(decided.cannot_tell_amount_yuan, 0) as cannot_tell_amount_yuan,
    coalesce(listed.listed_cannot_tell_amount_yuan, 0) as listed_cannot_tell_amount_yuan
from ref_bureaus as bureaus
left join facts on bureaus.bureau_code = facts.bureau_code
left join decided on bureaus.bureau_code = decided.bureau_code
left join listed on bureaus.bureau_code = listed.bureau_code
left join misplaced_counts on bureaus.bureau_code = misplaced_counts.bureau_code
left join accounts on bureaus.bureau_code = accounts.bureau_code
