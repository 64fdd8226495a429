-- 统一社会信用代码校验 · Check of unified social credit codes
--
-- Rule     GB 32100-2015: 18 characters, alphabet without I O Z S V, weights 3^(i-1) mod 31
-- Grain    one row per code that a unit or a register names

with

codes as (

    select uscc from stg_insured_units
    union
    select uscc from stg_unit_registers

),

shaped as (

    select
        uscc,
        case when regexp_matches(uscc, '^[0-9A-HJ-NPQRTUWXY]{18}$') then uscc end as checked
    from codes
    where uscc is not null

),

sums as (

    select
        uscc,
        checked,
        '0123456789ABCDEFGHJKLMNPQRTUWXY' as alphabet,
        (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 1, 1)) - 1) * 1
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 2, 1)) - 1) * 3
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 3, 1)) - 1) * 9
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 4, 1)) - 1) * 27
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 5, 1)) - 1) * 19
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 6, 1)) - 1) * 26
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 7, 1)) - 1) * 16
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 8, 1)) - 1) * 17
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 9, 1)) - 1) * 20
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 10, 1)) - 1) * 29
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 11, 1)) - 1) * 25
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 12, 1)) - 1) * 13
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 13, 1)) - 1) * 8
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 14, 1)) - 1) * 24
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 15, 1)) - 1) * 10
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 16, 1)) - 1) * 30
        + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(checked, 17, 1)) - 1) * 28
            as weighted_sum
    from shaped

)

select
    uscc,
    coalesce(
        substr(checked, 18, 1) = substr(alphabet, cast((31 - weighted_sum % 31) % 31 + 1 as integer), 1),
        false
    ) as is_valid_uscc
from sums
