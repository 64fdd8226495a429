-- 比对库提供情况 · Which registers were delivered
--
-- Rule     a register is known when a row of it was delivered or delivery.yaml declares it complete
-- Grain    one row per register that is known

select registers.register
from stg_unit_registers as registers
union
select registers.register
from stg_person_registers as registers
union
select delivery_complete.name as register
from delivery_complete
