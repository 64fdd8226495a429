-- 人员比对库 · Person registers, as delivered
--
-- Rule     registers by their canonical names; listed_to is the last day listed
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    register,
    person_id,
    problem_column,
    problem_reason,
    listed_from,
    listed_to
from raw_person_registers
