-- 单位月核对 · Heads of a month against the payroll rows behind them
--
-- Grain    one row per period

with

persons as (

    select
        delivered_months.period,
        count(
            case
                when
                    (years.insured_months & (1 << (delivered_months.period - years.payroll_year * 12 - 1)))
                    <> 0
                    then 1
            end
        ) as insured_persons
    from delivered_months
    inner join person_unit_years as years
        on cast(floor((delivered_months.period - 1) / 12) as integer) = years.payroll_year
    group by delivered_months.period

),

heads as (

    select
        period,
        count(*) as units,
        sum(insured_heads) as insured_heads,
        sum(payroll_rows) as payroll_rows,
        count(case when is_contradictory then 1 end) as contradictory_units,
        count(case when paid_yuan < 0 then 1 end) as units_paid_below_zero
    from unit_months
    group by period

)

select
    heads.period,
    heads.units,
    cast(heads.insured_heads as bigint) as insured_heads,
    persons.insured_persons,
    cast(heads.payroll_rows as bigint) as payroll_rows,
    heads.contradictory_units,
    heads.units_paid_below_zero,
    delivered_months.is_delivered
from heads
inner join persons on heads.period = persons.period
inner join delivered_months on heads.period = delivered_months.period
