-- 迟报单位 · Units in operation that have filed before but not for the last delivered month
--
-- Grain    one row per unit_id that is behind

with

last_delivered as (

    select max(period) as last_delivered_period
    from delivered_months
    where is_delivered

),

filed as (

    select
        unit_id,
        max(period) as last_filed_period
    from unit_months
    where has_regular_rows
    group by unit_id

)

select
    filed.unit_id,
    units.bureau_code,
    filed.last_filed_period,
    last_delivered.last_delivered_period - filed.last_filed_period as months_behind
from filed
cross join last_delivered
inner join units on filed.unit_id = units.unit_id
where
    filed.last_filed_period < last_delivered.last_delivered_period
    and coalesce(units.unit_status, '') <> '3'
