-- 稳岗返还清单 · Every unit with the list that it is on, in the words of the lists
--
-- Rule     1 可直接发放: eligible, amount above 0, size known (where the share depends on it),
--          account present · 2 信息缺失: eligible and one of them missing · 3 待核: cannot tell ·
--          4 补缴后可享受: false for has_paid_in_full alone · 5 不符合: the rest
-- Grain    one row per unit_id
-- Unknown  numbers that are not known stay empty

with

reasons as (

    select
        unit_id,
        string_agg(case when is_false then reason end, '；' order by position) as false_reasons,
        string_agg(case when not is_false then reason end, '；' order by position) as unknown_reasons,
        count(distinct case when is_false then condition end) as false_conditions,
        max(case when is_false and condition = 'has_paid_in_full' then 1 else 0 end) as is_in_arrears
    from job_retention_refund_reasons
    group by unit_id

),

registers as (

    select
        registers.unit_id,
        string_agg(
            case when registers.finding = 'not_compared' then register_labels.label end,
            '、' order by registers.register
        ) as not_compared,
        max(case when registers.register = 'abnormal_operation' and registers.finding = 'listed' then 1 else 0 end)
            as is_abnormal
    from job_retention_refund_registers as registers
    left join labels as register_labels
        on register_labels.kind = 'register' and registers.register = register_labels.code
    group by registers.unit_id

),

gaps as (

    select
        units.unit_id,
        case when units.unit_type = 'enterprise' and units.size_class is null then 'size_class' end
            as size_gap,
        case
            when units.refund_share is not null then null
            when units.unit_type = 'enterprise' and facts.industry_section is null then 'industry'
            else 'refund_share'
        end as share_gap,
        case when units.paid_for_year is null then 'paid_for_year' when units.refund_amount_yuan <= 0 then 'amount_zero' end
            as amount_gap,
        case when facts.bank_account is null then 'bank_account' end as account_gap
    from job_retention_refund_units as units
    inner join unit_facts as facts on units.unit_id = facts.unit_id

),

missing as (

    select
        gaps.unit_id,
        gaps.size_gap is null
        and gaps.share_gap is null
        and gaps.amount_gap is null
        and gaps.account_gap is null as is_complete,
        concat_ws('、', sizes.label, shares.label, amounts.label, accounts.label) as missing_text
    from gaps
    left join labels as sizes on sizes.kind = 'missing' and gaps.size_gap = sizes.code
    left join labels as shares on shares.kind = 'missing' and gaps.share_gap = shares.code
    left join labels as amounts on amounts.kind = 'missing' and gaps.amount_gap = amounts.code
    left join labels as accounts on accounts.kind = 'missing' and gaps.account_gap = accounts.code

),

placed as (

    select
        units.unit_id,
        '稳岗返还_'
        || case
            when units.outcome = 'eligible' and missing.is_complete then '可直接发放'
            when units.outcome = 'eligible' then '信息缺失'
            when units.outcome = 'cannot_tell' then '待核'
            when reasons.false_conditions = 1 and reasons.is_in_arrears = 1 then '补缴后可享受'
            else '不符合'
        end as list_name
    from job_retention_refund_units as units
    inner join missing on units.unit_id = missing.unit_id
    left join reasons on units.unit_id = reasons.unit_id

)

select
    units.unit_id,
    placed.list_name,
    units.bureau_code,
    coalesce(facts.division_name, unknown_bureau.label) as division_name,
    facts.uscc,
    facts.unit_name,
    type_labels.label as unit_type_label,
    facts.industry_code,
    size_labels.label as size_class_label,
    basis_labels.label as size_basis_label,
    shown.numerator_text,
    shown.rate_text,
    shown.limit_text,
    method_labels.label as method_label,
    facts.bank_name,
    facts.bank_account,
    facts.contact_name,
    facts.contact_phone,
    reasons.false_reasons,
    reasons.unknown_reasons,
    missing.missing_text,
    arrears.arrears_months,
    concat_ws(
        '；',
        case when not facts.is_known_division then unknown_bureau.label end,
        case
            when facts.units_of_uscc > 1
                then replace(same_uscc.label, '{1}', cast(facts.units_of_uscc as varchar))
        end,
        case
            when facts.units_of_account > 1
                then replace(same_account.label, '{1}', cast(facts.units_of_account as varchar))
        end,
        case when units.unit_type = 'enterprise' and units.size_class is null then size_unknown.label end,
        case when units.already_paid_yuan > 0 then already_paid.label end,
        case when registers.is_abnormal = 1 then abnormal.label end,
        case
            when registers.not_compared is not null
                then replace(not_compared.label, '{1}', registers.not_compared)
        end
    ) as remarks,
    units.january_heads,
    units.year_end_heads,
    cast(units.head_months as decimal(18, 2)) / nullif(units.months_insured, 0) as average_heads,
    units.paid_for_year,
    units.refund_share,
    units.refund_amount_yuan,
    units.already_paid_yuan,
    units.arrears_yuan,
    -- not known either while what was paid already is not
    case
        when units.already_paid_yuan >= 0
            then
                round(
                    cast(units.paid_for_year + units.arrears_yuan as decimal(28, 4))
                    * cast(units.refund_share as decimal(9, 6)),
                    2
                ) - units.already_paid_yuan
    end as amount_after_arrears_yuan,
    case when previous.subject_id is null then yes_label.label else no_label.label end as is_new_label,
    coalesce(previous.first_listed_on, run_calendar.as_of) as first_listed_on
from job_retention_refund_units as units
cross join run_calendar
inner join placed on units.unit_id = placed.unit_id
inner join missing on units.unit_id = missing.unit_id
inner join unit_facts as facts on units.unit_id = facts.unit_id
inner join job_retention_refund_rates_shown as shown on units.unit_id = shown.unit_id
inner join registers on units.unit_id = registers.unit_id
left join reasons on units.unit_id = reasons.unit_id
left join job_retention_refund_arrears as arrears on units.unit_id = arrears.unit_id
left join previous_listed as previous
    on placed.list_name = previous.list_name and units.unit_id = previous.subject_id
left join labels as type_labels
    on type_labels.kind = 'unit_type' and coalesce(units.unit_type, 'unknown') = type_labels.code
left join labels as size_labels
    on size_labels.kind = 'size_class' and coalesce(units.size_class, 'unknown') = size_labels.code
left join labels as basis_labels
    on basis_labels.kind = 'size_basis' and units.size_basis = basis_labels.code
left join labels as method_labels
    on method_labels.kind = 'method' and units.layoff_rate_method = method_labels.code
left join labels as unknown_bureau
    on unknown_bureau.kind = 'word' and unknown_bureau.code = 'unknown_bureau'
left join labels as yes_label on yes_label.kind = 'word' and yes_label.code = 'yes'
left join labels as no_label on no_label.kind = 'word' and no_label.code = 'no'
left join labels as same_uscc on same_uscc.kind = 'remark' and same_uscc.code = 'same_uscc'
left join labels as same_account on same_account.kind = 'remark' and same_account.code = 'same_account'
left join labels as size_unknown on size_unknown.kind = 'remark' and size_unknown.code = 'size_unknown'
left join labels as already_paid on already_paid.kind = 'remark' and already_paid.code = 'already_paid'
left join labels as abnormal on abnormal.kind = 'remark' and abnormal.code = 'abnormal'
left join labels as not_compared on not_compared.kind = 'remark' and not_compared.code = 'not_compared'
