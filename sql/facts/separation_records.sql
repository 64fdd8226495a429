-- 减员记录 · Separation records with their class of reason
--
-- Rule     a code is read in its file's system, without one as all systems that know it agree;
--          a missing code with a known text is decided by the text; a record is void when the
--          person is insured at that unit in both of the two months after the record's month:
--          he never left; records from after the day are not seen
-- Grain    one row per separation row; `position` 1 is the one that stands among a person's
--          records at a unit: not void, the latest, and on one day the gravest reason
-- Unknown  reason_class is 'unknown' where neither code nor text is known

with

agreed_codes as (

    select
        codes.code,
        case when count(distinct codes.reason_class) = 1 then max(codes.reason_class) end as reason_class
    from ref_change_reason_codes as codes
    group by codes.code

),

agreed_texts as (

    select
        codes.label,
        case when count(distinct codes.reason_class) = 1 then max(codes.reason_class) end as reason_class
    from ref_change_reason_codes as codes
    group by codes.label

),

known_systems as (

    select distinct codes.system
    from ref_change_reason_codes as codes

),

records as (

    select
        separations.person_id,
        separations.unit_id,
        separations.reason_code,
        separations.reason_text,
        separations.file_name,
        separations.line_number,
        coalesce(
            case
                when separations.reason_code is null then agreed_texts.reason_class
                when known_systems.system is not null then system_codes.reason_class
                else agreed_codes.reason_class
            end,
            'unknown'
        ) as reason_class,
        cast(
            extract(year from separations.separated_on) * 12
            + extract(month from separations.separated_on) as integer
        ) as separated_period,
        separations.separated_on
    from stg_separations as separations
    cross join run_calendar
    left join known_systems on separations.code_system = known_systems.system
    left join ref_change_reason_codes as system_codes
        on separations.code_system = system_codes.system
        and separations.reason_code = system_codes.code
    left join agreed_codes on separations.reason_code = agreed_codes.code
    left join agreed_texts on separations.reason_text = agreed_texts.label
    where separations.separated_on <= run_calendar.as_of

),

-- how many months of the payroll's year are not after the record's month, and the one two on
months_around as (

    select distinct
        records.unit_id,
        records.person_id,
        records.separated_period,
        years.payroll_year,
        years.insured_months,
        least(greatest(records.separated_period - years.payroll_year * 12, 0), 12) as months_before,
        least(greatest(records.separated_period + 2 - years.payroll_year * 12, 0), 12) as months_until
    from records
    inner join person_unit_years as years
        on records.unit_id = years.unit_id and records.person_id = years.person_id

),

staying as (

    select
        unit_id,
        person_id,
        separated_period,
        sum(bit_count((insured_months & ((1 << months_until) - 1)) >> months_before))
            as months_insured_after
    from months_around
    group by unit_id, person_id, separated_period

),

judged as (

    select
        records.person_id,
        records.unit_id,
        records.reason_code,
        records.reason_text,
        records.file_name,
        records.line_number,
        records.reason_class,
        records.separated_period,
        records.separated_on,
        coalesce(staying.months_insured_after = 2, false) as is_void,
        case records.reason_class
            when 'employer_initiative' then 1
            when 'employer_breach' then 2
            when 'closure' then 3
            when 'contract_expiry' then 4
            when 'employee_fault' then 5
            when 'mixed' then 6
            when 'unknown' then 7
            else 8
        end as gravity
    from records
    left join staying
        on records.unit_id = staying.unit_id
        and records.person_id = staying.person_id
        and records.separated_period = staying.separated_period

)

select
    person_id,
    unit_id,
    reason_code,
    reason_text,
    reason_class,
    file_name,
    line_number,
    separated_period,
    gravity,
    row_number() over (
        partition by person_id, unit_id, is_void
        order by
            separated_on desc,
            gravity asc,
            reason_code asc nulls last,
            reason_text asc nulls last,
            file_name asc,
            line_number asc
    ) as position,
    is_void,
    separated_on
from judged
