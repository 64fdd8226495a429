-- 参保人员核对 · What the accepted rows of insured people of each file look like
--
-- Grain    one row per accepted file of insured people

with

measured as (

    select
        stg_insured_people.file_name,
        count(*) as staged_rows,
        count(case when stg_insured_people.person_id is null then 1 end) as rows_without_person,
        count(case when stg_insured_people.person_name is null then 1 end) as rows_without_name,
        count(
            case when stg_insured_people.sex_code not in ('1', '2') then 1 end
        ) as rows_with_unknown_sex,
        count(
            case when stg_insured_people.birth_date > run_calendar.as_of then 1 end
        ) as rows_born_after_the_day,
        count(
            case when stg_insured_people.paid_months_before < 0 then 1 end
        ) as rows_with_negative_months,
        count(
            case
                when
                    stg_insured_people.paid_months_to
                    > year(run_calendar.as_of) * 12 + month(run_calendar.as_of)
                    then 1
            end
        ) as rows_counted_after_the_day
    from stg_insured_people
    cross join run_calendar
    group by stg_insured_people.file_name

)

select
    import_log.file_name,
    import_log.rows_standing as accepted_rows,
    coalesce(measured.staged_rows, 0) as staged_rows,
    measured.rows_without_person,
    measured.rows_without_name,
    measured.rows_with_unknown_sex,
    measured.rows_born_after_the_day,
    measured.rows_with_negative_months,
    measured.rows_counted_after_the_day
from import_log
left join measured on import_log.file_name = measured.file_name
where import_log.extract = 'insured_people' and import_log.status = 'accepted'
