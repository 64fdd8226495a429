-- 可见缴费行 · What the day sees of each payroll row, and what the row says by itself
--
-- Rule     nothing dated after the day of the run is seen: a payment that arrives later counts as
--          unpaid, a refund that is made later has not been made yet; refunds are negative by
--          their size, whatever sign they come with
-- Grain    one row per payroll row of the day's month or before

with

visible as (

    select
        payroll.unit_id,
        payroll.person_id,
        coalesce(payroll.payment_kind, '') as payment_kind,
        payroll.period,
        payroll.wage_base,
        payroll.unit_due,
        payroll.person_due,
        case when payroll.paid_on > run_calendar.as_of then 0 else coalesce(payroll.unit_paid, 0) end
            as unit_paid,
        case when payroll.paid_on > run_calendar.as_of then 0 else coalesce(payroll.person_paid, 0) end
            as person_paid,
        coalesce(payroll.payment_status = '2', false) as is_deferred,
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

)

select
    unit_id,
    person_id,
    payment_kind,
    period,
    wage_base,
    unit_due,
    person_due,
    case
        when payment_kind = '18' then abs(coalesce(unit_due, 0)) + abs(coalesce(person_due, 0))
        else coalesce(unit_due, 0) + coalesce(person_due, 0)
    end as due,
    case
        when payment_kind = '18' then -(abs(unit_paid) + abs(person_paid))
        else unit_paid + person_paid
    end as paid,
    settled,
    is_deferred,
    payment_kind in ('', '1') as is_regular,
    unit_due is not null or person_due is not null as has_due,
    unit_paid + person_paid > 0 as has_payment,
    coalesce(
        wage_base > 0 or unit_due > 0 or person_due > 0 or unit_paid > 0 or person_paid > 0, false
    ) as has_amount
from visible
