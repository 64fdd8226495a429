-- 未知代码 · Codes that no table gives a meaning, or that systems read differently
--
-- Grain    one row per code table, system and code

select
    'unit_type_codes' as code_table,
    units.code_system,
    units.unit_type_code as code,
    count(*) as occurrences
from units
inner join unit_types on units.unit_id = unit_types.unit_id
left join ref_unit_type_codes as known
    on units.unit_type_code = known.code
    and known.unit_type is null
where
    units.unit_type_code is not null
    and unit_types.unit_type_by_code is null
    and known.code is null
group by units.code_system, units.unit_type_code

union all

select
    'change_reason_codes' as code_table,
    separations.code_system,
    separations.reason_code as code,
    count(*) as occurrences
from stg_separations as separations
inner join separation_records
    on separations.file_name = separation_records.file_name
    and separations.line_number = separation_records.line_number
where separations.reason_code is not null and separation_records.reason_class = 'unknown'
group by separations.code_system, separations.reason_code
