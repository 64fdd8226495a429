-- 失业保险金主动告知 · People out of work who could claim unemployment benefit
--
-- Rule     nmg-2022-03-21 一（七）: “对失业后未就业且符合申领失业保险待遇的失业人员要主动提供告知服务”;
--          there is no time limit since leaving (rst-2020-24)
-- Grain    one row per person_id of the spells: every one stays, whatever the outcome
-- Unknown  a condition without data is NULL; the person is then 'cannot_tell'. The amounts are for
--          reference: the office decides. The older worker's factor is used only where he is known
--          to be one

with

registers as (

    select
        person_id,
        max(case when register = 'death' and is_clear then 1 when register = 'death' and not is_clear then 0 end)
        = 1 as is_alive,
        max(case when register = 'pension' and is_clear then 1 when register = 'pension' and not is_clear then 0 end)
        = 1 as is_not_on_pension,
        max(case when register = 'military' and is_clear then 1 when register = 'military' and not is_clear then 0 end)
        = 1 as is_not_in_service,
        max(case when register = 'emigration' and is_clear then 1 when register = 'emigration' and not is_clear then 0 end)
        = 1 as is_not_abroad,
        max(case when register = 'custody' and is_clear then 1 when register = 'custody' and not is_clear then 0 end)
        = 1 as is_not_in_custody,
        max(case when register in ('business_owner', 'student') and finding = 'listed' then 1 else 0 end)
            as is_owner_or_student,
        max(case when register = 'employed_elsewhere' and is_listed_since_leaving then 1 else 0 end)
            as is_employed_elsewhere
    from unemployment_benefit_notice_registers
    group by person_id

),

grants_delivered as (

    select
        case
            when (select count(*) from stg_benefit_grants) > 0 then 1
            when (select count(*) from delivery_complete where name = 'benefit_grants') > 0 then 1
            else 0
        end as is_delivered

),

registered as (

    select registrations.person_id
    from stg_unemployment_registrations as registrations
    cross join run_calendar
    where
        registrations.registered_on <= run_calendar.as_of
        and (registrations.cancelled_on is null or registrations.cancelled_on > run_calendar.as_of)
    group by registrations.person_id

),

traits as (

    select
        spells.person_id,
        identities.is_valid_id,
        coalesce(identities.id_sex, people.given_sex) as sex,
        coalesce(identities.id_birth_date, people.given_birth_date) as birth_date
    from unemployment_benefit_notice_spells as spells
    left join person_identities as identities on spells.person_id = identities.person_id
    left join people on spells.person_id = people.person_id

),

ages as (

    select
        traits.person_id,
        traits.is_valid_id,
        traits.sex,
        cast(
            extract(year from run_calendar.as_of) - extract(year from traits.birth_date)
            - case
                when extract(month from run_calendar.as_of) * 100 + extract(day from run_calendar.as_of)
                    < extract(month from traits.birth_date) * 100 + extract(day from traits.birth_date)
                    then 1
                else 0
            end as integer
        ) as age
    from traits
    cross join run_calendar

),

ladder as (

    select
        bureau_code,
        key as full_years,
        value as benefit_months,
        lead(key) over (partition by bureau_code order by key) as next_full_years
    from policy_unemployment_benefit_notice_benefit_months_by_year

),

