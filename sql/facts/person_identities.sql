-- 公民身份号码校验 · Check of person ids, and what they tell of birth and sex
--
-- Rule     GB 11643-1999, MOD 11-2; the area code is that of the first registration and is never
--          looked up; residents of Hong Kong, Macao and Taiwan (81, 82, 83) and holders of the
--          2023 permanent residence card (9…) have the same form; foreigners' social security
--          numbers begin with letters and are accepted by shape
-- Grain    one row per person_id of payroll, people, separations, grants
-- Unknown  birth date and sex where the id does not tell them

with

ids as (

    select person_id from person_unit_years
    union
    select person_id from stg_insured_people
    union
    select person_id from stg_separations
    union
    select person_id from stg_benefit_grants

),

shaped as (

    select
        person_id,
        case when regexp_matches(person_id, '^[0-9]{17}[0-9X]$') then person_id end as resident_id,
        regexp_matches(person_id, '^[A-Z][0-9A-Z]{5,19}$') and regexp_matches(person_id, '[0-9]')
            as is_foreign_number
    from ids

),

sums as (

    select
        person_id,
        resident_id,
        is_foreign_number,
        try_cast(substr(resident_id, 1, 1) as integer) * 7
        + try_cast(substr(resident_id, 2, 1) as integer) * 9
        + try_cast(substr(resident_id, 3, 1) as integer) * 10
        + try_cast(substr(resident_id, 4, 1) as integer) * 5
        + try_cast(substr(resident_id, 5, 1) as integer) * 8
        + try_cast(substr(resident_id, 6, 1) as integer) * 4
        + try_cast(substr(resident_id, 7, 1) as integer) * 2
        + try_cast(substr(resident_id, 8, 1) as integer) * 1
        + try_cast(substr(resident_id, 9, 1) as integer) * 6
        + try_cast(substr(resident_id, 10, 1) as integer) * 3
        + try_cast(substr(resident_id, 11, 1) as integer) * 7
        + try_cast(substr(resident_id, 12, 1) as integer) * 9
        + try_cast(substr(resident_id, 13, 1) as integer) * 10
        + try_cast(substr(resident_id, 14, 1) as integer) * 5
        + try_cast(substr(resident_id, 15, 1) as integer) * 8
        + try_cast(substr(resident_id, 16, 1) as integer) * 4
        + try_cast(substr(resident_id, 17, 1) as integer) * 2 as weighted_sum,
        try_cast(
            substr(resident_id, 7, 4) || '-' || substr(resident_id, 11, 2) || '-'
            || substr(resident_id, 13, 2) as date
        ) as id_birth_date
    from shaped

),

checked as (

    select
        person_id,
        resident_id,
        is_foreign_number,
        id_birth_date,
        coalesce(
            substr(resident_id, 18, 1)
            = substr('10X98765432', cast(weighted_sum % 11 + 1 as integer), 1)
            and id_birth_date is not null,
            false
        ) as is_resident_id
    from sums

)

select
    person_id,
    case
        when is_resident_id and try_cast(substr(resident_id, 17, 1) as integer) % 2 = 1 then 'man'
        when is_resident_id then 'woman'
    end as id_sex,
    is_resident_id or is_foreign_number as is_valid_id,
    case when is_resident_id then id_birth_date end as id_birth_date
from checked
