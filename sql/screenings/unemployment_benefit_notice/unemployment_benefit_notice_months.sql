-- 累计缴费月数 · Paid months that count for the benefit
--
-- Rule     months up to paid_months_to and distinct paid months of the payroll after it; after an
--          earlier grant only the payroll months after its month of unemployment
-- Grain    one row per person_id of the spells
-- Unknown  where paid_months_before is NULL and no earlier grant cuts the count, paid_months is
--          what the payroll alone shows, a lower bound (is_paid_months_known false)

with

paid_periods as (

    select distinct
        months.person_id,
        months.period
    from person_unit_months as months
    where
        months.is_paid
        and months.person_id in (select spells.person_id from unemployment_benefit_notice_spells as spells)

),

counted as (

    select
        grants.person_id,
        count(paid_periods.period) as paid_periods,
        count(case when paid_periods.period > people.paid_months_to then 1 end) as paid_periods_after,
        count(case when paid_periods.period > grants.cut_period then 1 end) as paid_periods_since_cut
    from unemployment_benefit_notice_grants as grants
    left join people on grants.person_id = people.person_id
    left join paid_periods on grants.person_id = paid_periods.person_id
    group by grants.person_id

)

select
    grants.person_id,
    cast(
        case
            when grants.cut_period is not null then counted.paid_periods_since_cut
            when people.paid_months_before is not null
                then people.paid_months_before + counted.paid_periods_after
            else counted.paid_periods
        end as bigint
    ) as paid_months,
    grants.cut_period is not null or people.paid_months_before is not null as is_paid_months_known
from unemployment_benefit_notice_grants as grants
left join people on grants.person_id = people.person_id
left join counted on grants.person_id = counted.person_id