parts as (

    select
        spells.person_id,
        spells.bureau_code,
        spells.last_unit_id,
        spells.left_unit_id,
        spells.situation,
        spells.reason_class,
        spells.last_insured_period,
        spells.last_delivered_period,
        spells.left_period,
        ages.sex,
        ages.age,
        ages.is_valid_id,
        months.paid_months,
        months.is_paid_months_known,
        grants.cut_period,
        grants.unused_months,
        coalesce(ladder.benefit_months, 0) + grants.unused_months as months_earned,
        in_force.max_benefit_months,
        case in_force.benefit_base
            when 'seat_class' then in_force.minimum_wage_seat_class
            when 'region_class_1' then in_force.minimum_wage_class_1
        end as minimum_wage_yuan,
        in_force.benefit_share_first_year,
        in_force.benefit_share_later,
        in_force.older_worker_factor,
        (
            months.paid_months >= in_force.older_worker_paid_months
            or case when months.is_paid_months_known then false end
        )
        and case ages.sex
            when 'man' then ages.age >= in_force.older_worker_age_men
            when 'woman' then ages.age >= in_force.older_worker_age_women
        end as is_older_worker,
        registered.person_id is not null as is_registered,

        case when ages.is_valid_id then true end as is_identifiable,

        case
            when registers.is_employed_elsewhere = 1 then false
            else spells.is_out_of_work
        end as is_not_reemployed,

        -- not by one's own will (sbx-rules-13)
        case
            when involuntary.value is not null then true
            when spells.reason_class is null or spells.reason_class in ('mixed', 'other', 'unknown')
                then null
            else false
        end as is_involuntary,

        case
            when grants.unused_months > 0 then true
            when months.paid_months >= in_force.min_paid_months then true
            when months.is_paid_months_known then false
        end as has_paid_one_year,

        case
            when grants.has_grant_for_this_spell or grants.has_running_grant then false
            when grants_delivered.is_delivered = 1 then true
        end as is_not_drawing,

        registers.is_alive,
        registers.is_not_on_pension,
        registers.is_not_in_service,
        registers.is_not_abroad,
        registers.is_not_in_custody,

        case ages.sex
            when 'man'
                then
                    case
                        when ages.age < in_force.pension_age_lowest_men then true
                        when ages.age >= in_force.pension_age_highest_men then false
                    end
            when 'woman'
                then
                    case
                        when ages.age < in_force.pension_age_lowest_women then true
                        when ages.age >= in_force.pension_age_highest_women then false
                    end
        end as is_below_pension_age,

        case when registers.is_owner_or_student = 1 then null else true end as is_not_business_owner,
        spells.left_on
    from unemployment_benefit_notice_spells as spells
    cross join grants_delivered
    inner join unemployment_benefit_notice_grants as grants on spells.person_id = grants.person_id
    inner join unemployment_benefit_notice_months as months on spells.person_id = months.person_id
    inner join registers on spells.person_id = registers.person_id
    inner join ages on spells.person_id = ages.person_id
    left join registered on spells.person_id = registered.person_id
    left join policy_unemployment_benefit_notice as in_force on spells.bureau_code = in_force.bureau_code
    left join policy_unemployment_benefit_notice_involuntary_reason_classes as involuntary
        on spells.bureau_code = involuntary.bureau_code
        and spells.reason_class = involuntary.value
    left join ladder
        on spells.bureau_code = ladder.bureau_code
        and months.paid_months >= ladder.full_years * 12
        and (ladder.next_full_years is null or months.paid_months < ladder.next_full_years * 12)

),

amounts as (

    select
        person_id,
        case when months_earned > max_benefit_months then max_benefit_months else months_earned end
            as months_at_least,
        round(
            cast(minimum_wage_yuan as decimal(9, 2)) * cast(benefit_share_first_year as decimal(9, 6))
            * case when is_older_worker then cast(older_worker_factor as decimal(9, 6)) else 1 end,
            2
        ) as monthly_amount_first_year_yuan,
        round(
            cast(minimum_wage_yuan as decimal(9, 2)) * cast(benefit_share_later as decimal(9, 6))
            * case when is_older_worker then cast(older_worker_factor as decimal(9, 6)) else 1 end,
            2
        ) as monthly_amount_later_yuan
    from parts

)

select
    parts.person_id,
    parts.bureau_code,
    parts.last_unit_id,
    parts.left_unit_id,
    parts.situation,
    parts.reason_class,
    parts.sex,
    parts.age,
    cast(
        (parts.last_insured_period - 1 - (parts.last_insured_period - 1) % 12) / 12 * 100
        + (parts.last_insured_period - 1) % 12 + 1 as integer
    ) as last_insured_month,
    parts.last_delivered_period - parts.last_insured_period as months_silent,
    parts.left_period,
    parts.paid_months,
    parts.unused_months,
    amounts.months_at_least,
    case when parts.is_paid_months_known then amounts.months_at_least end as granted_months,
    parts.minimum_wage_yuan,
    parts.older_worker_factor,
    cast(amounts.monthly_amount_first_year_yuan as decimal(18, 2)) as monthly_amount_first_year_yuan,
    cast(amounts.monthly_amount_later_yuan as decimal(18, 2)) as monthly_amount_later_yuan,
    cast(
        case
            when not parts.is_paid_months_known then null
            when amounts.months_at_least <= 12
                then amounts.months_at_least * amounts.monthly_amount_first_year_yuan
            else
                12 * amounts.monthly_amount_first_year_yuan
                + (amounts.months_at_least - 12) * amounts.monthly_amount_later_yuan
        end as decimal(18, 2)
    ) as total_amount_yuan,
    parts.is_paid_months_known,
    parts.is_older_worker,
    parts.is_registered,
    parts.is_identifiable,
    parts.is_not_reemployed,
    parts.is_involuntary,
    parts.has_paid_one_year,
    parts.is_not_drawing,
    parts.is_alive,
    parts.is_not_on_pension,
    parts.is_not_in_service,
    parts.is_not_abroad,
    parts.is_not_in_custody,
    parts.is_below_pension_age,
    parts.is_not_business_owner,
    parts.left_on,
    case
        parts.is_identifiable
        and parts.is_not_reemployed
        and parts.is_involuntary
        and parts.has_paid_one_year
        and parts.is_not_drawing
        and parts.is_alive
        and parts.is_not_on_pension
        and parts.is_not_in_service
        and parts.is_not_abroad
        and parts.is_not_in_custody
        and parts.is_below_pension_age
        and parts.is_not_business_owner
        when true then 'eligible'
        when false then 'not_eligible'
        else 'cannot_tell'
    end as outcome
from parts
inner join amounts on parts.person_id = amounts.person_id
