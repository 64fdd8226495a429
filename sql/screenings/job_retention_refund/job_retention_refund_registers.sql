-- 单位比对结论 · What the unit registers say of a unit
--
-- Rule     same valid credit code on the day: a hit; equal names where one side has no valid code:
--          a person has to look; a required register of which nothing was delivered: unknown;
--          environmental penalties since a bureau's day exclude, removed or not, elsewhere the
--          bureau confirms
-- Grain    one row per unit_id and register of the screening
-- Unknown  is_clear is NULL as told by `unknown_because`: name, confirm, not_delivered

with

kinds as (

    select 'dishonest' as register
    union all
    select 'zombie' as register
    union all
    select 'environmental_penalty' as register
    union all
    select 'deregistered' as register
    union all
    select 'revoked' as register
    union all
    select 'abnormal_operation' as register

),

hits as (

    select
        hits.unit_id,
        hits.register,
        max(case when hits.match_kind = 'uscc' and hits.is_listed_on_day then 1 else 0 end) as is_listed,
        max(
            case
                when hits.match_kind = 'uscc' and hits.listed_from >= in_force.penalty_since then 1
                else 0
            end
        ) as is_listed_since,
        max(
            case
                when hits.match_kind = 'name'
                    and (
                        hits.is_listed_on_day
                        or (
                            hits.register = 'environmental_penalty'
                            and hits.listed_from >= in_force.penalty_since
                        )
                    )
                    then hits.register_unit_name
            end
        ) as name_on_register
    from unit_register_hits as hits
    inner join unit_facts as facts on hits.unit_id = facts.unit_id
    left join policy_job_retention_refund as in_force on facts.bureau_code = in_force.bureau_code
    group by hits.unit_id, hits.register

),

verdicts as (

    select
        facts.unit_id,
        kinds.register,
        hits.name_on_register,
        case
            when kinds.register = 'environmental_penalty' and hits.is_listed_since = 1 then 'listed'
            when kinds.register = 'environmental_penalty' and hits.is_listed = 1 then 'confirm'
            when hits.is_listed = 1 then 'listed'
            when hits.name_on_register is not null then 'name'
            when delivered.register is not null then 'clear'
            when required.value is not null then 'not_delivered'
            else 'not_compared'
        end as finding
    from unit_facts as facts
    cross join kinds
    left join hits on facts.unit_id = hits.unit_id and kinds.register = hits.register
    left join registers_delivered as delivered on kinds.register = delivered.register
    left join policy_job_retention_refund_required_registers as required
        on facts.bureau_code = required.bureau_code and kinds.register = required.value

)

select
    unit_id,
    register,
    name_on_register,
    finding,
    case
        when finding = 'listed' then false
        when finding in ('clear', 'not_compared') then true
    end as is_clear
from verdicts
