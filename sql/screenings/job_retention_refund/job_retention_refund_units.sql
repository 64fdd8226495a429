-- 稳岗返还 · Units that may receive the job-retention refund
--
-- Rule     nmg-2022-03-21 一（三）: units that lay off nobody or few keep the refund
-- Grain    one row per unit_id: every unit stays, whatever the outcome
-- Unknown  a condition without data is NULL; the unit is then 'cannot_tell'. Evidence conditions
--          (is_in_operation, is_not_restructured, is_not_labour_dispatch, has_whole_data,
--          is_not_paid_yet) are true unless something speaks against the unit

with

registers as (

    select
        unit_id,
        case
            when max(case when register in ('deregistered', 'revoked') and not is_clear then 1 end) = 1
                then false
            when count(case when register in ('deregistered', 'revoked') and is_clear then 1 end) = 2
                then true
        end as is_not_closed,
        max(case when register = 'dishonest' and is_clear then 1 when register = 'dishonest' and not is_clear then 0 end)
        = 1 as is_not_dishonest,
        max(case when register = 'zombie' and is_clear then 1 when register = 'zombie' and not is_clear then 0 end)
        = 1 as is_not_zombie,
        max(
            case
                when register = 'environmental_penalty' and is_clear then 1
                when register = 'environmental_penalty' and not is_clear then 0
            end
        ) = 1 as has_no_environmental_penalty
    from job_retention_refund_registers
    group by unit_id

),

transfers as (

    select
        transfers.unit_id,
        max(transfers.transferred) as block_transferred
    from unit_transfers as transfers
    inner join unit_facts as facts on transfers.unit_id = facts.unit_id
    inner join policy_job_retention_refund as in_force on facts.bureau_code = in_force.bureau_code
    where
        transfers.transferred >= in_force.block_transfer_heads
        and transfers.transferred >= in_force.block_transfer_share * transfers.leavers
    group by transfers.unit_id

),

covered as (

    select
        facts.unit_id,
        covered_types.value is not null as is_covered,
        doubtful_types.value is not null as is_doubtful,
        -- the credit code or the name on one side, the type code on the other, disagree on being covered
        (identity_types.value is not null) <> (code_types.value is not null)
        and facts.unit_type_by_identity is not null
        and facts.unit_type_by_code is not null as unit_type_conflict
    from unit_facts as facts
    left join policy_job_retention_refund_covered_unit_types as covered_types
        on facts.bureau_code = covered_types.bureau_code and facts.unit_type = covered_types.value
    left join policy_job_retention_refund_doubtful_unit_types as doubtful_types
        on facts.bureau_code = doubtful_types.bureau_code and facts.unit_type = doubtful_types.value
    left join policy_job_retention_refund_covered_unit_types as identity_types
        on facts.bureau_code = identity_types.bureau_code
        and facts.unit_type_by_identity = identity_types.value
    left join policy_job_retention_refund_covered_unit_types as code_types
        on facts.bureau_code = code_types.bureau_code
        and facts.unit_type_by_code = code_types.value

),

service as (

    select
        facts.unit_id,
        case
            when facts.industry_section is null then null
            else sections.value is not null
        end as is_service
    from unit_facts as facts
    left join policy_job_retention_refund_service_sections as sections
        on facts.bureau_code = sections.bureau_code and facts.industry_section = sections.value

),

shares as (

    select
        facts.unit_id,
        case
            when not covered.is_covered then null
            when facts.unit_type <> 'enterprise' then in_force.refund_share_social
            -- 大型及其他企业: an unknown size gets the share of the large, and is marked
            when facts.size_class = 'large' or facts.size_class is null then in_force.refund_share_large
            when service.is_service then in_force.refund_share_sme_service
            when not service.is_service then in_force.refund_share_sme
            when in_force.refund_share_sme = in_force.refund_share_sme_service
                then in_force.refund_share_sme
        end as refund_share
    from unit_facts as facts
    inner join covered on facts.unit_id = covered.unit_id
    inner join service on facts.unit_id = service.unit_id
    left join policy_job_retention_refund as in_force on facts.bureau_code = in_force.bureau_code

),

amounts as (

    select
        facts.unit_id,
        shares.refund_share,
        round(cast(facts.paid_for_year as decimal(28, 4)) * cast(shares.refund_share as decimal(9, 6)), 2)
            as full_amount_yuan
    from unit_facts as facts
    inner join shares on facts.unit_id = shares.unit_id

),

