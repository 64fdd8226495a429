-- 裁员率显示 · Layoff rates as they are printed
--
-- Rule     a printed rate never contradicts its verdict: digits are added until it differs from
--          the limit; whole numbers throughout, rounded half up
-- Grain    one row per unit_id
-- Unknown  a text is NULL where the rate is

with

digits as (

    select
        2 as digits,
        cast(100 as decimal(38, 0)) as scale
    union all
    select
        4 as digits,
        cast(10000 as decimal(38, 0)) as scale
    union all
    select
        7 as digits,
        cast(10000000 as decimal(38, 0)) as scale
    union all
    select
        11 as digits,
        cast(100000000000 as decimal(38, 0)) as scale

),

rates as (

    select
        unit_id,
        'known' as side,
        cast(layoff_numerator_known * layoff_denominator_months as decimal(38, 0)) as numerator,
        cast(nullif(layoff_denominator_heads, 0) as decimal(38, 0)) as denominator,
        cast(cast(layoff_rate_limit as decimal(38, 8)) * 100000000 as decimal(38, 0)) as limit_scaled
    from job_retention_refund_limits

    union all

    select
        unit_id,
        'possible' as side,
        cast(layoff_numerator_possible * layoff_denominator_months as decimal(38, 0)) as numerator,
        cast(nullif(layoff_denominator_heads_possible, 0) as decimal(38, 0)) as denominator,
        cast(cast(layoff_rate_limit as decimal(38, 8)) * 100000000 as decimal(38, 0)) as limit_scaled
    from job_retention_refund_limits

),

rounded as (

    select
        rates.unit_id,
        rates.side,
        digits.digits,
        digits.scale,
        -- half up: (2 × numerator × 100 × scale + denominator) ÷ (2 × denominator), the whole part
        cast(
            (
                rates.numerator * 200 * digits.scale + rates.denominator
                - (rates.numerator * 200 * digits.scale + rates.denominator) % (rates.denominator * 2)
            ) / (rates.denominator * 2) as decimal(38, 0)
        ) as percent_scaled,
        rates.numerator * 100000000 = rates.limit_scaled * rates.denominator as is_at_limit,
        rates.limit_scaled
    from rates
    cross join digits
    where rates.denominator is not null and rates.numerator is not null

),

chosen as (

    select
        unit_id,
        side,
        min(digits) as digits
    from rounded
    where
        is_at_limit
        or percent_scaled * 1000000 <> limit_scaled * scale
    group by unit_id, side

),

texts as (

    select
        rounded.unit_id,
        rounded.side,
        cast(cast((rounded.percent_scaled - rounded.percent_scaled % rounded.scale) / rounded.scale as bigint) as varchar)
        || '.'
        || lpad(cast(cast(rounded.percent_scaled % rounded.scale as bigint) as varchar), rounded.digits, '0')
        || '%' as rate_text
    from rounded
    inner join chosen
        on rounded.unit_id = chosen.unit_id
        and rounded.side = chosen.side
        and rounded.digits = chosen.digits

)

select
    limits.unit_id,
    known.rate_text as known_text,
    possible.rate_text as possible_text,
    case
        when known.rate_text = possible.rate_text then known.rate_text
        else known.rate_text || '～' || possible.rate_text
    end as rate_text,
    case
        when limits.layoff_numerator_known = limits.layoff_numerator_possible
            then cast(limits.layoff_numerator_known as varchar)
        else
            cast(limits.layoff_numerator_known as varchar) || '～'
            || cast(limits.layoff_numerator_possible as varchar)
    end as numerator_text,
    cast(cast(limits.layoff_rate_limit * 100 as decimal(9, 2)) as varchar) || '%' as limit_text
from job_retention_refund_limits as limits
left join texts as known on limits.unit_id = known.unit_id and known.side = 'known'
left join texts as possible on limits.unit_id = possible.unit_id and possible.side = 'possible'
