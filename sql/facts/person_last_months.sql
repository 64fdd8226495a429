-- 最后参保月 · A person's last insured month, and the unit of that month
--
-- Rule     over all units; of several units in that month the one with the highest wage base,
--          then the lowest unit number
-- Grain    one row per person_id that was ever insured

with

last_periods as (

    select
        person_id,
        max(last_insured_period) as last_insured_period
    from person_unit_years
    group by person_id

),

last_units as (

    select
        last_periods.person_id,
        last_periods.last_insured_period,
        years.unit_id,
        count(*) over (partition by last_periods.person_id) as units
    from last_periods
    inner join person_unit_years as years
        on last_periods.person_id = years.person_id
        and last_periods.last_insured_period = years.last_insured_period

),

-- only between several units does the wage base decide
ranked as (

    select
        last_units.person_id,
        last_units.unit_id,
        last_units.last_insured_period,
        row_number() over (
            partition by last_units.person_id
            order by months.wage_base desc nulls last, last_units.unit_id asc
        ) as position
    from last_units
    inner join person_unit_months as months
        on last_units.unit_id = months.unit_id
        and last_units.person_id = months.person_id
        and last_units.last_insured_period = months.period
    where last_units.units > 1

)

select
    person_id,
    unit_id as last_unit_id,
    last_insured_period
from last_units
where units = 1

union all

select
    person_id,
    unit_id as last_unit_id,
    last_insured_period
from ranked
where position = 1
