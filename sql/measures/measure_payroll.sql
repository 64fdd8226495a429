-- 缴费明细核对 · What the accepted payroll rows of each file look like
--
-- Grain    one row per accepted payroll file
-- Unknown  sums leave out what a file has no amounts for

with

measured as (

    select
        stg_payroll.file_name,
        count(*) as staged_rows,
        count(case when stg_payroll.person_id is null then 1 end) as rows_without_person,
        count(case when stg_payroll.unit_id is null then 1 end) as rows_without_unit,
        count(case when stg_payroll.period is null then 1 end) as rows_without_period,
        count(
            case when stg_payroll.period > year(run_calendar.as_of) * 12 + month(run_calendar.as_of) then 1 end
        ) as rows_after_the_day,
        count(case when stg_payroll.wage_base < 0 then 1 end) as rows_with_negative_base,
        count(
            case when stg_payroll.unit_due < 0 or stg_payroll.person_due < 0 then 1 end
        ) as rows_with_negative_due,
        count(
            case
                when
                    stg_payroll.payment_kind is distinct from '18'
                    and (stg_payroll.unit_paid < 0 or stg_payroll.person_paid < 0)
                    then 1
            end
        ) as rows_with_negative_payment,
        count(
            case when stg_payroll.unit_due + stg_payroll.person_due > stg_payroll.wage_base then 1 end
        ) as rows_with_due_above_base,
        count(
            case when stg_payroll.unit_paid is null and stg_payroll.person_paid is null then 1 end
        ) as rows_without_payment,
        sum(stg_payroll.unit_due) as unit_due,
        sum(stg_payroll.person_due) as person_due,
        sum(stg_payroll.unit_paid) as unit_paid,
        sum(stg_payroll.person_paid) as person_paid
    from stg_payroll
    cross join run_calendar
    group by stg_payroll.file_name

)

select
    import_log.file_name,
    import_log.rows_standing as accepted_rows,
    coalesce(measured.staged_rows, 0) as staged_rows,
    measured.rows_without_person,
    measured.rows_without_unit,
    measured.rows_without_period,
    measured.rows_after_the_day,
    measured.rows_with_negative_base,
    measured.rows_with_negative_due,
    measured.rows_with_negative_payment,
    measured.rows_with_due_above_base,
    measured.rows_without_payment,
    measured.unit_due,
    measured.person_due,
    measured.unit_paid,
    measured.person_paid
from import_log
left join measured on import_log.file_name = measured.file_name
where import_log.extract = 'payroll' and import_log.status = 'accepted'
