-- 多笔缴费年 · Years in which a person has more payroll rows at a unit than months
--
-- Rule     nearly every month is a single row, which says everything by itself; where there are
--          more, they are put together by repeated_payroll_months
-- Grain    one row per unit_id, person_id and payroll_year with a month of more than one row seen

select
    unit_id,
    person_id,
    cast(floor((period - 1) / 12) as integer) as payroll_year
from payroll_seen
group by unit_id, person_id, cast(floor((period - 1) / 12) as integer)
having count(*) > bit_count(bit_or(1 << (period % 12)))
