-- 移出情形 · Who was to be told in the run before and is not any more, and why
--
-- Rule     the first condition that is false names the reason; who is told by another bureau
--          now is removed from his former bureau's list
-- Grain    one row per person_id of the notice list of the run before

with

first_reasons as (

    select
        reasons.person_id,
        reasons.condition,
        row_number() over (
            partition by reasons.person_id order by reasons.position asc
        ) as position
    from unemployment_benefit_notice_reasons as reasons
    where reasons.is_false

)

select
    previous.subject_id as person_id,
    previous.bureau_code,
    coalesce(insured.person_name, previous.subject_name) as person_name,
    insured.phone,
    people.left_unit_id,
    left_units.unit_name,
    coalesce(units.division_name, unknown_bureau.label) as division_name,
    case
        when people.person_id is null then gone.label
        when people.outcome = 'eligible' then replace(other_bureau.label, '{1}', bureaus.bureau_name)
        when people.outcome = 'cannot_tell'
            then replace(cannot_tell.label, '{1}', coalesce(listed.unknown_reasons, ''))
        else removed.label
    end as removed_reason,
    previous.first_listed_on
from previous_listed as previous
left join unemployment_benefit_notice_people as people on previous.subject_id = people.person_id
left join unemployment_benefit_notice_listed as listed on previous.subject_id = listed.person_id
left join first_reasons
    on previous.subject_id = first_reasons.person_id and first_reasons.position = 1
left join people as insured on previous.subject_id = insured.person_id
left join units on people.last_unit_id = units.unit_id
left join units as left_units on people.left_unit_id = left_units.unit_id
left join ref_bureaus as bureaus on people.bureau_code = bureaus.bureau_code
left join labels as removed on removed.kind = 'removed' and first_reasons.condition = removed.code
left join labels as gone on gone.kind = 'removed' and gone.code = 'gone'
left join labels as other_bureau on other_bureau.kind = 'removed' and other_bureau.code = 'other_bureau'
left join labels as cannot_tell on cannot_tell.kind = 'removed' and cannot_tell.code = 'cannot_tell'
left join labels as unknown_bureau
    on unknown_bureau.kind = 'word' and unknown_bureau.code = 'unknown_bureau'
where
    previous.list_name = '失业保险金_告知名单'
    and (people.outcome is null or people.outcome <> 'eligible' or people.bureau_code <> previous.bureau_code)
