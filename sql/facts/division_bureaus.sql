-- 区划归属 · Which bureau and league a delivered division code belongs to today
--
-- Rule     GB/T 2260; historic codes of leagues that became cities map by prefix; any other
--          unknown code has no bureau (归属不明)
-- Grain    one row per division_code of insured_units
-- Unknown  bureau, league and name of a code that is neither of today nor historic

with

codes as (

    select distinct division_code
    from stg_insured_units
    where division_code is not null

),

mapped as (

    select
        codes.division_code,
        divisions.division_name,
        divisions.league_code,
        divisions.bureau_code,
        case
            when divisions.division_code is not null then null
            when codes.division_code = '152102' then '150781'
            when substr(codes.division_code, 1, 4) = '1521' then '150700'
            when substr(codes.division_code, 1, 4) = '1523' then '150500'
            when substr(codes.division_code, 1, 4) = '1526' then '150900'
            when substr(codes.division_code, 1, 4) = '1527' then '150600'
            when substr(codes.division_code, 1, 4) = '1528' then '150800'
        end as historic_bureau_code
    from codes
    left join ref_divisions as divisions on codes.division_code = divisions.division_code

)

select
    mapped.division_code,
    coalesce(mapped.division_name, historic.division_name) as division_name,
    coalesce(mapped.league_code, historic.league_code) as league_code,
    coalesce(mapped.bureau_code, mapped.historic_bureau_code) as bureau_code
from mapped
left join ref_divisions as historic on mapped.historic_bureau_code = historic.division_code
