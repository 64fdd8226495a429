-- 缴费明细 · Contributions, as delivered
--
-- Rule     only unemployment insurance is in scope; a file without the column 险种 holds nothing else
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    person_id,
    unit_id,
    payment_kind,
    payment_status,
    problem_column,
    problem_reason,
    period,
    settled_period,
    wage_base,
    unit_due,
    person_due,
    unit_paid,
    person_paid,
    late_fee,
    coalesce(insurance_code <> 'unemployment', false) as is_out_of_scope,
    paid_on
from raw_payroll
