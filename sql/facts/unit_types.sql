-- 单位类型 · What kind of employer a unit is, and how that was decided
--
-- Rule     first hit wins: valid credit code (GB 32100-2015 prefix), accounting firm by name,
--          words 律师事务所/会计师事务所/基金会, type code AAB019 through its system's table, other
--          words of the name; agency accounts win over all, they are no employers
-- Grain    one row per unit_id
-- Unknown  no route decides; a code that its system's table does not hold says nothing

with

code_meanings as (

    select
        codes.system,
        codes.code,
        codes.unit_type
    from ref_unit_type_codes as codes

),

-- without a system a code means what all systems that know it agree on
agreed_meanings as (

    select
        codes.code,
        case when count(distinct coalesce(codes.unit_type, '')) = 1 then max(codes.unit_type) end as unit_type
    from ref_unit_type_codes as codes
    group by codes.code

),

known_systems as (

    select distinct codes.system
    from ref_unit_type_codes as codes

),

routes as (

    select
        units.unit_id,
        units.unit_name,
        case when units.is_valid_uscc then prefixes.unit_type end as type_by_uscc,
        case
            when units.is_valid_uscc and substr(units.uscc, 1, 2) <> '91' then null
            when regexp_matches(
                    units.unit_name, '会计师事务所\s*([(（\[［【〔][^)）\]］】〕]*合伙[^)）\]］】〕]*[)）\]］】〕])?\s*$'
                )
                then 'accounting_firm'
            when units.industry_code = '7241' and strpos(units.unit_name, '会计师事务所') > 0
                then 'accounting_firm'
        end as type_as_accounting_firm,
        case
            when strpos(units.unit_name, '律师事务所') > 0 then 'law_firm'
            when strpos(units.unit_name, '会计师事务所') > 0 then 'accounting_firm'
            when strpos(units.unit_name, '基金会') > 0 then 'foundation'
        end as type_by_name,
        case
            when known_systems.system is not null then code_meanings.unit_type
            else agreed_meanings.unit_type
        end as type_by_code,
        case
            when regexp_matches(units.unit_name, '协会|学会|商会|联合会|促进会') then 'social_organization'
            when regexp_matches(units.unit_name, '民办|幼儿园') then 'social_service'
            when regexp_matches(units.unit_name, '有限公司|有限责任公司|股份公司|厂') then 'enterprise'
        end as type_by_words
    from units
    left join ref_uscc_prefixes as prefixes on substr(units.uscc, 1, 2) = prefixes.prefix
    left join known_systems on units.code_system = known_systems.system
    left join code_meanings
        on units.code_system = code_meanings.system and units.unit_type_code = code_meanings.code
    left join agreed_meanings on units.unit_type_code = agreed_meanings.code

),

decided as (

    select
        unit_id,
        case
            when type_as_accounting_firm is not null then type_as_accounting_firm
            when type_by_uscc is not null then type_by_uscc
            else type_by_name
        end as unit_type_by_identity,
        case
            when type_as_accounting_firm is not null then 'accounting_firm_name'
            when type_by_uscc is not null then 'uscc'
            when type_by_name is not null then 'name'
        end as identity_source,
        type_by_uscc as unit_type_by_uscc,
        type_by_code as unit_type_by_code,
        type_by_words
    from routes

)

select
    unit_id,
    case
        when unit_type_by_code = 'agency_account' then 'agency_account'
        else coalesce(unit_type_by_identity, unit_type_by_code, type_by_words)
    end as unit_type,
    case
        when unit_type_by_code = 'agency_account' then 'code'
        when unit_type_by_identity is not null then identity_source
        when unit_type_by_code is not null then 'code'
        when type_by_words is not null then 'name_words'
        else 'unknown'
    end as unit_type_source,
    unit_type_by_identity,
    unit_type_by_uscc,
    unit_type_by_code
from decided
