-- 个人单位缴费月 · What the payroll shows of a person at a unit in a month
--
-- Rule     a month with one payroll row is what the row says; repeated_payroll_months tells the
--          others: insured, paid, dues, refunds, contradictions
-- Grain    one row per unit_id, person_id and period
-- Unknown  is_contradictory marks months whose money is not used by unit_months

select
    unit_id,
    person_id,
    period,
    payroll_rows,
    settled_rows,
    unsettled_rows,
    wage_base,
    due_yuan,
    paid_yuan,
    has_due,
    has_regular_row,
    is_deferred,
    is_contradictory,
    is_insured,
    is_paid
from repeated_payroll_months

union all

select
    rows_seen.unit_id,
    rows_seen.person_id,
    cast(rows_seen.period as integer) as period,
    cast(1 as bigint) as payroll_rows,
    cast(case when rows_seen.settled = 1 then 1 else 0 end as bigint) as settled_rows,
    cast(case when rows_seen.settled = 0 then 1 else 0 end as bigint) as unsettled_rows,
    case when rows_seen.payment_kind not in ('11', '18') then rows_seen.wage_base end as wage_base,
    case
        when rows_seen.payment_kind <> '18' then rows_seen.due
        when rows_seen.has_due then -rows_seen.due
        else rows_seen.paid
    end as due_yuan,
    rows_seen.paid as paid_yuan,
    rows_seen.has_due and rows_seen.payment_kind <> '18' as has_due,
    rows_seen.is_regular as has_regular_row,
    rows_seen.is_deferred and rows_seen.payment_kind <> '18' as is_deferred,
    false as is_contradictory,
    rows_seen.has_amount and rows_seen.payment_kind not in ('11', '18') as is_insured,
    rows_seen.payment_kind <> '18' and (rows_seen.paid > 0 or rows_seen.is_deferred) as is_paid
from payroll_seen as rows_seen
left join repeated_payroll_months as repeated
    on rows_seen.unit_id = repeated.unit_id
    and rows_seen.person_id = repeated.person_id
    and rows_seen.period = repeated.period
where repeated.unit_id is null
