-- 未满足条件的情形 · What is behind each condition of a person that is not true
--
-- Grain    one row per person_id and finding; `label_code` names the wording, the texts fill it

select
    people.person_id,
    'is_identifiable' as condition,
    'is_identifiable:unknown' as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    1 as position,
    people.is_identifiable as condition_value
from unemployment_benefit_notice_people as people

union all

select
    people.person_id,
    'is_not_reemployed' as condition,
    case
        when people.situation = 'works_again' then 'is_not_reemployed:works_again'
        when not people.is_not_reemployed then 'is_not_reemployed:elsewhere'
        else 'is_not_reemployed:' || people.situation
    end as label_code,
    cast(people.months_silent as varchar) as first_text,
    cast(null as varchar) as second_text,
    2 as position,
    people.is_not_reemployed as condition_value
from unemployment_benefit_notice_people as people

union all

select
    people.person_id,
    'is_involuntary' as condition,
    case
        when not people.is_involuntary then 'is_involuntary:false'
        when people.reason_class is null then 'is_involuntary:no_record'
        else 'is_involuntary:unknown'
    end as label_code,
    reasons.label as first_text,
    cast(null as varchar) as second_text,
    3 as position,
    people.is_involuntary as condition_value
from unemployment_benefit_notice_people as people
left join labels as reasons
    on reasons.kind = 'reason_class' and people.reason_class = reasons.code

union all

select
    people.person_id,
    'has_paid_one_year' as condition,
    case when not people.has_paid_one_year then 'has_paid_one_year:false' else 'has_paid_one_year:unknown' end as label_code,
    cast(people.paid_months as varchar) as first_text,
    cast(in_force.min_paid_months as varchar) as second_text,
    4 as position,
    people.has_paid_one_year as condition_value
from unemployment_benefit_notice_people as people
left join policy_unemployment_benefit_notice as in_force on people.bureau_code = in_force.bureau_code

union all

select
    people.person_id,
    'is_not_drawing' as condition,
    case when not people.is_not_drawing then 'is_not_drawing:false' else 'is_not_drawing:unknown' end as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    5 as position,
    people.is_not_drawing as condition_value
from unemployment_benefit_notice_people as people

union all

select
    registers.person_id,
    case registers.register
        when 'death' then 'is_alive'
        when 'pension' then 'is_not_on_pension'
        when 'military' then 'is_not_in_service'
        when 'emigration' then 'is_not_abroad'
        when 'custody' then 'is_not_in_custody'
    end as condition,
    'register:' || registers.finding as label_code,
    register_labels.label as first_text,
    cast(null as varchar) as second_text,
    case registers.register
        when 'death' then 6
        when 'pension' then 7
        when 'military' then 8
        when 'emigration' then 9
        when 'custody' then 10
    end as position,
    registers.is_clear as condition_value
from unemployment_benefit_notice_registers as registers
left join labels as register_labels
    on register_labels.kind = 'register' and registers.register = register_labels.code
where registers.register in ('death', 'pension', 'military', 'emigration', 'custody')

union all

select
    people.person_id,
    'is_below_pension_age' as condition,
    case
        when not people.is_below_pension_age then 'is_below_pension_age:false'
        when people.age is null or people.sex is null then 'is_below_pension_age:unknown'
        else 'is_below_pension_age:between'
    end as label_code,
    cast(people.age as varchar) as first_text,
    cast(null as varchar) as second_text,
    11 as position,
    people.is_below_pension_age as condition_value
from unemployment_benefit_notice_people as people

union all

select
    registers.person_id,
    'is_not_business_owner' as condition,
    case registers.register
        when 'student' then 'is_not_business_owner:student'
        else 'is_not_business_owner:owner'
    end as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    case registers.register when 'student' then 13 else 12 end as position,
    cast(null as boolean) as condition_value
from unemployment_benefit_notice_registers as registers
where registers.register in ('business_owner', 'student') and registers.finding = 'listed'
