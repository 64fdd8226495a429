-- 失业情形 · Who is out of work, may be, or was and works again
--
-- Rule     out of work: a record in the last insured month or later; or the unit files regular rows
--          for a later month; or the unit is closed and has no heads in the last two delivered
--          months. A record in the month before the last insured one without later rows, and a
--          unit silent for more than `silent_months`, are left to a person. A unit that is merely
--          late makes nobody unemployed; rows of the unit set aside make absence prove nothing
-- Grain    one row per person_id who is out of work, may be, or whose record of the last
--          `look_back_months` was followed by an insured month
-- Unknown  is_out_of_work is NULL as told by `situation`

with

situations as (

    select
        spells.person_id,
        spells.last_unit_id,
        units.bureau_code,
        spells.last_insured_period,
        spells.last_delivered_period,
        spells.record_reason_class,
        spells.record_period,
        spells.record_on,
        spells.former_record_unit_id,
        spells.former_reason_class,
        spells.former_record_period,
        spells.former_record_on,
        case
            when spells.record_period >= spells.last_insured_period then 'separated'
            when (spells.has_unit_filed_later or spells.is_unit_closed) and spells.has_unit_rows_set_aside
                then 'unit_rows_set_aside'
            when spells.has_unit_filed_later then 'unit_filed_without_him'
            when spells.is_unit_closed then 'unit_closed'
            when spells.record_period = spells.last_insured_period - 1 then 'paid_after_separation'
            when spells.last_delivered_period - spells.last_insured_period > in_force.silent_months
                then 'unit_silent'
            when
                spells.former_record_period
                >= extract(year from run_calendar.as_of) * 12
                + extract(month from run_calendar.as_of)
                - in_force.look_back_months
                then 'works_again'
        end as situation
    from person_spells as spells
    cross join run_calendar
    inner join units on spells.last_unit_id = units.unit_id
    left join policy_unemployment_benefit_notice as in_force on units.bureau_code = in_force.bureau_code

),

chosen as (

    select
        person_id,
        last_unit_id,
        bureau_code,
        situation,
        last_insured_period,
        last_delivered_period,
        case when situation = 'works_again' then former_record_unit_id else last_unit_id end
            as left_unit_id,
        case when situation = 'works_again' then former_reason_class else record_reason_class end
            as reason_class,
        case
            when situation = 'works_again' then former_record_period
            else coalesce(record_period, last_insured_period)
        end as left_period,
        case
            when situation = 'works_again' then former_record_on
            when record_on is not null then record_on
            -- the last day of the last insured month: the first of the next, less a day
            else
                make_date(
                    cast((last_insured_period - last_insured_period % 12) / 12 as integer),
                    last_insured_period % 12 + 1,
                    1
                ) - 1
        end as left_on
    from situations
    where situation is not null

)

select
    person_id,
    last_unit_id,
    left_unit_id,
    bureau_code,
    situation,
    reason_class,
    last_insured_period,
    last_delivered_period,
    left_period,
    case
        when situation in ('separated', 'unit_filed_without_him', 'unit_closed') then true
        when situation = 'works_again' then false
    end as is_out_of_work,
    left_on
from chosen
