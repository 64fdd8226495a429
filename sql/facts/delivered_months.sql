-- 已交付月份 · Months whose payroll has been delivered
--
-- Rule     a month is delivered when the units with regular rows in it are at least half as many
--          as in the median month that has any rows
-- Grain    one row per period with any payroll row

with

months as (

    select
        period,
        count(case when has_regular_rows then 1 end) as units_with_regular_rows
    from unit_months
    group by period

),

ranked as (

    select
        period,
        units_with_regular_rows,
        row_number() over (order by units_with_regular_rows, period) as position,
        count(*) over () as months
    from months

),

-- of an even number of months the two in the middle: twice the median is their sum
median as (

    select sum(units_with_regular_rows) * case when count(*) = 1 then 2 else 1 end as twice_median
    from ranked
    where position * 2 in (months, months + 1, months + 2)

)

select
    months.period,
    months.units_with_regular_rows,
    months.units_with_regular_rows * 4 >= median.twice_median as is_delivered
from months
cross join median
