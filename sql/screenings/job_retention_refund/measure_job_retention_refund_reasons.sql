-- 稳岗返还待核占比 · Share of the units that each condition leaves unknown
--
-- Grain    one row per condition that is unknown for any unit

with

totals as (

    select count(*) as units
    from job_retention_refund_units

)

select
    reasons.condition,
    count(distinct reasons.unit_id) as units_unknown,
    count(distinct reasons.unit_id) / nullif(max(totals.units), 0) as unknown_share
from job_retention_refund_reasons as reasons
cross join totals
where not reasons.is_false
group by reasons.condition
