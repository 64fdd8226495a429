-- 与界线的距离 · The figures behind a person's conditions, and how far they are from the line
--
-- Rule     whole months: paid ones that are missing or beyond, and those until an age is reached
-- Grain    one row per person_id and condition with a figure; `label_code` names the wording, the
--          four texts fill it
-- Unknown  no row where there is no figure: no reason, no birth date, sex or bureau

with

ages as (

    select
        people.person_id,
        people.age,
        people.is_below_pension_age,
        (extract(year from run_calendar.as_of) - extract(year from coalesce(identities.id_birth_date, insured.given_birth_date)))
        * 12
        + extract(month from run_calendar.as_of)
        - extract(month from coalesce(identities.id_birth_date, insured.given_birth_date))
        - case
            when extract(day from run_calendar.as_of)
                < extract(day from coalesce(identities.id_birth_date, insured.given_birth_date))
                then 1
            else 0
        end as months_old,
        case
            when people.sex = 'man' and people.is_below_pension_age then in_force.pension_age_lowest_men
            when people.sex = 'man' then in_force.pension_age_highest_men
            when people.is_below_pension_age then in_force.pension_age_lowest_women
            else in_force.pension_age_highest_women
        end as pension_age
    from unemployment_benefit_notice_people as people
    cross join run_calendar
    inner join policy_unemployment_benefit_notice as in_force
        on people.bureau_code = in_force.bureau_code
    left join person_identities as identities on people.person_id = identities.person_id
    left join people as insured on people.person_id = insured.person_id
    where people.age is not null and people.sex is not null

),

months_from_line as (

    select
        person_id,
        age,
        is_below_pension_age,
        pension_age,
        cast(abs(pension_age * 12 - months_old) as bigint) as months
    from ages

)

select
    people.person_id,
    'is_not_reemployed' as condition,
    'is_not_reemployed:since' as label_code,
    substr(cast(people.last_insured_month as varchar), 1, 4)
    || '-'
    || substr(cast(people.last_insured_month as varchar), 5, 2) as first_text,
    cast(people.months_silent as varchar) as second_text,
    cast(null as varchar) as third_text,
    cast(null as varchar) as fourth_text,
    1 as position
from unemployment_benefit_notice_people as people
where people.is_not_reemployed or people.is_not_reemployed is null

union all

select
    people.person_id,
    'is_involuntary' as condition,
    'is_involuntary:true' as label_code,
    reasons.label as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    cast(null as varchar) as fourth_text,
    2 as position
from unemployment_benefit_notice_people as people
left join labels as reasons on reasons.kind = 'reason_class' and people.reason_class = reasons.code
where people.is_involuntary

union all

select
    people.person_id,
    'has_paid_one_year' as condition,
    'has_paid_one_year:'
    || case
        when people.unused_months > 0 then 'unused'
        when people.has_paid_one_year then 'true'
        when not people.has_paid_one_year then 'false'
        else 'unknown'
    end as label_code,
    cast(people.paid_months as varchar) as first_text,
    cast(in_force.min_paid_months as varchar) as second_text,
    cast(abs(people.paid_months - in_force.min_paid_months) as varchar) as third_text,
    cast(people.unused_months as varchar) as fourth_text,
    3 as position
from unemployment_benefit_notice_people as people
inner join policy_unemployment_benefit_notice as in_force on people.bureau_code = in_force.bureau_code

union all

select
    person_id,
    'is_below_pension_age' as condition,
    'is_below_pension_age:'
    || case when is_below_pension_age then 'true' when not is_below_pension_age then 'false' else 'between' end
        as label_code,
    cast(age as varchar) as first_text,
    cast(pension_age as varchar) as second_text,
    cast(cast((months - months % 12) / 12 as bigint) as varchar) as third_text,
    cast(months % 12 as varchar) as fourth_text,
    4 as position
from months_from_line
