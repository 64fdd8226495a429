-- 减员变更 · Separations, as delivered
--
-- Rule     reasons stay as delivered: code tables decide later what they mean
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    code_system,
    person_id,
    unit_id,
    reason_code,
    reason_text,
    problem_column,
    problem_reason,
    separated_on
from raw_separations
