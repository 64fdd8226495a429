-- 单位名称规范化 · Unit names as they are compared
--
-- Rule     width, brackets and spaces don't tell two names apart
-- Grain    one row per unit_name as delivered

with

names as (

    select unit_name from stg_insured_units
    union
    select unit_name from stg_unit_registers

)

select
    unit_name,
    upper(
        translate(
            unit_name,
            'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９()（）[]［］【】〔〕{}｛｝<>《》〈〉「」 　	',
            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
        )
    ) as normalised_name
from names
where unit_name is not null
