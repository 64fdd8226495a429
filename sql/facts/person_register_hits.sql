-- 人员比对结果 · Persons who stand on a register on the day
--
-- Rule     listed from a day not after the day of the run, and not listed to an earlier day
-- Grain    one row per person_id and register

select
    registers.person_id,
    registers.register,
    min(registers.listed_from) as first_listed_from,
    max(registers.listed_from) as last_listed_from
from stg_person_registers as registers
cross join run_calendar
where
    registers.listed_from <= run_calendar.as_of
    and (registers.listed_to is null or registers.listed_to >= run_calendar.as_of)
group by registers.person_id, registers.register
