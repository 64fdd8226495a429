-- 多笔缴费月 · Months of a person at a unit with more than one payroll row, put together
--
-- Rule     rules of counting: instalments add up, the dues count once; back payments, refunds,
--          contradictions
-- Grain    one row per unit_id, person_id and period with more than one row seen
-- Unknown  is_contradictory marks unequal rows of one key with different wage bases or dues:
--          their money is not used by unit_months

with

rows_of_years as (

    select
        rows_seen.unit_id,
        rows_seen.person_id,
        rows_seen.payment_kind,
        rows_seen.period,
        rows_seen.wage_base,
        rows_seen.unit_due,
        rows_seen.person_due,
        rows_seen.due,
        rows_seen.paid,
        rows_seen.settled,
        rows_seen.is_deferred,
        rows_seen.is_regular,
        rows_seen.has_due,
        rows_seen.has_payment,
        rows_seen.has_amount
    from payroll_seen as rows_seen
    inner join repeated_payroll_years
        on rows_seen.unit_id = repeated_payroll_years.unit_id
        and rows_seen.person_id = repeated_payroll_years.person_id
        and cast(floor((rows_seen.period - 1) / 12) as integer) = repeated_payroll_years.payroll_year

),

-- key of the contract: person × unit × period × kind; instalments add up, the dues count once
entries as (

    select
        unit_id,
        person_id,
        payment_kind,
        period,
        max(wage_base) as wage_base,
        max(due) as due,
        sum(paid) as paid,
        sum(case when settled = 1 then 1 else 0 end) as settled_rows,
        sum(case when settled = 0 then 1 else 0 end) as unsettled_rows,
        count(*) as payroll_rows,
        max(is_deferred) as is_deferred,
        max(is_regular) as is_regular,
        max(has_due) as has_due,
        max(has_payment) as has_payment,
        max(has_amount) as has_amount,
        case
            when min(wage_base) <> max(wage_base) then true
            when min(unit_due) <> max(unit_due) then true
            when min(person_due) <> max(person_due) then true
            when count(wage_base) not in (0, count(*)) then true
            when count(unit_due) not in (0, count(*)) then true
            when count(person_due) not in (0, count(*)) then true
            else false
        end as is_contradictory
    from rows_of_years
    group by unit_id, person_id, payment_kind, period

),

months as (

    select
        unit_id,
        person_id,
        period,
        max(case when payment_kind not in ('11', '18') then wage_base end) as wage_base,
        -- a back payment repeats the due that it settles: the largest counts, less what was refunded
        coalesce(max(case when payment_kind <> '18' then due end), 0)
        - coalesce(
            sum(
                case
                    when payment_kind = '18' and has_due then due
                    when payment_kind = '18' then -paid
                end
            ),
            0
        ) as due_yuan,
        sum(paid) as paid_yuan,
        sum(case when payment_kind = '18' then -paid else 0 end) as refunded_yuan,
        sum(settled_rows) as settled_rows,
        sum(unsettled_rows) as unsettled_rows,
        sum(payroll_rows) as payroll_rows,
        max(has_due and payment_kind <> '18') as has_due,
        max(has_amount and payment_kind not in ('11', '18')) as has_amount,
        max(is_deferred and payment_kind <> '18') as is_deferred,
        max(has_payment and payment_kind <> '18') as has_payment,
        max(is_regular) as has_regular_row,
        max(is_contradictory) as is_contradictory
    from entries
    group by unit_id, person_id, period
    having sum(payroll_rows) > 1

)

select
    unit_id,
    person_id,
    cast(period as integer) as period,
    cast(payroll_rows as bigint) as payroll_rows,
    cast(settled_rows as bigint) as settled_rows,
    cast(unsettled_rows as bigint) as unsettled_rows,
    cast(wage_base as decimal(18, 4)) as wage_base,
    cast(due_yuan as decimal(38, 4)) as due_yuan,
    cast(paid_yuan as decimal(38, 4)) as paid_yuan,
    has_due,
    has_regular_row,
    is_deferred,
    is_contradictory,
    -- refunds that bring what was paid for the month to 0 or less undo the insured month
    has_amount and (is_contradictory or not (refunded_yuan > 0 and paid_yuan <= 0)) as is_insured,
    paid_yuan > 0 or is_deferred or (is_contradictory and has_payment) as is_paid
from months
