-- 盟市总量 · What was delivered of each bureau's units
--
-- Rule     a person belongs to the unit of the last insured month
-- Grain    one row per bureau_code of ref_bureaus, also where nothing was delivered

with

registered as (

    select
        bureau_code,
        count(*) as units
    from units
    where is_in_insured_units
    group by bureau_code

),

filed as (

    select
        units.bureau_code,
        sum(unit_months.payroll_rows) as payroll_rows
    from unit_months
    inner join units on unit_months.unit_id = units.unit_id
    group by units.bureau_code

),

insured as (

    select
        units.bureau_code,
        count(*) as people
    from person_last_months
    inner join units on person_last_months.last_unit_id = units.unit_id
    group by units.bureau_code

)

select
    bureaus.bureau_code,
    coalesce(registered.units, 0) as units,
    coalesce(insured.people, 0) as people,
    cast(coalesce(filed.payroll_rows, 0) as bigint) as payroll_rows
from ref_bureaus as bureaus
left join registered on bureaus.bureau_code = registered.bureau_code
left join filed on bureaus.bureau_code = filed.bureau_code
left join insured on bureaus.bureau_code = insured.bureau_code
