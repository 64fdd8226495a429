-- 稳岗返还发放 · Refund payments, as delivered
--
-- Rule     taken as delivered
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    unit_id,
    batch,
    problem_column,
    problem_reason,
    data_year,
    amount_yuan,
    paid_on,
    returned_on
from raw_refund_payments
