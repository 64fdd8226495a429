-- 参保人员 · Insured people, as delivered
--
-- Rule     a blank number of months means 0 where the file has the column, else it is not known
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    person_id,
    person_name,
    sex_code,
    ethnic_code,
    division_code,
    phone,
    person_type_code,
    problem_column,
    problem_reason,
    paid_months_before,
    paid_months_to,
    is_rural_worker,
    file_name in (
        select delivered_columns.file_name
        from delivered_columns
        where
            delivered_columns.extract = 'insured_people'
            and delivered_columns.column_name = 'paid_months_before'
    ) as has_paid_months_column,
    birth_date
from raw_insured_people
