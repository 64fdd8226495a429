-- 未满足条件的情形 · What is behind each condition of a unit that is not true
--
-- Grain    one row per unit_id and finding; `label_code` names the wording, the three texts fill it

select
    units.unit_id,
    'is_covered_type' as condition,
    'is_covered_type:'
    || case
        when not units.is_covered_type then 'false'
        when not facts.is_in_insured_units then 'only_payroll'
        when not facts.is_known_division then 'unknown_division'
        when units.unit_type_conflict then 'conflict'
        when units.unit_type is null then 'unknown'
        else 'doubtful'
    end as label_code,
    type_labels.label as first_text,
    code_type_labels.label as second_text,
    cast(null as varchar) as third_text,
    1 as position,
    units.is_covered_type as condition_value
from job_retention_refund_units as units
inner join unit_facts as facts on units.unit_id = facts.unit_id
left join labels as type_labels
    on type_labels.kind = 'unit_type'
    and type_labels.code = case when units.unit_type_conflict then facts.unit_type_by_identity else facts.unit_type end
left join labels as code_type_labels
    on code_type_labels.kind = 'unit_type' and facts.unit_type_by_code = code_type_labels.code

union all

select
    units.unit_id,
    'is_in_operation' as condition,
    'is_in_operation:ended' as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    2 as position,
    units.is_in_operation as condition_value
from job_retention_refund_units as units
inner join unit_facts as facts on units.unit_id = facts.unit_id
where facts.unit_status = '3'

union all

select
    registers.unit_id,
    case registers.register
        when 'dishonest' then 'is_not_dishonest'
        when 'zombie' then 'is_not_zombie'
        when 'environmental_penalty' then 'has_no_environmental_penalty'
        else 'is_in_operation'
    end as condition,
    'register:' || registers.finding as label_code,
    register_labels.label as first_text,
    registers.name_on_register as second_text,
    cast(null as varchar) as third_text,
    case registers.register
        when 'dishonest' then 4
        when 'zombie' then 5
        when 'environmental_penalty' then 6
        else 3
    end as position,
    registers.is_clear as condition_value
from job_retention_refund_registers as registers
left join labels as register_labels
    on register_labels.kind = 'register' and registers.register = register_labels.code
where registers.register <> 'abnormal_operation'

union all

select
    units.unit_id,
    'has_paid_in_full' as condition,
    case when not units.has_paid_in_full then 'has_paid_in_full:false' else 'has_paid_in_full:unknown' end
        as label_code,
    cast(run_calendar.data_year as varchar) as first_text,
    cast(units.months_paid_in_full as varchar) as second_text,
    cast(in_force.full_payment_months as varchar) as third_text,
    7 as position,
    units.has_paid_in_full as condition_value
from job_retention_refund_units as units
cross join run_calendar
left join policy_job_retention_refund as in_force on units.bureau_code = in_force.bureau_code

union all

select
    units.unit_id,
    'is_within_layoff_limit' as condition,
    'is_within_layoff_limit:'
    || case
        when not units.is_within_layoff_limit then 'false'
        when shown.rate_text is null then 'no_rate'
        when limits.is_small_unit is null
            and units.layoff_numerator_known = units.layoff_numerator_possible
            then 'size'
        else 'range'
    end as label_code,
    case when not units.is_within_layoff_limit then shown.known_text else shown.rate_text end as first_text,
    case
        when not units.is_within_layoff_limit
            then
                cast(units.layoff_numerator_known * units.layoff_denominator_months as varchar) || '/'
                || cast(units.layoff_denominator_heads as varchar)
        else cast(units.layoff_numerator_possible - units.layoff_numerator_known as varchar)
    end as second_text,
    shown.limit_text as third_text,
    8 as position,
    units.is_within_layoff_limit as condition_value
from job_retention_refund_units as units
inner join job_retention_refund_limits as limits on units.unit_id = limits.unit_id
inner join job_retention_refund_rates_shown as shown on units.unit_id = shown.unit_id

union all

select
    units.unit_id,
    'is_not_restructured' as condition,
    case
        when facts.unit_change_code in ('2', '3', '5', '6') then 'is_not_restructured:change'
        else 'is_not_restructured:transfer'
    end as label_code,
    cast(units.block_transferred as varchar) as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    9 as position,
    units.is_not_restructured as condition_value
from job_retention_refund_units as units
inner join unit_facts as facts on units.unit_id = facts.unit_id

union all

select
    units.unit_id,
    'is_not_labour_dispatch' as condition,
    'is_not_labour_dispatch:unknown' as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    10 as position,
    units.is_not_labour_dispatch as condition_value
from job_retention_refund_units as units

union all

select
    units.unit_id,
    'has_whole_data' as condition,
    'has_whole_data:rows' as label_code,
    cast(units.rows_set_aside as varchar) as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    11 as position,
    units.has_whole_data as condition_value
from job_retention_refund_units as units
where units.rows_set_aside > 0

union all

select
    units.unit_id,
    'has_whole_data' as condition,
    'has_whole_data:conflict' as label_code,
    cast(null as varchar) as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    12 as position,
    units.has_whole_data as condition_value
from job_retention_refund_units as units
inner join unit_facts as facts on units.unit_id = facts.unit_id
where facts.is_in_conflict

union all

select
    units.unit_id,
    'is_not_paid_yet' as condition,
    case when units.is_not_paid_yet is null then 'is_not_paid_yet:unknown' else 'is_not_paid_yet:false' end
        as label_code,
    cast(run_calendar.data_year as varchar) as first_text,
    cast(cast(units.already_paid_yuan as decimal(18, 2)) as varchar) as second_text,
    cast(null as varchar) as third_text,
    13 as position,
    units.is_not_paid_yet as condition_value
from job_retention_refund_units as units
cross join run_calendar
