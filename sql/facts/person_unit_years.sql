-- 个人单位缴费年 · In which months of a year a person is insured and paid for at a unit
--
-- Rule     whole numbers hold a month in each bit, January in the lowest: so that months can be
--          counted and compared without a row for each. The wage base of the last insured month
--          decides between units of that month: an unknown one is the lowest there can be
-- Grain    one row per unit_id, person_id and payroll_year with any payroll row

select
    unit_id,
    person_id,
    cast(floor((period - 1) / 12) as integer) as payroll_year,
    max(case when is_insured then period end) as last_insured_period,
    max_by(coalesce(wage_base, -99999999999999), case when is_insured then period end)
        as last_wage_base,
    bit_or(case when is_insured then 1 << ((period - 1) % 12) else 0 end) as insured_months,
    bit_or(case when is_paid then 1 << ((period - 1) % 12) else 0 end) as paid_months
from person_unit_months
group by unit_id, person_id, cast(floor((period - 1) / 12) as integer)
