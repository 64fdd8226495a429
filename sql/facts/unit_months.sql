-- 单位缴费月 · Insured heads, dues and payments of a unit in a month
--
-- Rule     due: per person the largest due of the month, less refunds; paid: all kinds, refunds
--          negative; in full: short by no more than a fen a head, or every short person deferred
-- Grain    one row per unit_id and period with payroll rows
-- Unknown  money of a month with contradictory rows is NULL; so is is_paid_in_full, and where
--          only some rows without dues carry a status

with

sums as (

    select
        unit_id,
        period,
        count(case when is_insured then 1 end) as insured_heads,
        max(case when has_regular_row then 1 else 0 end) as has_regular_rows,
        max(case when is_contradictory then 1 else 0 end) as is_contradictory,
        max(case when has_due then 1 else 0 end) as has_dues,
        sum(due_yuan) as due_yuan,
        sum(paid_yuan) as paid_yuan,
        count(case when paid_yuan < due_yuan then 1 end) as short_persons,
        count(case when paid_yuan < due_yuan and not is_deferred then 1 end)
            as short_persons_not_deferred,
        sum(payroll_rows) as payroll_rows,
        sum(settled_rows) as settled_rows,
        sum(unsettled_rows) as unsettled_rows
    from person_unit_months
    group by unit_id, period

)

select
    unit_id,
    period,
    insured_heads,
    case when is_contradictory = 0 then due_yuan end as due_yuan,
    case when is_contradictory = 0 then paid_yuan end as paid_yuan,
    payroll_rows,
    has_regular_rows = 1 as has_regular_rows,
    is_contradictory = 1 as is_contradictory,
    case
        when is_contradictory = 1 then null
        when has_dues = 1
            then
                paid_yuan >= due_yuan - 0.01 * insured_heads
                or (short_persons > 0 and short_persons_not_deferred = 0)
        when settled_rows + unsettled_rows = 0 then paid_yuan > 0
        when unsettled_rows > 0 then false
        when settled_rows = payroll_rows then true
    end as is_paid_in_full
from sums
