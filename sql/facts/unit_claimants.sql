-- 领金人数 · Former workers of a unit who draw unemployment benefit in the data year
--
-- Rule     january: not lump sum, first paid by January, not ended before it (without an end: by
--          the months granted); new: first paid in February to December; lump sum: in the year
-- Grain    one row per unit_id that a grant counts for

with

marked as (

    select
        grants.counted_unit_id as unit_id,
        grants.person_id,
        not grants.is_lump_sum
        and grants.first_paid_period <= run_calendar.first_period
        and case
            when grants.ended_on is not null
                then
                    extract(year from grants.ended_on) * 12 + extract(month from grants.ended_on)
                    >= run_calendar.first_period
            else grants.first_paid_period + grants.granted_months - 1 >= run_calendar.first_period
        end as is_january,
        not grants.is_lump_sum
        and grants.first_paid_period between run_calendar.first_period + 1 and run_calendar.last_period
            as is_new,
        not grants.is_lump_sum
        and grants.first_paid_period between run_calendar.first_period and run_calendar.last_period
            as is_new_with_january,
        grants.is_lump_sum
        and grants.first_paid_period between run_calendar.first_period and run_calendar.last_period
            as is_paid_in_lump_sum
    from grants_seen as grants
    cross join run_calendar
    where grants.counted_unit_id is not null

)

select
    unit_id,
    count(distinct case when is_january then person_id end) as claimants_january,
    count(distinct case when is_new then person_id end) as claimants_new,
    count(distinct case when is_new_with_january then person_id end) as claimants_new_with_january,
    count(distinct case when is_paid_in_lump_sum then person_id end) as claimants_lump_sum
from marked
group by unit_id
