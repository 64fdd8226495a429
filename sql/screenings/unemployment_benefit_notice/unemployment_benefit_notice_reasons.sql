-- 不符合与待核原因 · Why a person is not eligible, or what would settle what is not known
--
-- Grain    one row per person_id and finding whose condition is not true, in order of `position`

select
    findings.person_id,
    findings.condition,
    findings.label_code,
    replace(
        replace(texts.label, '{1}', coalesce(findings.first_text, '')),
        '{2}',
        coalesce(findings.second_text, '')
    ) as reason,
    findings.position,
    findings.condition_value is not null as is_false
from unemployment_benefit_notice_findings as findings
left join labels as texts on texts.kind = 'benefit' and findings.label_code = texts.code
where findings.condition_value is null or not findings.condition_value
