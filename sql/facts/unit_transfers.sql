-- 成批转移 · Persons who move together from one unit to another
--
-- Rule     of the persons insured at the unit in a month and not in the next, how many are
--          insured in the next at one and the same other unit where they were not before (the
--          largest such unit; of equal ones the lowest unit_id)
-- Grain    one row per unit_id and period from December of the year before to November with leavers

with

-- a bit for each month: December of the year before in the lowest, then January to December
present as (

    select
        years.unit_id,
        years.person_id,
        bit_or(
            case
                when years.payroll_year = run_calendar.data_year then years.insured_months << 1
                else years.insured_months >> 11
            end
        ) as insured_months
    from person_unit_years as years
    cross join run_calendar
    where years.payroll_year in (run_calendar.data_year - 1, run_calendar.data_year)
    group by years.unit_id, years.person_id

),

moves as (

    select
        unit_id,
        person_id,
        insured_months & ~(insured_months >> 1) as left_after,
        (insured_months >> 1) & ~insured_months as arrived_after
    from present

),

leavers as (

    select
        moves.unit_id,
        moves.person_id,
        months.period,
        1 << (months.period - run_calendar.first_period + 1) as month_bit
    from moves
    cross join run_calendar
    inner join delivered_months as months
        on months.period between run_calendar.first_period - 1 and run_calendar.last_period - 1
        and (moves.left_after & (1 << (months.period - run_calendar.first_period + 1))) <> 0

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
    inner join moves as arrived
        on leavers.person_id = arrived.person_id
        and (arrived.arrived_after & leavers.month_bit) <> 0
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
