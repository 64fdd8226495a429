-- 欠费月份 · Months of the data year that a unit has not paid in full
--
-- Grain    one row per unit_id with such months

select
    months.unit_id,
    string_agg(
        cast(
            (months.period - 1 - (months.period - 1) % 12) / 12 * 100 + (months.period - 1) % 12 + 1
            as integer
        ),
        '、' order by months.period
    ) as arrears_months
from unit_months as months
cross join run_calendar
where
    months.period between run_calendar.first_period and run_calendar.last_period
    and not months.is_paid_in_full
group by months.unit_id
