-- 已发放的稳岗返还 · Refunds for the data year that a unit has received and not sent back
--
-- Grain    one row per unit_id with a payment for the data year

select
    payments.unit_id,
    sum(payments.amount_yuan) as already_paid_yuan
from stg_refund_payments as payments
cross join run_calendar
where
    payments.data_year = run_calendar.data_year
    and (payments.paid_on is null or payments.paid_on <= run_calendar.as_of)
    and (payments.returned_on is null or payments.returned_on > run_calendar.as_of)
group by payments.unit_id
