-- 搁置行涉及的单位 · Rows set aside that name a unit
--
-- Rule     payroll or separation rows of December before the data year to its December, or of an
--          unreadable month, leave a unit's year incomplete; a payroll row of a later month makes
--          absence from the payroll prove nothing
-- Grain    one row per unit_id that a row set aside may name

with

rows_named as (

    select distinct
        mentions.extract,
        mentions.file_name,
        mentions.line_number,
        mentions.unit_id,
        mentions.period
    from set_aside_mentions as mentions
    inner join units on mentions.unit_id = units.unit_id

)

select
    rows_named.unit_id,
    count(
        case
            when rows_named.period is null then 1
            when rows_named.period between run_calendar.first_period - 1 and run_calendar.last_period
                then 1
        end
    ) as rows_of_year,
    max(
        case
            when rows_named.extract = 'payroll'
                and rows_named.period
                <= extract(year from run_calendar.as_of) * 12 + extract(month from run_calendar.as_of)
                then rows_named.period
        end
    ) as last_payroll_period,
    max(case when rows_named.extract = 'payroll' and rows_named.period is null then 1 else 0 end) = 1
        as has_payroll_of_unreadable_month
from rows_named
cross join run_calendar
group by rows_named.unit_id
