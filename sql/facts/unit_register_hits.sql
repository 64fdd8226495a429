-- 单位比对结果 · Units that stand on a register
--
-- Rule     the same valid credit code is a hit; where one side has no valid code and the
--          normalised names are equal, a person has to look; two different valid codes are two
--          units; entries from after the day are not seen
-- Grain    one row per unit_id, register, match_kind and listed_from

with

entries as (

    select
        registers.register,
        registers.uscc,
        registers.unit_name,
        unit_names.normalised_name,
        registers.listed_from,
        registers.listed_to,
        run_calendar.as_of,
        coalesce(unit_codes.is_valid_uscc, false) as is_valid_uscc
    from stg_unit_registers as registers
    cross join run_calendar
    left join unit_codes on registers.uscc = unit_codes.uscc
    left join unit_names on registers.unit_name = unit_names.unit_name
    where registers.listed_from <= run_calendar.as_of

),

matches as (

    select
        units.unit_id,
        entries.register,
        'uscc' as match_kind,
        entries.unit_name as register_unit_name,
        entries.listed_from,
        entries.listed_to,
        entries.as_of
    from units
    inner join entries on units.uscc = entries.uscc
    where units.is_valid_uscc

    union all

    select
        units.unit_id,
        entries.register,
        'name' as match_kind,
        entries.unit_name as register_unit_name,
        entries.listed_from,
        entries.listed_to,
        entries.as_of
    from units
    inner join entries on units.normalised_name = entries.normalised_name
    where not (units.is_valid_uscc and entries.is_valid_uscc)

)

select
    unit_id,
    register,
    match_kind,
    max(register_unit_name) as register_unit_name,
    max(
        case when listed_to is null or listed_to >= as_of then 1 else 0 end
    ) = 1 as is_listed_on_day,
    listed_from
from matches
group by unit_id, register, match_kind, listed_from
