-- 参保单位 · Insured units, as delivered
--
-- Rule     industries as digits where there are any, else as the letter of the section
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    code_system,
    unit_id,
    uscc,
    org_code,
    unit_name,
    unit_type_code,
    economic_type_code,
    coalesce(nullif(regexp_replace(industry_code, '[^0-9]', '', 'g'), ''), industry_code) as industry_code,
    division_code,
    unit_status,
    unit_change_code,
    size_class,
    bank_name,
    bank_account,
    contact_name,
    contact_phone,
    problem_column,
    problem_reason,
    employees,
    revenue_10k,
    assets_10k,
    insured_from,
    is_labour_dispatch
from raw_insured_units
