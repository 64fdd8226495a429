-- 失业保险金告知核对 · What must balance between spells, decisions and lists
--
-- Grain    one row per bureau_code

with

delivered as (

    select
        person_id,
        bureau_code,
        'eligible' as outcome,
        amount_yuan
    from "list_失业保险金_告知名单"
    union all
    select
        person_id,
        bureau_code,
        'cannot_tell' as outcome,
        amount_yuan
    from "list_失业保险金_待核"

),

-- a person whose row on the lists is not of his outcome, or who has none or several
misplaced as (

    select
        decisions.bureau_code,
        decisions.person_id
    from unemployment_benefit_notice_people as decisions
    left join delivered
        on decisions.person_id = delivered.person_id
        and decisions.bureau_code = delivered.bureau_code
    group by decisions.bureau_code, decisions.person_id, decisions.outcome
    having
        count(case when delivered.outcome = decisions.outcome then 1 end)
        <> case when decisions.outcome = 'not_eligible' then 0 else 1 end
        or count(case when delivered.outcome <> decisions.outcome then 1 end) > 0

),

conditions as (

    select
        decisions.person_id,
        decisions.bureau_code,
        decisions.outcome,
        decisions.granted_months,
        decisions.monthly_amount_first_year_yuan,
        decisions.monthly_amount_later_yuan,
        decisions.total_amount_yuan,
        case when not decisions.is_identifiable then 1 else 0 end
        + case when not decisions.is_not_reemployed then 1 else 0 end
        + case when not decisions.is_involuntary then 1 else 0 end
        + case when not decisions.has_paid_one_year then 1 else 0 end
        + case when not decisions.is_not_drawing then 1 else 0 end
        + case when not decisions.is_alive then 1 else 0 end
        + case when not decisions.is_not_on_pension then 1 else 0 end
        + case when not decisions.is_not_in_service then 1 else 0 end
        + case when not decisions.is_not_abroad then 1 else 0 end
        + case when not decisions.is_not_in_custody then 1 else 0 end
        + case when not decisions.is_below_pension_age then 1 else 0 end
        + case when not decisions.is_not_business_owner then 1 else 0 end as false_conditions,
        case when decisions.is_identifiable is null then 1 else 0 end
        + case when decisions.is_not_reemployed is null then 1 else 0 end
        + case when decisions.is_involuntary is null then 1 else 0 end
        + case when decisions.has_paid_one_year is null then 1 else 0 end
        + case when decisions.is_not_drawing is null then 1 else 0 end
        + case when decisions.is_alive is null then 1 else 0 end
        + case when decisions.is_not_on_pension is null then 1 else 0 end
        + case when decisions.is_not_in_service is null then 1 else 0 end
        + case when decisions.is_not_abroad is null then 1 else 0 end
        + case when decisions.is_not_in_custody is null then 1 else 0 end
        + case when decisions.is_below_pension_age is null then 1 else 0 end
        + case when decisions.is_not_business_owner is null then 1 else 0 end as unknown_conditions
    from unemployment_benefit_notice_people as decisions

),

decided as (

    select
        bureau_code,
        count(*) as decision_rows,
        count(distinct person_id) as people_decided,
        sum(case when outcome = 'eligible' then total_amount_yuan end) as eligible_amount_yuan,
        count(
            case
                when outcome <> case
                        when false_conditions > 0 then 'not_eligible'
                        when unknown_conditions > 0 then 'cannot_tell'
                        else 'eligible'
                    end
                    then 1
            end
        ) as outcomes_not_following,
        count(case when outcome = 'eligible' and unknown_conditions > 0 then 1 end) as eligible_with_unknown,
        count(
            case
                when total_amount_yuan
                    <> monthly_amount_first_year_yuan * least(granted_months, 12)
                    + monthly_amount_later_yuan * greatest(granted_months - 12, 0)
                    then 1
            end
        ) as amounts_not_recomputed
    from conditions
    group by bureau_code

),

listed as (

    select
        bureau_code,
        count(*) as listed_rows,
        sum(case when outcome = 'eligible' then amount_yuan end) as listed_eligible_amount_yuan
    from delivered
    group by bureau_code

),

-- persons whose rows of the decision are not exactly one
repeated as (

    select
        bureau_code,
        count(*) as people_repeated
    from (
        select
            person_id,
            max(bureau_code) as bureau_code
        from unemployment_benefit_notice_people
        group by person_id
        having count(*) > 1
    ) as persons
    group by bureau_code

),

spells as (

    select
        bureau_code,
        count(*) as people
    from unemployment_benefit_notice_spells
    group by bureau_code

),

misplaced_counts as (

    select
        bureau_code,
        count(*) as people_misplaced
    from misplaced
    group by bureau_code

)

select
    bureaus.bureau_code,
    coalesce(spells.people, 0) as people,
    coalesce(decided.decision_rows, 0) as decision_rows,
    coalesce(decided.people_decided, 0) as people_decided,
    coalesce(repeated.people_repeated, 0) as people_repeated,
    coalesce(listed.listed_rows, 0) as listed_rows,
    coalesce(misplaced_counts.people_misplaced, 0) as people_misplaced,
    coalesce(decided.outcomes_not_following, 0) as outcomes_not_following,
    coalesce(decided.eligible_with_unknown, 0) as eligible_with_unknown,
    coalesce(decided.amounts_not_recomputed, 0) as amounts_not_recomputed,
    coalesce(decided.eligible_amount_yuan, 0) as eligible_amount_yuan,
    coalesce(listed.listed_eligible_amount_yuan, 0) as listed_eligible_amount_yuan
from ref_bureaus as bureaus
left join spells on bureaus.bureau_code = spells.bureau_code
left join decided on bureaus.bureau_code = decided.bureau_code
left join listed on bureaus.bureau_code = listed.bureau_code
left join repeated on bureaus.bureau_code = repeated.bureau_code
left join misplaced_counts on bureaus.bureau_code = misplaced_counts.bureau_code
