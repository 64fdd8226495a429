-- 人员比对结论 · What the person registers say of those looked at
--
-- Rule     a hit on the day; a required register of which nothing was delivered: unknown; other
--          registers that were not delivered: not compared
-- Grain    one row per person_id of the spells and register
-- Unknown  is_clear is NULL where a required register was not delivered

with

kinds as (

    select 'death' as register
    union all
    select 'pension' as register
    union all
    select 'military' as register
    union all
    select 'emigration' as register
    union all
    select 'custody' as register
    union all
    select 'business_owner' as register
    union all
    select 'student' as register
    union all
    select 'employed_elsewhere' as register

)

select
    spells.person_id,
    kinds.register,
    case
        when hits.person_id is not null then 'listed'
        when delivered.register is not null then 'clear'
        when required.value is not null then 'not_delivered'
        else 'not_compared'
    end as finding,
    case
        when hits.person_id is not null then false
        when delivered.register is not null or required.value is null then true
    end as is_clear,
    coalesce(hits.last_listed_from > spells.left_on, false) as is_listed_since_leaving
from unemployment_benefit_notice_spells as spells
cross join kinds
left join person_register_hits as hits
    on spells.person_id = hits.person_id and kinds.register = hits.register
left join registers_delivered as delivered on kinds.register = delivered.register
left join policy_unemployment_benefit_notice_required_registers as required
    on spells.bureau_code = required.bureau_code and kinds.register = required.value
