-- 与界线的距离 · The figures behind a unit's conditions, and how far they are from the line
--
-- Rule     whole numbers throughout; persons are those that the numerator of the rate counts, the
--          heads beside them stay as they are; of a small unit the limit of small units decides
-- Grain    one row per unit_id, condition and figure, of the layoff rate one per method and limit
--          that applies; `label_code` names the wording, the four texts fill it
-- Unknown  no row where there is no figure: no heads, no limit, nothing paid yet

with

limits as (

    select
        limits.unit_id,
        units.bureau_code,
        'general' as limit_kind,
        in_force.max_layoff_rate as layoff_rate_limit
    from job_retention_refund_limits as limits
    inner join job_retention_refund_units as units on limits.unit_id = units.unit_id
    inner join policy_job_retention_refund as in_force on units.bureau_code = in_force.bureau_code
    where
        limits.is_small_unit is null
        or not limits.is_small_unit
        or in_force.max_layoff_rate > in_force.max_layoff_rate_small_unit

    union all

    select
        limits.unit_id,
        units.bureau_code,
        'small_unit' as limit_kind,
        in_force.max_layoff_rate_small_unit as layoff_rate_limit
    from job_retention_refund_limits as limits
    inner join job_retention_refund_units as units on limits.unit_id = units.unit_id
    inner join policy_job_retention_refund as in_force on units.bureau_code = in_force.bureau_code
    where limits.is_small_unit is null or limits.is_small_unit

),

rates as (

    select
        limits.unit_id,
        limits.limit_kind,
        limits.layoff_rate_limit,
        rates.method,
        rates.numerator_known,
        rates.numerator_possible,
        rates.denominator_heads,
        rates.denominator_heads_possible,
        rates.denominator_months,
        cast(limits.layoff_rate_limit * 1000000 as bigint) as limit_millionths,
        -- one who is not laid off is not in the denominator of this method either
        case when rates.method = 'layoffs_over_layoffs_and_year_end' then 1 else 0 end
            as numerator_in_denominator
    from limits
    inner join policy_job_retention_refund_layoff_rate_methods as methods
        on limits.bureau_code = methods.bureau_code
    inner join unit_layoff_rates as rates
        on limits.unit_id = rates.unit_id and methods.value = rates.method

),

-- n × months ≤ limit × (heads beside + n, where the denominator holds it): a quotient of whole numbers
quotients as (

    select
        unit_id,
        limit_kind,
        layoff_rate_limit,
        method,
        numerator_known,
        numerator_possible,
        denominator_heads,
        denominator_heads_possible,
        denominator_months,
        limit_millionths,
        limit_millionths
        * nullif(denominator_heads - numerator_known * numerator_in_denominator, 0) as dividend,
        denominator_months * 1000000 - limit_millionths * numerator_in_denominator as divisor
    from rates

),

lines as (

    select
        unit_id,
        limit_kind,
        layoff_rate_limit,
        method,
        numerator_known,
        numerator_possible,
        denominator_months,
        limit_millionths,
        cast((dividend - dividend % divisor) / divisor as bigint) as highest_numerator,
        denominator_heads,
        denominator_heads_possible
    from quotients
    where dividend is not null

),

sides as (

    select
        unit_id,
        limit_kind,
        layoff_rate_limit,
        method,
        numerator_known,
        numerator_possible,
        highest_numerator,
        case
            when numerator_possible <= highest_numerator then 'within'
            when numerator_known <= highest_numerator then 'open'
            when numerator_known = numerator_possible then 'over'
            else 'over_and_open'
        end as side,
        cast(
            case
                when numerator_possible <= highest_numerator
                    then
                        limit_millionths * denominator_heads_possible
                        - numerator_possible * denominator_months * 1000000
                else
                    numerator_known * denominator_months * 1000000
                    - limit_millionths * denominator_heads
            end as decimal(38, 0)
        ) as distance,
        cast(
            case
                when numerator_possible <= highest_numerator then denominator_heads_possible
                else denominator_heads
            end as decimal(38, 0)
        ) as heads
    from lines

),

digits as (

    select 2 as digits
    union all
    select 4 as digits
    union all
    select 7 as digits
    union all
    select 11 as digits

),

