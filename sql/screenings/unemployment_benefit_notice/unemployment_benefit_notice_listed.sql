-- 失业保险金清单 · Those looked at with the list that they are on, in the words of the lists
--
-- Rule     告知名单: eligible · 待核: cannot tell; who is not eligible is on no list
-- Grain    one row per person_id that is eligible or can't be told
--          备注 tells the last feedback on the person since he left: whether he was told, and when
-- Unknown  numbers that are not known stay empty, or say 待核定

with

reasons as (

    select
        person_id,
        string_agg(case when not is_false then reason end, '；' order by position) as unknown_reasons
    from unemployment_benefit_notice_reasons
    group by person_id

),

not_compared as (

    select
        registers.person_id,
        string_agg(register_labels.label, '、' order by registers.register) as registers_text
    from unemployment_benefit_notice_registers as registers
    left join labels as register_labels
        on register_labels.kind = 'register' and registers.register = register_labels.code
    where registers.finding = 'not_compared'
    group by registers.person_id

),

older_records as (

    select person_id
    from person_spells
    where has_older_record

),

-- the last of what bureaus fed back on either list
told as (

    select
        person_id,
        result,
        told_on,
        row_number() over (
            partition by person_id order by told_on desc, list_name asc
        ) as position
    from feedback_seen
    where list_name in ('失业保险金_告知名单', '失业保险金_待核')

),

placed as (

    select
        people.person_id,
        case people.outcome
            when 'eligible' then '失业保险金_告知名单'
            when 'cannot_tell' then '失业保险金_待核'
        end as list_name
    from unemployment_benefit_notice_people as people

)

select
    people.person_id,
    placed.list_name,
    people.bureau_code,
    insured.person_name,
    insured.phone,
    people.left_unit_id,
    left_units.unit_name,
    coalesce(units.division_name, unknown_bureau.label) as division_name,
    cast(
        (people.left_period - 1 - (people.left_period - 1) % 12) / 12 * 100
        + (people.left_period - 1) % 12 + 1 as integer
    ) as left_month,
    coalesce(reason_labels.label, unknown_reason.label) as reason_label,
    case when people.is_registered then registered.label else not_registered.label end
        as registration_label,
    case
        when people.granted_months is not null then cast(people.granted_months as varchar)
        else replace(at_least.label, '{1}', cast(people.months_at_least as varchar))
    end as granted_months_text,
    case when people.is_registered then claim.label else register_first.label end as next_step_label,
    reasons.unknown_reasons,
    concat_ws(
        '；',
        case when not units.is_known_division then unknown_bureau.label end,
        replace(told_labels.label, '{1}', cast(told.told_on as varchar)),
        case
            when people.unused_months > 0
                then replace(unused.label, '{1}', cast(people.unused_months as varchar))
        end,
        case
            when people.older_worker_factor = 1 or not people.is_older_worker then null
            when people.is_older_worker then older.label
            else older_open.label
        end,
        case when older_records.person_id is not null then contradiction.label end,
        case when insured.phone is null then no_phone.label end,
        case
            when not_compared.registers_text is not null
                then replace(compared.label, '{1}', not_compared.registers_text)
        end
    ) as remarks,
    people.paid_months,
    people.monthly_amount_first_year_yuan,
    people.monthly_amount_later_yuan,
    people.total_amount_yuan,
    case when previous.subject_id is null then yes_label.label else no_label.label end as is_new_label,
    coalesce(previous.first_listed_on, run_calendar.as_of) as first_listed_on
from unemployment_benefit_notice_people as people
cross join run_calendar
inner join placed on people.person_id = placed.person_id
left join people as insured on people.person_id = insured.person_id
left join units on people.last_unit_id = units.unit_id
left join units as left_units on people.left_unit_id = left_units.unit_id
left join reasons on people.person_id = reasons.person_id
left join not_compared on people.person_id = not_compared.person_id
left join older_records on people.person_id = older_records.person_id
-- told before he left: of an earlier spell, and says nothing of this one
left join told
    on people.person_id = told.person_id and told.position = 1 and people.left_on <= told.told_on
left join labels as told_labels on told_labels.kind = 'told' and told.result = told_labels.code
left join previous_listed as previous
    on placed.list_name = previous.list_name and people.person_id = previous.subject_id
left join labels as reason_labels
    on reason_labels.kind = 'reason_class' and people.reason_class = reason_labels.code
left join labels as unknown_reason
    on unknown_reason.kind = 'reason_class' and unknown_reason.code = 'unknown'
left join labels as unknown_bureau
    on unknown_bureau.kind = 'word' and unknown_bureau.code = 'unknown_bureau'
left join labels as registered on registered.kind = 'word' and registered.code = 'registered'
left join labels as not_registered
    on not_registered.kind = 'word' and not_registered.code = 'not_registered'
left join labels as at_least on at_least.kind = 'word' and at_least.code = 'at_least_months'
left join labels as claim on claim.kind = 'next' and claim.code = 'claim'
left join labels as register_first on register_first.kind = 'next' and register_first.code = 'register'
left join labels as unused on unused.kind = 'remark' and unused.code = 'unused_months'
left join labels as older on older.kind = 'remark' and older.code = 'older_worker'
left join labels as older_open
    on older_open.kind = 'remark' and older_open.code = 'older_worker_open'
left join labels as contradiction on contradiction.kind = 'remark' and contradiction.code = 'older_record'
left join labels as no_phone on no_phone.kind = 'remark' and no_phone.code = 'no_phone'
left join labels as compared on compared.kind = 'remark' and compared.code = 'not_compared'
left join labels as yes_label on yes_label.kind = 'word' and yes_label.code = 'yes'
left join labels as no_label on no_label.kind = 'word' and no_label.code = 'no'
where placed.list_name is not null
