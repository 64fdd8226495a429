-- 失业保险金待核占比 · Share of those looked at that each condition leaves unknown
--
-- Grain    one row per condition that is unknown for anyone

with

totals as (

    select count(*) as people
    from unemployment_benefit_notice_people

)

select
    reasons.condition,
    count(distinct reasons.person_id) as people_unknown,
    count(distinct reasons.person_id) / nullif(max(totals.people), 0) as unknown_share
from unemployment_benefit_notice_reasons as reasons
cross join totals
where not reasons.is_false
group by reasons.condition
