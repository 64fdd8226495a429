-- 单位编号冲突 · Unit numbers under which differing rows were delivered
--
-- Rule     two different credit codes, or different names in different leagues, under one number:
--          neither is trusted; other differences are reported and the later row stands
-- Grain    one row per unit_id with more than one differing row

with

given as (

    select
        rows_given.unit_id,
        rows_given.uscc,
        unit_names.normalised_name,
        divisions.league_code
    from stg_insured_units as rows_given
    left join unit_names on rows_given.unit_name = unit_names.unit_name
    left join division_bureaus as divisions on rows_given.division_code = divisions.division_code

)

select
    earlier.unit_id,
    max(
        case
            when earlier.uscc <> later.uscc then 1
            when earlier.normalised_name <> later.normalised_name
                and earlier.league_code <> later.league_code
                then 1
            else 0
        end
    ) = 1 as is_in_conflict
from given as earlier
inner join given as later on earlier.unit_id = later.unit_id
where earlier.unit_id in (
        select given.unit_id
        from given
        group by given.unit_id
        having count(*) > 1
    )
group by earlier.unit_id
