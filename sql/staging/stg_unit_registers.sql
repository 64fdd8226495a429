-- 单位比对库 · Unit registers, as delivered
--
-- Rule     a row names its unit by credit code or by name; listed_to is the last day listed
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    register,
    uscc,
    unit_name,
    case
        when problem_reason is null and uscc is null and unit_name is null then '单位名称'
        else problem_column
    end as problem_column,
    case
        when problem_reason is null and uscc is null and unit_name is null then 'no_name_and_code'
        else problem_reason
    end as problem_reason,
    listed_from,
    listed_to
from raw_unit_registers
