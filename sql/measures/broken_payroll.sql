-- 缴费明细问题行 · Where the payroll rows stand that measure_payroll counts
--
-- Grain    one row per file_name, line_number and finding

with

found as (

    select
        stg_payroll.file_name,
        stg_payroll.line_number,
        'after_the_day' as finding
    from stg_payroll
    cross join run_calendar
    where stg_payroll.period > year(run_calendar.as_of) * 12 + month(run_calendar.as_of)
    union all
    select
        file_name,
        line_number,
        'negative_base' as finding
    from stg_payroll
    where wage_base < 0
    union all
    select
        file_name,
        line_number,
        'negative_due' as finding
    from stg_payroll
    where unit_due < 0 or person_due < 0
    union all
    select
        file_name,
        line_number,
        'negative_payment' as finding
    from stg_payroll
    where payment_kind is distinct from '18' and (unit_paid < 0 or person_paid < 0)
    union all
    select
        file_name,
        line_number,
        'due_above_base' as finding
    from stg_payroll
    where unit_due + person_due > wage_base

)

select
    file_name,
    line_number,
    finding
from found
