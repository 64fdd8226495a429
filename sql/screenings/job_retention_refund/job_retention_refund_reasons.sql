-- 不符合与待核原因 · Why a unit is not eligible, or what would settle what is not known
--
-- Grain    one row per unit_id and finding whose condition is not true, in order of `position`

select
    findings.unit_id,
    findings.condition,
    findings.label_code,
    replace(
        replace(
            replace(texts.label, '{1}', coalesce(findings.first_text, '')),
            '{2}',
            coalesce(findings.second_text, '')
        ),
        '{3}',
        coalesce(findings.third_text, '')
    ) as reason,
    findings.position,
    findings.condition_value is not null as is_false
from job_retention_refund_findings as findings
left join labels as texts on texts.kind = 'refund' and findings.label_code = texts.code
where findings.condition_value is null or not findings.condition_value