tests as (

    select
        facts.unit_id,
        facts.bureau_code,
        facts.uscc,
        facts.unit_type,
        facts.unit_type_source,
        facts.size_class,
        facts.size_basis,
        facts.head_months,
        facts.months_insured,
        facts.rounded_average_heads,
        facts.january_heads,
        facts.year_end_heads,
        facts.prior_year_end_heads,
        facts.months_paid_in_full,
        facts.months_not_in_full,
        facts.paid_for_year,
        facts.arrears_yuan,
        facts.already_paid_yuan,
        facts.rows_set_aside,
        counts.entitled_leavers,
        counts.possible_leavers,
        limits.layoff_rate_method,
        limits.layoff_numerator_known,
        limits.layoff_numerator_possible,
        limits.layoff_denominator_heads,
        limits.layoff_denominator_heads_possible,
        limits.layoff_denominator_months,
        limits.layoff_rate_known,
        limits.layoff_rate_possible,
        limits.layoff_rate_limit,
        coalesce(transfers.block_transferred, 0) as block_transferred,
        amounts.refund_share,
        amounts.full_amount_yuan,
        covered.unit_type_conflict,

        -- “由参保企业扩大到社会团体、基金会、社会服务机构、律师事务所、会计师事务所、以单位形式参保的
        -- 个体经济组织等用人单位”
        case
            when not facts.is_in_insured_units or not facts.is_known_division then null
            when facts.unit_type is null or covered.unit_type_conflict or covered.is_doubtful then null
            else covered.is_covered
        end as is_covered_type,

        case
            when facts.unit_status = '3' or not registers.is_not_closed then false
            when registers.is_not_closed then true
        end as is_in_operation,

        registers.is_not_dishonest,
        registers.is_not_zombie,
        registers.has_no_environmental_penalty,

        case
            when facts.months_paid_in_full >= in_force.full_payment_months then true
            when facts.months_not_in_full > 0 then false
        end as has_paid_in_full,

        -- “裁员率标准不高于2021年全国城镇调查失业率控制目标5.5%”
        limits.is_within_layoff_limit,

        -- merged, split, transferred in a block: the layoff rate says nothing, a person decides
        case
            when facts.unit_change_code in ('2', '3', '5', '6') then null
            when transfers.block_transferred is not null then null
            else true
        end as is_not_restructured,

        -- dispatch firms: 需与失业保险经办机构对接核实
        case
            when facts.is_labour_dispatch then null
            when facts.industry_code = '7263' then null
            when regexp_matches(facts.unit_name, '劳务派遣|人力资源') then null
            else true
        end as is_not_labour_dispatch,

        case when facts.rows_set_aside > 0 or facts.is_in_conflict then null else true end
            as has_whole_data,

        case
            -- more taken back than paid: what was paid is not known
            when facts.already_paid_yuan < 0 then null
            when facts.already_paid_yuan = 0 then true
            when not in_force.refund_top_up then false
            when facts.already_paid_yuan >= amounts.full_amount_yuan then false
            else true
        end as is_not_paid_yet
    from unit_facts as facts
    inner join unit_leaver_counts as counts on facts.unit_id = counts.unit_id
    inner join job_retention_refund_limits as limits on facts.unit_id = limits.unit_id
    inner join covered on facts.unit_id = covered.unit_id
    inner join amounts on facts.unit_id = amounts.unit_id
    inner join registers on facts.unit_id = registers.unit_id
    left join transfers on facts.unit_id = transfers.unit_id
    left join policy_job_retention_refund as in_force on facts.bureau_code = in_force.bureau_code

),

verdicts as (

    select
        unit_id,
        case
            is_covered_type
            and is_in_operation
            and is_not_dishonest
            and is_not_zombie
            and has_no_environmental_penalty
            and has_paid_in_full
            and is_within_layoff_limit
            and is_not_restructured
            and is_not_labour_dispatch
            and has_whole_data
            and is_not_paid_yet
            when true then 'eligible'
            when false then 'not_eligible'
            else 'cannot_tell'
        end as outcome
    from tests

)

select
    tests.unit_id,
    tests.bureau_code,
    tests.unit_type,
    tests.unit_type_source,
    tests.size_class,
    tests.size_basis,
    tests.layoff_rate_method,
    tests.head_months,
    tests.months_insured,
    tests.rounded_average_heads,
    tests.january_heads,
    tests.year_end_heads,
    tests.prior_year_end_heads,
    tests.months_paid_in_full,
    tests.months_not_in_full,
    tests.paid_for_year,
    tests.arrears_yuan,
    tests.already_paid_yuan,
    tests.rows_set_aside,
    tests.block_transferred,
    tests.entitled_leavers,
    tests.possible_leavers,
    tests.layoff_numerator_known,
    tests.layoff_numerator_possible,
    tests.layoff_denominator_heads,
    tests.layoff_denominator_heads_possible,
    tests.layoff_denominator_months,
    tests.layoff_rate_known,
    tests.layoff_rate_possible,
    tests.layoff_rate_limit,
    tests.refund_share,
    tests.full_amount_yuan,
    case
        when verdicts.outcome in ('eligible', 'cannot_tell') and tests.already_paid_yuan >= 0
            then cast(tests.full_amount_yuan - tests.already_paid_yuan as decimal(18, 2))
    end as refund_amount_yuan,
    tests.unit_type_conflict,
    tests.is_covered_type,
    tests.is_in_operation,
    tests.is_not_dishonest,
    tests.is_not_zombie,
    tests.has_no_environmental_penalty,
    tests.has_paid_in_full,
    tests.is_within_layoff_limit,
    tests.is_not_restructured,
    tests.is_not_labour_dispatch,
    tests.has_whole_data,
    tests.is_not_paid_yet,
    verdicts.outcome
from tests
inner join verdicts on tests.unit_id = verdicts.unit_id
