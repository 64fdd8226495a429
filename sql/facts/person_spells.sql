-- 失业判断的事实 · What speaks for and against a person's being out of work
--
-- Rule     his record is the last separation at the unit of his last insured month (L) that is not
--          void, if it lies in L or later, or in L−1; an older one does not belong to this spell.
--          The unit's later regular rows, its closing, or its silence tell whether absence from
--          the payroll means anything. `former_…` is the last record at any unit that an insured
--          month follows, for those who are insured again
-- Grain    one row per person_id that was ever insured
-- Unknown  record_… is NULL without a record of this spell

with

delivered as (

    select
        period,
        row_number() over (order by period desc) as position
    from delivered_months
    where is_delivered

),

last_delivered as (

    select
        max(period) as last_delivered_period,
        min(period) as last_but_one_delivered_period
    from delivered
    where position <= 2

),

unit_files as (

    select
        unit_months.unit_id,
        max(case when unit_months.has_regular_rows then unit_months.period end) as last_filed_period,
        sum(
            case
                when unit_months.period = last_delivered.last_delivered_period
                    or unit_months.period = last_delivered.last_but_one_delivered_period
                    then unit_months.insured_heads
                else 0
            end
        ) as recent_heads
    from unit_months
    cross join last_delivered
    group by unit_months.unit_id

),

closed_by_register as (

    select distinct unit_register_hits.unit_id
    from unit_register_hits
    where
        unit_register_hits.register in ('deregistered', 'revoked')
        and unit_register_hits.match_kind = 'uscc'
        and unit_register_hits.is_listed_on_day

),

former_records as (

    select
        records.person_id,
        records.unit_id,
        records.reason_class,
        records.separated_period,
        records.separated_on,
        row_number() over (
            partition by records.person_id
            order by
                records.separated_on desc,
                records.gravity asc,
                records.reason_code asc nulls last,
                records.unit_id asc
        ) as position
    from separation_records as records
    inner join person_last_months
        on records.person_id = person_last_months.person_id
        and records.separated_period < person_last_months.last_insured_period
    where not records.is_void

)

select
    spells.person_id,
    spells.last_unit_id,
    spells.last_insured_period,
    last_delivered.last_delivered_period,
    case when own.separated_period >= spells.last_insured_period - 1 then own.reason_class end
        as record_reason_class,
    case when own.separated_period >= spells.last_insured_period - 1 then own.separated_period end
        as record_period,
    former_records.unit_id as former_record_unit_id,
    former_records.reason_class as former_reason_class,
    former_records.separated_period as former_record_period,
    coalesce(unit_files.last_filed_period > spells.last_insured_period, false) as has_unit_filed_later,
    (coalesce(units.unit_status, '') = '3' or closed_by_register.unit_id is not null)
    and coalesce(unit_files.recent_heads, 0) = 0 as is_unit_closed,
    coalesce(
        unit_set_aside.has_payroll_of_unreadable_month
        or unit_set_aside.last_payroll_period > spells.last_insured_period,
        false
    ) as has_unit_rows_set_aside,
    coalesce(own.separated_period < spells.last_insured_period - 1, false) as has_older_record,
    case when own.separated_period >= spells.last_insured_period - 1 then own.separated_on end
        as record_on,
    former_records.separated_on as former_record_on
from person_last_months as spells
cross join last_delivered
left join units on spells.last_unit_id = units.unit_id
left join unit_files on spells.last_unit_id = unit_files.unit_id
left join closed_by_register on spells.last_unit_id = closed_by_register.unit_id
left join unit_set_aside on spells.last_unit_id = unit_set_aside.unit_id
left join separation_records as own
    on spells.person_id = own.person_id
    and spells.last_unit_id = own.unit_id
    and own.position = 1
    and not own.is_void
left join former_records
    on spells.person_id = former_records.person_id and former_records.position = 1
