-- 失业待遇核定 · Benefit grants, as delivered
--
-- Rule     kinds as codes: 11 失业保险金, 21 一次性生活补助, 31 失业补助金
-- Grain    one row per data row of a file
-- Unknown  an empty cell and a column that was not delivered are NULL; problem_reason says why a row is set aside

select
    file_name,
    line_number,
    person_id,
    unit_id,
    benefit_kind,
    problem_column,
    problem_reason,
    granted_months,
    used_months,
    first_paid_period,
    is_lump_sum,
    unemployed_on,
    registered_on,
    ended_on
from raw_benefit_grants
