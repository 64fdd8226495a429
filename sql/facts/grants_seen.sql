-- 失业保险金核定 · Grants of unemployment benefit that the day can see, with the unit they count for
--
-- Rule     kind 11 (失业保险金) only; grants from after the day are not seen, an end after the day
--          has not come; a grant without a unit counts for the unit of the person's last insured
--          month not after unemployed_on's month (of several the highest wage base, then the
--          lowest number)
-- Grain    one row per grant row
-- Unknown  counted_unit_id where the person was never insured before

with

visible as (

    select
        grants.file_name,
        grants.line_number,
        grants.person_id,
        grants.unit_id,
        grants.granted_months,
        grants.used_months,
        grants.first_paid_period,
        cast(
            extract(year from grants.unemployed_on) * 12 + extract(month from grants.unemployed_on)
            as integer
        ) as unemployed_period,
        coalesce(grants.is_lump_sum, false) as is_lump_sum,
        grants.unemployed_on,
        case when grants.ended_on <= run_calendar.as_of then grants.ended_on end as ended_on
    from stg_benefit_grants as grants
    cross join run_calendar
    where grants.benefit_kind = '11' and grants.unemployed_on <= run_calendar.as_of

),

candidates as (

    select
        visible.file_name,
        visible.line_number,
        months.unit_id,
        row_number() over (
            partition by visible.file_name, visible.line_number
            order by months.period desc, months.wage_base desc nulls last, months.unit_id asc
        ) as position
    from visible
    inner join person_unit_months as months
        on visible.person_id = months.person_id and months.period <= visible.unemployed_period
    where visible.unit_id is null and months.is_insured

)

select
    visible.file_name,
    visible.line_number,
    visible.person_id,
    visible.unit_id,
    coalesce(visible.unit_id, candidates.unit_id) as counted_unit_id,
    visible.granted_months,
    visible.used_months,
    visible.first_paid_period,
    visible.unemployed_period,
    visible.is_lump_sum,
    -- no end by the day, and months left or not known to be used up
    visible.ended_on is null
    and coalesce(visible.used_months < visible.granted_months, true) as is_running,
    visible.unemployed_on,
    visible.ended_on
from visible
left join candidates
    on visible.file_name = candidates.file_name
    and visible.line_number = candidates.line_number
    and candidates.position = 1
