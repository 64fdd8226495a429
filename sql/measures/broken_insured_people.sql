-- 参保人员问题行 · Where the rows stand that measure_insured_people counts
--
-- Grain    one row per file_name, line_number and finding

with

found as (

    select
        file_name,
        line_number,
        'unknown_sex' as finding
    from stg_insured_people
    where sex_code not in ('1', '2')
    union all
    select
        stg_insured_people.file_name,
        stg_insured_people.line_number,
        'born_after_the_day' as finding
    from stg_insured_people
    cross join run_calendar
    where stg_insured_people.birth_date > run_calendar.as_of
    union all
    select
        file_name,
        line_number,
        'negative_months' as finding
    from stg_insured_people
    where paid_months_before < 0
    union all
    select
        stg_insured_people.file_name,
        stg_insured_people.line_number,
        'counted_after_the_day' as finding
    from stg_insured_people
    cross join run_calendar
    where
        stg_insured_people.paid_months_to
        > year(run_calendar.as_of) * 12 + month(run_calendar.as_of)

)

select
    file_name,
    line_number,
    finding
from found
