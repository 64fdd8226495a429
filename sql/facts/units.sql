-- 参保单位 · Every insured unit once, with the row that stands and the bureau that gets its lists
--
-- Rule     the later row by file name, then line, stands; an unknown division and a unit that
--          only the payroll knows belong to the region (归属不明)
-- Grain    one row per unit_id of insured_units or of the payroll
-- Unknown  everything but unit_id of a unit that only the payroll knows

with

ranked as (

    select
        rows_given.unit_id,
        rows_given.file_name,
        rows_given.line_number,
        row_number() over (
            partition by rows_given.unit_id
            order by rows_given.file_name desc, rows_given.line_number desc
        ) as position
    from stg_insured_units as rows_given

),

standing as (

    select
        rows_given.unit_id,
        rows_given.uscc,
        rows_given.org_code,
        rows_given.division_code,
        rows_given.unit_name,
        rows_given.code_system,
        rows_given.unit_type_code,
        rows_given.economic_type_code,
        rows_given.industry_code,
        rows_given.unit_status,
        rows_given.unit_change_code,
        rows_given.size_class,
        rows_given.bank_name,
        rows_given.bank_account,
        rows_given.contact_name,
        rows_given.contact_phone,
        rows_given.employees,
        rows_given.revenue_10k,
        rows_given.assets_10k,
        rows_given.insured_from,
        rows_given.is_labour_dispatch
    from stg_insured_units as rows_given
    inner join ranked
        on rows_given.unit_id = ranked.unit_id
        and rows_given.file_name = ranked.file_name
        and rows_given.line_number = ranked.line_number
    where ranked.position = 1

),

subjects as (

    select unit_id from stg_insured_units
    union
    select unit_id from unit_months

)

select
    subjects.unit_id,
    standing.uscc,
    standing.org_code,
    coalesce(divisions.bureau_code, '150000') as bureau_code,
    standing.division_code,
    divisions.division_name,
    standing.unit_name,
    unit_names.normalised_name,
    standing.code_system,
    standing.unit_type_code,
    standing.economic_type_code,
    standing.industry_code,
    industries.section as industry_section,
    standing.unit_status,
    standing.unit_change_code,
    standing.size_class as delivered_size_class,
    standing.bank_name,
    standing.bank_account,
    standing.contact_name,
    standing.contact_phone,
    standing.employees,
    standing.revenue_10k,
    standing.assets_10k,
    standing.insured_from,
    coalesce(unit_codes.is_valid_uscc, false) as is_valid_uscc,
    standing.is_labour_dispatch,
    standing.unit_id is not null as is_in_insured_units,
    divisions.bureau_code is not null as is_known_division,
    coalesce(unit_conflicts.is_in_conflict, false) as is_in_conflict
from subjects
left join standing on subjects.unit_id = standing.unit_id
left join division_bureaus as divisions on standing.division_code = divisions.division_code
left join unit_names on standing.unit_name = unit_names.unit_name
left join unit_codes on standing.uscc = unit_codes.uscc
left join ref_industries as industries
    on industries.industry_code
    = case
        when regexp_matches(standing.industry_code, '^[0-9]') then substr(standing.industry_code, 1, 2)
        else standing.industry_code
    end
left join unit_conflicts on subjects.unit_id = unit_conflicts.unit_id
