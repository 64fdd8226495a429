-- 稳岗返还_变动清单 · Units that are new, gone, or judged or paid otherwise than in the last published run
--
-- Rule     an amount is that of who is not refused: for the difference, who is refused gets nothing;
--          a moved condition is told with both its verdicts
-- Grain    one row per unit_id; who another bureau is in charge of now stands in the list of each
-- Unknown  a verdict or amount that one of the runs doesn't have, and their difference, stay empty

select
    changes.bureau_code,
    changes.subject_id as unit_id,
    row_number() over (
        partition by changes.bureau_code
        order by
            case changes.change when 'entered' then 1 when 'left' then 2 when 'verdict' then 3 else 4 end asc,
            changes.division_name asc,
            changes.subject_id asc
    ) as "序号",
    changes.screening_title as "筛查事项",
    change_labels.label as "变动",
    changes.subject_id as "单位编号",
    changes.subject_name as "单位名称",
    coalesce(changes.division_name, unknown_bureau.label) as "旗县",
    before_labels.label as "上次结论",
    now_labels.label as "本次结论",
    changes.amount_before_yuan as "上次金额",
    changes.amount_now_yuan as "本次金额",
    cast(
        case when changes.outcome_now = 'not_eligible' then 0 else changes.amount_now_yuan end
        - case when changes.outcome_before = 'not_eligible' then 0 else changes.amount_before_yuan end
        as decimal(18, 2)
    ) as "金额差",
    changes.conditions as "变化的条件",
    changes.details as "条件变化说明",
    changes.causes as "金额变化原因",
    changes.remarks as "备注"
from run_changes as changes
-- a bureau that is no more has no folder
inner join ref_bureaus as bureaus on changes.bureau_code = bureaus.bureau_code
left join labels as change_labels
    on change_labels.kind = 'change' and changes.change = change_labels.code
left join labels as before_labels
    on before_labels.kind = 'outcome' and changes.outcome_before = before_labels.code
left join labels as now_labels
    on now_labels.kind = 'outcome' and changes.outcome_now = now_labels.code
left join labels as unknown_bureau
    on unknown_bureau.kind = 'word' and unknown_bureau.code = 'unknown_bureau'
where changes.screening = 'job_retention_refund'
