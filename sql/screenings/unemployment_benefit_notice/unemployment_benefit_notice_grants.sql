-- 本次与以往核定 · Benefit grants of those looked at: for this spell, running, or earlier
--
-- Rule     a grant is for this spell when unemployed_on is not before the first day of the month
--          before the last insured month, or of the month of leaving, whichever is earlier; of
--          the earlier ones the latest counts (of one day the later by file name, then line): its
--          day cuts the months to count, its unused months come back when it is not running
-- Grain    one row per person_id of the spells
-- Unknown  cut_period where there is no earlier grant after paid_months_to

with

first_month as (

    select min(period) as first_delivered_period
    from delivered_months
    where is_delivered

),

placed as (

    select
        spells.person_id,
        grants.unemployed_period,
        grants.unemployed_on,
        grants.granted_months,
        grants.used_months,
        grants.is_running,
        coalesce(people.paid_months_to, first_month.first_delivered_period - 1) as paid_months_to,
        grants.unemployed_period >= least(spells.last_insured_period - 1, spells.left_period)
            as is_for_this_spell,
        grants.file_name,
        grants.line_number
    from unemployment_benefit_notice_spells as spells
    cross join first_month
    inner join grants_seen as grants on spells.person_id = grants.person_id
    left join people on spells.person_id = people.person_id

),

unused as (

    select
        person_id,
        case when granted_months > used_months then granted_months - used_months else 0 end
            as unused_months,
        row_number() over (
            partition by person_id
            order by unemployed_on desc, file_name desc, line_number desc
        ) as position
    from placed
    where not is_for_this_spell and not is_running

),

marks as (

    select
        person_id,
        max(case when is_for_this_spell then 1 else 0 end) as has_grant_for_this_spell,
        max(case when is_running then 1 else 0 end) as has_running_grant,
        max(
            case when not is_for_this_spell and unemployed_period > paid_months_to then unemployed_period end
        ) as cut_period
    from placed
    group by person_id

)

select
    spells.person_id,
    marks.cut_period,
    cast(coalesce(unused.unused_months, 0) as bigint) as unused_months,
    coalesce(marks.has_grant_for_this_spell = 1, false) as has_grant_for_this_spell,
    coalesce(marks.has_running_grant = 1, false) as has_running_grant
from unemployment_benefit_notice_spells as spells
left join marks on spells.person_id = marks.person_id
left join unused on spells.person_id = unused.person_id and unused.position = 1
