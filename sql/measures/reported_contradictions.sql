-- 数据矛盾 · What the extracts contradict themselves in, by unit, for the run's report
--
-- Grain    one row per kind and unit_id; unit_id is NULL where no unit can be named

with

found as (

    select
        'unit_number_conflict' as kind,
        unit_conflicts.unit_id
    from unit_conflicts
    where unit_conflicts.is_in_conflict

    union all

    select
        'differing_unit_rows' as kind,
        unit_conflicts.unit_id
    from unit_conflicts
    where not unit_conflicts.is_in_conflict

    union all

    select
        'contradictory_payroll' as kind,
        unit_months.unit_id
    from unit_months
    where unit_months.is_contradictory

    union all

    select
        'void_separation' as kind,
        separation_records.unit_id
    from separation_records
    where separation_records.is_void

    union all

    select
        'older_separation' as kind,
        person_spells.last_unit_id as unit_id
    from person_spells
    where person_spells.has_older_record

    union all

    select
        'grant_without_unit' as kind,
        cast(null as varchar) as unit_id
    from grants_seen
    where grants_seen.counted_unit_id is null

    union all

    select
        'payroll_unit_not_insured' as kind,
        units.unit_id
    from units
    where not units.is_in_insured_units

    union all

    select
        'unknown_division' as kind,
        units.unit_id
    from units
    where units.is_in_insured_units and not units.is_known_division

)

select
    found.kind,
    found.unit_id,
    units.bureau_code,
    count(*) as occurrences
from found
left join units on found.unit_id = units.unit_id
group by found.kind, found.unit_id, units.bureau_code
