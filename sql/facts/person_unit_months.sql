-- 个人单位缴费月 · What the payroll shows of a person at a unit in a month
--
-- Rule     rules of counting: insured, paid, dues, refunds, contradictions; nothing dated after
--          the day of the run is seen (a payment that arrives later counts as unpaid)
-- Grain    one row per unit_id, person_id and period
-- Unknown  is_contradictory marks unequal rows of one key with different wage bases or dues:
--          their money is not used by unit_months

with

visible as (

    select
        payroll.unit_id,
        payroll.person_id,
        coalesce(payroll.payment_kind, '') as payment_kind,
        payroll.payment_status,
        payroll.period,
        payroll.wage_base,
        payroll.unit_due,
        payroll.person_due,
        case when payroll.paid_on > run_calendar.as_of then 0 else coalesce(payroll.unit_paid, 0) end
            as unit_paid,
        case when payroll.paid_on > run_calendar.as_of then 0 else coalesce(payroll.person_paid, 0) end
            as person_paid,
        case
            when payroll.payment_status = '2' then 1
            when payroll.payment_status = '1' and payroll.paid_on > run_calendar.as_of then 0
            when payroll.payment_status = '1' then 1
            when payroll.payment_status in ('0', '3', '4') then 0
        end as settled
    from stg_payroll as payroll
    cross join run_calendar
    where
        payroll.period
        <= extract(year from run_calendar.as_of) * 12 + extract(month from run_calendar.as_of)
        -- a refund that is made after the day has not been made yet
        and not (
            coalesce(payroll.payment_kind, '') = '18'
            and payroll.paid_on is not null
            and payroll.paid_on > run_calendar.as_of
        )

),

-- key of the contract: person × unit × period × kind; instalments add up, the dues count once
entries as (

    select
        unit_id,
        person_id,
        payment_kind,
        period,
        max(wage_base) as wage_base,
        max(
            case
                when payment_kind = '18' then abs(coalesce(unit_due, 0)) + abs(coalesce(person_due, 0))
                else coalesce(unit_due, 0) + coalesce(person_due, 0)
            end
        ) as due,
        max(case when unit_due is not null or person_due is not null then 1 else 0 end) as has_due,
        sum(
            case
                when payment_kind = '18' then -(abs(unit_paid) + abs(person_paid))
                else unit_paid + person_paid
            end
        ) as paid,
        max(case when unit_paid + person_paid > 0 then 1 else 0 end) as has_payment,
        max(
            case
                when wage_base > 0 or unit_due > 0 or person_due > 0 then 1
                when unit_paid > 0 or person_paid > 0 then 1
                else 0
            end
        ) as has_amount,
        max(case when payment_status = '2' then 1 else 0 end) as is_deferred,
        sum(case when settled = 1 then 1 else 0 end) as settled_rows,
        sum(case when settled = 0 then 1 else 0 end) as unsettled_rows,
        count(*) as payroll_rows,
        case
            when count(*) = 1 then 0
            when min(wage_base) <> max(wage_base) then 1
            when min(unit_due) <> max(unit_due) then 1
            when min(person_due) <> max(person_due) then 1
            when count(wage_base) not in (0, count(*)) then 1
            when count(unit_due) not in (0, count(*)) then 1
            when count(person_due) not in (0, count(*)) then 1
            else 0
        end as is_contradictory
    from visible
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
                    when payment_kind = '18' and has_due = 1 then due
                    when payment_kind = '18' then -paid
                end
            ),
            0
        ) as due_yuan,
        sum(paid) as paid_yuan,
        sum(case when payment_kind = '18' then -paid else 0 end) as refunded_yuan,
        max(case when payment_kind <> '18' then has_due else 0 end) as has_due,
        max(case when payment_kind not in ('11', '18') then has_amount else 0 end) as has_amount,
        max(case when payment_kind <> '18' then is_deferred else 0 end) as is_deferred,
        max(case when payment_kind <> '18' then has_payment else 0 end) as has_payment,
        max(case when payment_kind in ('', '1') then 1 else 0 end) as has_regular_row,
        sum(settled_rows) as settled_rows,
        sum(unsettled_rows) as unsettled_rows,
        sum(payroll_rows) as payroll_rows,
        max(is_contradictory) as is_contradictory
    from entries
    group by unit_id, person_id, period

)

select
    unit_id,
    person_id,
    cast(period as integer) as period,
    cast(payroll_rows as bigint) as payroll_rows,
    cast(settled_rows as bigint) as settled_rows,
    cast(unsettled_rows as bigint) as unsettled_rows,
    wage_base,
    due_yuan,
    paid_yuan,
    has_due = 1 as has_due,
    has_regular_row = 1 as has_regular_row,
    is_deferred = 1 as is_deferred,
    is_contradictory = 1 as is_contradictory,
    -- refunds that bring what was paid for the month to 0 or less undo the insured month
    has_amount = 1
    and (is_contradictory = 1 or not (refunded_yuan > 0 and paid_yuan <= 0)) as is_insured,
    paid_yuan > 0
    or is_deferred = 1
    or (is_contradictory = 1 and has_payment = 1) as is_paid
from months
