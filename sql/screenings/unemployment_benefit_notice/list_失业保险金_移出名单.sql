-- 失业保险金_移出名单 · Who was to be told in the run before and is not any more, with the reason
--
-- Grain    one row per person_id

select
    removed.bureau_code,
    removed.person_id,
    row_number() over (
        partition by removed.bureau_code order by removed.division_name asc, removed.person_id asc
    ) as "序号",
    removed.person_name as "姓名",
    removed.person_id as "社会保障号码",
    removed.phone as "联系电话",
    removed.left_unit_id as "原单位编号",
    removed.unit_name as "原单位名称",
    removed.division_name as "旗县",
    removed.removed_reason as "移出原因",
    removed.first_listed_on as "首次列入日期"
from unemployment_benefit_notice_removed as removed
