-- 可能离开的人 · Who is not insured any more, or left once: whoever a policy may have looked at
--
-- Rule     a record, of this spell or of an earlier one; a unit that filed later without him or is
--          closed; or no insured month as late as the last delivered one. It asks for no number of
--          months: each policy looks at some of these, and at nobody else
-- Grain    one row per person_id

select person_id
from person_spells
where
    record_period is not null
    or former_record_period is not null
    or has_unit_filed_later
    or is_unit_closed
    or last_insured_period < last_delivered_period