-- percentage points, rounded half up: the whole part of (2 × points + 1) ÷ 2
halves as (

    select
        sides.unit_id,
        sides.limit_kind,
        sides.method,
        sides.distance,
        digits.digits,
        cast(power(10, digits.digits) as decimal(38, 0)) as scale,
        sides.distance * 2 * cast(power(10, digits.digits) as decimal(38, 0)) + sides.heads * 10000
            as dividend,
        sides.heads * 20000 as divisor
    from sides
    cross join digits

),

-- digits are added until a distance is not printed as none
rounded as (

    select
        unit_id,
        limit_kind,
        method,
        digits,
        scale,
        cast((dividend - dividend % divisor) / divisor as decimal(38, 0)) as points_scaled,
        row_number() over (partition by unit_id, limit_kind, method order by digits asc) as position
    from halves
    where dividend >= divisor or distance = 0

),

points as (

    select
        unit_id,
        limit_kind,
        method,
        cast(cast((points_scaled - points_scaled % scale) / scale as bigint) as varchar)
        || '.'
        || lpad(cast(cast(points_scaled % scale as bigint) as varchar), digits, '0') as points_text
    from rounded
    where position = 1

)

select
    units.unit_id,
    'is_covered_type' as condition,
    'is_covered_type:true' as label_code,
    type_labels.label as first_text,
    cast(null as varchar) as second_text,
    cast(null as varchar) as third_text,
    cast(null as varchar) as fourth_text,
    1 as position
from job_retention_refund_units as units
left join labels as type_labels
    on type_labels.kind = 'unit_type' and units.unit_type = type_labels.code
where units.is_covered_type

union all

select
    units.unit_id,
    'has_paid_in_full' as condition,
    'has_paid_in_full:'
    || case
        when units.has_paid_in_full then 'true'
        when units.has_paid_in_full is null then 'unknown'
        when units.arrears_yuan > 0 then 'false'
        else 'no_amount'
    end as label_code,
    cast(units.months_paid_in_full as varchar) as first_text,
    cast(in_force.full_payment_months as varchar) as second_text,
    cast(in_force.full_payment_months - units.months_paid_in_full as varchar) as third_text,
    cast(cast(units.arrears_yuan as decimal(18, 2)) as varchar) as fourth_text,
    2 as position
from job_retention_refund_units as units
inner join policy_job_retention_refund as in_force on units.bureau_code = in_force.bureau_code

union all

select
    sides.unit_id,
    'is_within_layoff_limit' as condition,
    'is_within_layoff_limit:'
    || case when sides.side = 'within' and sides.distance = 0 then 'at' else sides.side end
        as label_code,
    method_labels.label as first_text,
    cast(cast(sides.layoff_rate_limit * 100 as decimal(9, 2)) as varchar) || '%' as second_text,
    cast(
        case sides.side
            when 'within' then sides.highest_numerator - sides.numerator_possible
            when 'open' then sides.highest_numerator - sides.numerator_known
            else sides.numerator_known - sides.highest_numerator
        end as varchar
    ) as third_text,
    case
        when sides.side = 'open'
            then cast(sides.highest_numerator - sides.numerator_known + 1 as varchar)
        else points.points_text
    end as fourth_text,
    case when sides.limit_kind = 'general' then 3 else 4 end as position
from sides
left join points
    on sides.unit_id = points.unit_id
    and sides.limit_kind = points.limit_kind
    and sides.method = points.method
left join labels as method_labels on method_labels.kind = 'method' and sides.method = method_labels.code

union all

select
    units.unit_id,
    'is_not_paid_yet' as condition,
    'is_not_paid_yet:true' as label_code,
    cast(cast(units.already_paid_yuan as decimal(18, 2)) as varchar) as first_text,
    cast(cast(units.full_amount_yuan as decimal(18, 2)) as varchar) as second_text,
    cast(cast(units.full_amount_yuan - units.already_paid_yuan as decimal(18, 2)) as varchar)
        as third_text,
    cast(null as varchar) as fourth_text,
    5 as position
from job_retention_refund_units as units
where units.is_not_paid_yet and units.already_paid_yuan > 0 and units.full_amount_yuan is not null
