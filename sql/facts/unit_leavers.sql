-- 减员人员 · Who left a unit in the data year, when, and how
--
-- Rule     a record of the year that is not void, a person once per unit (the latest stands, on
--          one day the gravest reason); and who was insured until some month from December of the
--          year before to November and has no record from the month before it on (unrecorded);
--          a benefit grant with unemployed_on in the month of leaving or the two after it
--          settles the reason, whatever was recorded
-- Grain    one row per unit_id and person_id; two for who is recorded and later unrecorded
-- Unknown  paid_months is a lower bound where is_paid_months_known is false;
--          reinsured_in_months is NULL for who is not insured at another unit afterwards

with

records_of_year as (

    select
        records.unit_id,
        records.person_id,
        records.separated_period as left_period,
        records.reason_class,
        row_number() over (
            partition by records.unit_id, records.person_id
            order by
                records.separated_on desc,
                records.gravity asc,
                records.reason_code asc nulls last,
                records.reason_text asc nulls last,
                records.file_name asc,
                records.line_number asc
        ) as position
    from separation_records as records
    cross join run_calendar
    where
        not records.is_void
        and records.separated_period between run_calendar.first_period and run_calendar.last_period

),

last_months as (

    select
        years.unit_id,
        years.person_id,
        max(
            case
                when years.payroll_year = run_calendar.data_year then years.last_insured_period
                when years.insured_months >> 11 = 1 then run_calendar.first_period - 1
            end
        ) as left_period
    from person_unit_years as years
    cross join run_calendar
    where years.payroll_year in (run_calendar.data_year - 1, run_calendar.data_year)
    group by years.unit_id, years.person_id

),

unrecorded as (

    select
        last_months.unit_id,
        last_months.person_id,
        last_months.left_period
    from last_months
    cross join run_calendar
    left join separation_records as records
        on last_months.unit_id = records.unit_id
        and last_months.person_id = records.person_id
        and records.separated_period >= last_months.left_period - 1
        and not records.is_void
    where
        last_months.left_period < run_calendar.last_period
        and records.person_id is null

),

leavers as (

    select
        records_of_year.unit_id,
        records_of_year.person_id,
        records_of_year.left_period,
        records_of_year.reason_class
    from records_of_year
    where records_of_year.position = 1

    union all

    select
        unrecorded.unit_id,
        unrecorded.person_id,
        unrecorded.left_period,
        'unrecorded' as reason_class
    from unrecorded

),

granted as (

    select distinct
        leavers.unit_id,
        leavers.person_id,
        leavers.left_period
    from leavers
    cross join run_calendar
    inner join stg_benefit_grants as grants
        on leavers.person_id = grants.person_id
        and (grants.unit_id is null or grants.unit_id = leavers.unit_id)
    where
        grants.benefit_kind = '11'
        and grants.unemployed_on <= run_calendar.as_of
        and extract(year from grants.unemployed_on) * 12 + extract(month from grants.unemployed_on)
        between leavers.left_period and leavers.left_period + 2

),

paid_years as (

    select
        years.person_id,
        years.payroll_year,
        bit_or(years.paid_months) as paid_months
    from person_unit_years as years
    where years.person_id in (select leavers.person_id from leavers)
    group by years.person_id, years.payroll_year

),

-- months_before and months_told: how many months of the year are not after the month of leaving,
-- and not after paid_months_to
paid_until as (

    select
        leavers.unit_id,
        leavers.person_id,
        leavers.left_period,
        paid_years.paid_months,
        least(greatest(leavers.left_period - paid_years.payroll_year * 12, 0), 12) as months_before,
        case
            when people.paid_months_to is not null
                then least(greatest(people.paid_months_to - paid_years.payroll_year * 12, 0), 12)
        end as months_told
    from leavers
    inner join paid_years on leavers.person_id = paid_years.person_id
    left join people on leavers.person_id = people.person_id

),

counted as (

    select
        unit_id,
        person_id,
        left_period,
        sum(bit_count(paid_months & ((1 << months_before) - 1))) as paid_periods,
        sum(bit_count((paid_months & ((1 << months_before) - 1)) >> months_told)) as paid_periods_after
    from paid_until
    group by unit_id, person_id, left_period

),

insured_later as (

    select
        leavers.unit_id,
        leavers.person_id,
        leavers.left_period,
        years.payroll_year,
        years.insured_months
        & ~((1 << least(greatest(leavers.left_period - years.payroll_year * 12, 0), 12)) - 1) as months_after
    from leavers
    inner join person_unit_years as years
        on leavers.person_id = years.person_id and leavers.unit_id <> years.unit_id

),

-- the zeros below the lowest bit are the months of the year before the first one
reinsured as (

    select
        unit_id,
        person_id,
        left_period,
        min(payroll_year * 12 + bit_count((months_after - 1) & ~months_after) + 1) - left_period
            as reinsured_in_months
    from insured_later
    where months_after <> 0
    group by unit_id, person_id, left_period

)

select
    leavers.unit_id,
    leavers.person_id,
    case when granted.person_id is not null then 'granted' else leavers.reason_class end as reason_class,
    leavers.reason_class as recorded_reason_class,
    leavers.left_period,
    cast(
        case
            when people.paid_months_before is null then coalesce(counted.paid_periods, 0)
            else people.paid_months_before + coalesce(counted.paid_periods_after, 0)
        end as bigint
    ) as paid_months,
    reinsured.reinsured_in_months,
    people.paid_months_before is not null as is_paid_months_known
from leavers
left join granted
    on leavers.unit_id = granted.unit_id
    and leavers.person_id = granted.person_id
    and leavers.left_period = granted.left_period
left join people on leavers.person_id = people.person_id
left join counted
    on leavers.unit_id = counted.unit_id
    and leavers.person_id = counted.person_id
    and leavers.left_period = counted.left_period
left join reinsured
    on leavers.unit_id = reinsured.unit_id
    and leavers.person_id = reinsured.person_id
    and leavers.left_period = reinsured.left_period
