-- 最后参保月 · A person's last insured month, and the unit of that month
--
-- Rule     over all units; of several units in that month the one with the highest wage base,
--          then the lowest unit number
-- Grain    one row per person_id that was ever insured

with

last_periods as (

    select
        person_id,
        max(period) as last_insured_period
    from person_unit_months
    where is_insured
    group by person_id

),

ranked as (

    select
        last_periods.person_id,
        months.unit_id,
        last_periods.last_insured_period,
        row_number() over (
            partition by last_periods.person_id
            order by months.wage_base desc nulls last, months.unit_id asc
        ) as position
    from last_periods
    inner join person_unit_months as months
        on last_periods.person_id = months.person_id
        and last_periods.last_insured_period = months.period
    where months.is_insured

)

select
    person_id,
    unit_id as last_unit_id,
    last_insured_period
from ranked
where position = 1
