-- 失业保险金_告知名单 · Who is to be told that he may claim unemployment benefit
--
-- Grain    one row per person_id

select
    listed.bureau_code,
    listed.person_id,
    listed.total_amount_yuan as amount_yuan,
    listed.person_name as subject_name,
    listed.first_listed_on,
    row_number() over (
        partition by listed.bureau_code order by listed.division_name asc, listed.person_id asc
    ) as "序号",
    listed.person_name as "姓名",
    listed.person_id as "社会保障号码",
    listed.phone as "联系电话",
    listed.left_unit_id as "原单位编号",
    listed.unit_name as "原单位名称",
    listed.division_name as "旗县",
    listed.left_month as "停保年月",
    listed.reason_label as "失业原因",
    listed.paid_months as "累计缴费月数",
    listed.registration_label as "失业登记",
    listed.granted_months_text as "应领月数",
    listed.monthly_amount_first_year_yuan as "月标准参考(1-12月)",
    listed.monthly_amount_later_yuan as "月标准参考(13月起)",
    listed.total_amount_yuan as "可领合计参考",
    listed.first_listed_on as "首次列入日期",
    listed.is_new_label as "是否本次新增",
    listed.next_step_label as "下一步",
    cast(null as varchar) as "告知方式",
    cast(null as varchar) as "告知日期",
    cast(null as varchar) as "告知结果",
    listed.remarks as "备注"
from unemployment_benefit_notice_listed as listed
where listed.list_name = '失业保险金_告知名单'
