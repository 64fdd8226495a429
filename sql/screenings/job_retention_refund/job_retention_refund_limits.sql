-- 裁员率上限 · Whether a unit keeps within the limit of the layoff rate
--
-- Rule     “裁员率标准不高于…5.5%，对30（含）人以下的小微企业继续沿用不超过20%的比例”: both
--          include equality; any one method of the policy is enough; products decide, no quotient
-- Grain    one row per unit_id
-- Unknown  is_within_layoff_limit is NULL where the possible rate fails and the known rate passes,
--          or a part of the rates, the small unit's heads or its size class is not known

with

units_in_force as (

    select
        facts.unit_id,
        in_force.max_layoff_rate,
        in_force.max_layoff_rate_small_unit,
        case in_force.small_unit_basis
            when 'rounded_average' then facts.rounded_average_heads
            when 'year_end' then facts.year_end_heads
            when 'january' then facts.january_heads
            when 'prior_year_end' then facts.prior_year_end_heads
        end <= in_force.small_unit_headcount
        and case in_force.small_unit_scope
            when 'all' then true
            when 'small_micro'
                then facts.size_class in ('small', 'micro') or facts.unit_type <> 'enterprise'
        end as is_small_unit,
        facts.bureau_code
    from unit_facts as facts
    left join policy_job_retention_refund as in_force on facts.bureau_code = in_force.bureau_code

),

tests as (

    select
        units_in_force.unit_id,
        rates.method,
        rates.numerator_known,
        rates.numerator_possible,
        rates.denominator_heads,
        rates.denominator_heads_possible,
        rates.denominator_months,
        rates.rate_known,
        rates.rate_possible,
        rates.numerator_known * rates.denominator_months
        <= units_in_force.max_layoff_rate * nullif(rates.denominator_heads, 0)
        or (
            units_in_force.is_small_unit
            and rates.numerator_known * rates.denominator_months
            <= units_in_force.max_layoff_rate_small_unit * nullif(rates.denominator_heads, 0)
        ) as is_known_rate_within,
        rates.numerator_possible * rates.denominator_months
        <= units_in_force.max_layoff_rate * nullif(rates.denominator_heads_possible, 0)
        or (
            units_in_force.is_small_unit
            and rates.numerator_possible * rates.denominator_months
            <= units_in_force.max_layoff_rate_small_unit * nullif(rates.denominator_heads_possible, 0)
        ) as is_possible_rate_within
    from units_in_force
    inner join policy_job_retention_refund_layoff_rate_methods as methods
        on units_in_force.bureau_code = methods.bureau_code
    inner join unit_layoff_rates as rates
        on units_in_force.unit_id = rates.unit_id and methods.value = rates.method

),

verdicts as (

    select
        unit_id,
        case
            when max(case when is_possible_rate_within then 1 end) = 1 then true
            when count(case when not is_known_rate_within then 1 end) = count(*) then false
        end as is_within_layoff_limit
    from tests
    group by unit_id

),

favourable as (

    select
        unit_id,
        method,
        numerator_known,
        numerator_possible,
        denominator_heads,
        denominator_heads_possible,
        denominator_months,
        rate_known,
        rate_possible,
        row_number() over (
            partition by unit_id
            order by rate_possible asc nulls last, rate_known asc nulls last, method asc
        ) as position
    from tests

)

select
    units_in_force.unit_id,
    favourable.method as layoff_rate_method,
    favourable.numerator_known as layoff_numerator_known,
    favourable.numerator_possible as layoff_numerator_possible,
    favourable.denominator_heads as layoff_denominator_heads,
    favourable.denominator_heads_possible as layoff_denominator_heads_possible,
    favourable.denominator_months as layoff_denominator_months,
    favourable.rate_known as layoff_rate_known,
    favourable.rate_possible as layoff_rate_possible,
    case
        when units_in_force.is_small_unit then units_in_force.max_layoff_rate_small_unit
        else units_in_force.max_layoff_rate
    end as layoff_rate_limit,
    units_in_force.is_small_unit,
    verdicts.is_within_layoff_limit
from units_in_force
left join favourable
    on units_in_force.unit_id = favourable.unit_id and favourable.position = 1
left join verdicts on units_in_force.unit_id = verdicts.unit_id
