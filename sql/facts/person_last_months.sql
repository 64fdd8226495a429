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

ranked as (

    select
        last_periods.person_id,
        years.unit_id,
        last_periods.last_insured_period,
        row_number() over (
            partition by last_periods.person_id
            order by years.last_wage_base desc, years.unit_id asc
        ) as position
    from last_periods
    inner join person_unit_years as years
        on last_periods.person_id = years.person_id
        and last_periods.last_insured_period = years.last_insured_period

)

select
    person_id,
    unit_id as last_unit_id,
    last_insured_period
from ranked
where position = 1
