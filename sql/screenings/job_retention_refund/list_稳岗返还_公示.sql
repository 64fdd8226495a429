-- 稳岗返还_公示 · What is published of the units to be paid: nothing else
--
-- Grain    one row per unit_id of 稳岗返还_可直接发放

select
    listed.bureau_code,
    listed.unit_id,
    listed.refund_amount_yuan as amount_yuan,
    row_number() over (
        partition by listed.bureau_code order by listed.division_name asc, listed.unit_id asc
    ) as "序号",
    listed.unit_name as "单位名称",
    listed.rate_text as "裁员率",
    cast(listed.refund_amount_yuan as decimal(18, 2)) as "拟返还金额"
from job_retention_refund_listed as listed
where listed.list_name = '稳岗返还_可直接发放'
