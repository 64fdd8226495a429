-- 失业登记 · Unemployment registrations, as delivered
--
-- Rule     taken as delivered
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    person_id,
    cancel_reason_code,
    problem_column,
    problem_reason,
    wants_work,
    registered_on,
    cancelled_on
from raw_unemployment_registrations
