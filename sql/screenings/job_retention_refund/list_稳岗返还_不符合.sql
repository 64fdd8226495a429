-- 稳岗返还_不符合 · Units that are not eligible, each with every condition that fails
--
-- Grain    one row per unit_id

select
    listed.bureau_code,
    listed.unit_id,
    row_number() over (
        partition by listed.bureau_code order by listed.division_name asc, listed.unit_id asc
    ) as "序号",
    listed.unit_id as "单位编号",
    listed.unit_name as "单位名称",
    listed.division_name as "旗县",
    listed.false_reasons as "不符合原因"
from job_retention_refund_listed as listed
where listed.list_name = '稳岗返还_不符合'
