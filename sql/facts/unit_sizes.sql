-- 企业划型 · Size class of a unit
--
-- Rule     国统字〔2017〕213号: as delivered; else the highest class whose lower bounds are all
--          reached; below the small bound in any one: micro
-- Grain    one row per unit_id
-- Unknown  an indicator is missing and no known one is below the small bound; an industry that is
--          too coarse for the table or outside it; insured heads never stand in for employees

with

bounds as (

    select
        units.unit_id,
        thresholds.large_min,
        thresholds.medium_min,
        thresholds.small_min,
        case thresholds.indicator
            when 'employees' then units.employees
            when 'revenue' then units.revenue_10k
            when 'assets' then units.assets_10k
        end as indicator_value
    from units
    inner join ref_size_thresholds as thresholds
        on units.industry_section = thresholds.industry_prefix
        or (
            regexp_matches(thresholds.industry_prefix, '^[0-9]')
            and starts_with(units.industry_code, thresholds.industry_prefix)
        )

),

classes as (

    select
        unit_id,
        case
            when count(case when indicator_value < small_min then 1 end) > 0 then 'micro'
            when count(indicator_value) < count(*) then null
            when count(case when indicator_value >= large_min then 1 end) = count(*) then 'large'
            when count(case when indicator_value >= medium_min then 1 end) = count(*) then 'medium'
            else 'small'
        end as size_class
    from bounds
    group by unit_id

)

select
    units.unit_id,
    coalesce(units.delivered_size_class, classes.size_class) as size_class,
    case
        when units.delivered_size_class is not null then 'delivered'
        when classes.size_class is not null then 'table'
        else 'unknown'
    end as size_basis
from units
left join classes on units.unit_id = classes.unit_id
