-- 单位年度 · A unit's data year in numbers
--
-- Rule     average heads = head_months ÷ months_insured (months with any heads); january, year
--          end and the year end before: a delivered month without rows is 0; paid_for_year by
--          period, late fees and money for other years never count
-- Grain    one row per unit_id
-- Unknown  heads of a month that was not delivered; paid_for_year when the money of one of the
--          unit's months is contradictory

with

delivered as (

    select
        max(case when delivered_months.period = run_calendar.first_period then 1 else 0 end) as january,
        max(case when delivered_months.period = run_calendar.last_period then 1 else 0 end) as year_end,
        max(case when delivered_months.period = run_calendar.first_period - 1 then 1 else 0 end)
            as prior_year_end,
        count(
            case
                when delivered_months.period between run_calendar.first_period and run_calendar.last_period
                    then 1
            end
        ) as months
    from delivered_months
    cross join run_calendar
    where delivered_months.is_delivered

),

sums as (

    select
        months.unit_id,
        sum(case when months.period >= run_calendar.first_period then months.insured_heads end)
            as head_months,
        count(
            case
                when months.period >= run_calendar.first_period and months.insured_heads > 0 then 1
            end
        ) as months_insured,
        max(case when months.period = run_calendar.first_period then months.insured_heads end)
            as january_heads,
        max(case when months.period = run_calendar.last_period then months.insured_heads end)
            as year_end_heads,
        max(case when months.period = run_calendar.first_period - 1 then months.insured_heads end)
            as prior_year_end_heads,
        count(
            case when months.period >= run_calendar.first_period and months.is_paid_in_full then 1 end
        ) as months_paid_in_full,
        count(
            case
                when months.period >= run_calendar.first_period
                    and delivered_months.is_delivered
                    and (months.is_paid_in_full or months.is_paid_in_full is null)
                    then 1
            end
        ) as delivered_months_not_short,
        count(
            case when months.period >= run_calendar.first_period and months.is_contradictory then 1 end
        ) as contradictory_months,
        sum(case when months.period >= run_calendar.first_period then months.paid_yuan end)
            as paid_for_year,
        sum(
            case
                when months.period >= run_calendar.first_period
                    and not months.is_paid_in_full
                    and months.due_yuan > months.paid_yuan
                    then months.due_yuan - months.paid_yuan
            end
        ) as arrears_yuan
    from unit_months as months
    cross join run_calendar
    left join delivered_months on months.period = delivered_months.period
    where months.period between run_calendar.first_period - 1 and run_calendar.last_period
    group by months.unit_id

)

select
    units.unit_id,
    cast(coalesce(sums.head_months, 0) as bigint) as head_months,
    coalesce(sums.months_insured, 0) as months_insured,
    case when delivered.january = 1 then coalesce(sums.january_heads, 0) end as january_heads,
    case when delivered.year_end = 1 then coalesce(sums.year_end_heads, 0) end as year_end_heads,
    case when delivered.prior_year_end = 1 then coalesce(sums.prior_year_end_heads, 0) end
        as prior_year_end_heads,
    coalesce(sums.months_paid_in_full, 0) as months_paid_in_full,
    -- delivered months of the year that are short, or without any row of the unit
    coalesce(delivered.months, 0) - coalesce(sums.delivered_months_not_short, 0) as months_not_in_full,
    case
        when coalesce(sums.contradictory_months, 0) = 0 then coalesce(sums.paid_for_year, 0)
    end as paid_for_year,
    case
        when coalesce(sums.contradictory_months, 0) = 0 then coalesce(sums.arrears_yuan, 0)
    end as arrears_yuan
from units
cross join delivered
left join sums on units.unit_id = sums.unit_id
