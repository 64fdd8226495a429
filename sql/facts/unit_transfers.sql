-- 成批转移 · Persons who move together from one unit to another
--
-- Rule     of the persons insured at the unit in a month and not in the next, how many are
--          insured in the next at one and the same other unit where they were not before (the
--          largest such unit; of equal ones the lowest unit_id)
-- Grain    one row per unit_id and period from December of the year before to November with leavers

with

present as (

    select
        months.unit_id,
        months.person_id,
        months.period
    from person_unit_months as months
    cross join run_calendar
    where
        months.is_insured
        and months.period between run_calendar.first_period - 1 and run_calendar.last_period

),

leavers as (

    select
        present.unit_id,
        present.person_id,
        present.period
    from present
    cross join run_calendar
    left join present as next_month
        on present.unit_id = next_month.unit_id
        and present.person_id = next_month.person_id
        and present.period + 1 = next_month.period
    where present.period < run_calendar.last_period and next_month.person_id is null

),

leaver_counts as (

    select
        unit_id,
        period,
        count(*) as leavers
    from leavers
    group by unit_id, period

),

arrivals as (

    select
        leavers.unit_id,
        leavers.period,
        arrived.unit_id as to_unit_id,
        count(*) as transferred
    from leavers
    inner join present as arrived
        on leavers.person_id = arrived.person_id
        and leavers.period + 1 = arrived.period
        and leavers.unit_id <> arrived.unit_id
    left join present as there_before
        on leavers.person_id = there_before.person_id
        and leavers.period = there_before.period
        and arrived.unit_id = there_before.unit_id
    where there_before.person_id is null
    group by leavers.unit_id, leavers.period, arrived.unit_id

),

largest as (

    select
        unit_id,
        period,
        to_unit_id,
        transferred,
        row_number() over (partition by unit_id, period order by transferred desc, to_unit_id asc)
            as position
    from arrivals

)

select
    leaver_counts.unit_id,
    largest.to_unit_id,
    leaver_counts.period,
    leaver_counts.leavers,
    coalesce(largest.transferred, 0) as transferred
from leaver_counts
left join largest
    on leaver_counts.unit_id = largest.unit_id
    and leaver_counts.period = largest.period
    and largest.position = 1
