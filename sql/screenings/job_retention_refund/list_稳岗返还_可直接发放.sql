-- 稳岗返还_可直接发放 · Eligible units whose refund can be paid at once
--
-- Grain    one row per unit_id

select
    listed.bureau_code,
    listed.unit_id,
    listed.refund_amount_yuan as amount_yuan,
    listed.unit_name as subject_name,
    listed.first_listed_on,
    row_number() over (
        partition by listed.bureau_code order by listed.division_name asc, listed.unit_id asc
    ) as "序号",
    listed.unit_id as "单位编号",
    listed.uscc as "统一社会信用代码",
    listed.unit_name as "单位名称",
    listed.unit_type_label as "单位类型",
    listed.industry_code as "行业代码",
    listed.size_class_label as "企业划型",
    listed.size_basis_label as "划型依据",
    listed.division_name as "旗县",
    listed.january_heads as "年初参保人数",
    listed.year_end_heads as "年末参保人数",
    cast(round(listed.average_heads, 2) as decimal(18, 2)) as "月平均参保人数",
    listed.numerator_text as "裁员人数",
    listed.rate_text as "裁员率",
    listed.limit_text as "裁员率上限",
    listed.method_label as "计算办法",
    cast(listed.paid_for_year as decimal(18, 2)) as "全年缴费金额",
    cast(listed.refund_share as double) as "返还比例",
    cast(listed.refund_amount_yuan as decimal(18, 2)) as "返还金额",
    cast(listed.already_paid_yuan as decimal(18, 2)) as "已发放金额",
    listed.bank_name as "开户银行",
    listed.bank_account as "银行账号",
    listed.contact_name as "联系人",
    listed.contact_phone as "联系电话",
    listed.first_listed_on as "首次列入日期",
    listed.is_new_label as "是否本次新增",
    listed.remarks as "备注"
from job_retention_refund_listed as listed
where listed.list_name = '稳岗返还_可直接发放'
