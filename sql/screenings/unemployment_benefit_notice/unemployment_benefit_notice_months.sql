-- 累计缴费月数 · Paid months that count for the benefit
--
-- Rule     months up to paid_months_to and distinct paid months of the payroll after it; after an
--          earlier grant only the payroll months after its month of unemployment
-- Grain    one row per person_id of the spells
-- Unknown  where paid_months_before is NULL and no earlier grant cuts the count, paid_months is
--          what the payroll alone shows, a lower bound (is_paid_months_known false)

with

paid_years as (

    select
        years.person_id,
        years.payroll_year,
        bit_or(years.paid_months) as paid_months
    from person_unit_years as years
    where
        years.person_id in (select spells.person_id from unemployment_benefit_notice_spells as spells)
    group by years.person_id, years.payroll_year

),

-- how many months of the year are not after paid_months_to, and not after the cut
paid_since as (

    select
        grants.person_id,
        paid_years.paid_months,
        case
            when people.paid_months_to is not null
                then least(greatest(people.paid_months_to - paid_years.payroll_year * 12, 0), 12)
        end as months_told,
        least(greatest(grants.cut_period - paid_years.payroll_year * 12, 0), 12) as months_cut
    from unemployment_benefit_notice_grants as grants
    inner join paid_years on grants.person_id = paid_years.person_id
    left join people on grants.person_id = people.person_id

),

counted as (

    select
        person_id,
        sum(bit_count(paid_months)) as paid_periods,
        sum(bit_count(paid_months >> months_told)) as paid_periods_after,
        sum(bit_count(paid_months >> months_cut)) as paid_periods_since_cut
    from paid_since
    group by person_id

)

select
    grants.person_id,
    cast(
        case
            when grants.cut_period is not null then coalesce(counted.paid_periods_since_cut, 0)
            when people.paid_months_before is not null
                then people.paid_months_before + coalesce(counted.paid_periods_after, 0)
            else coalesce(counted.paid_periods, 0)
        end as bigint
    ) as paid_months,
    grants.cut_period is not null or people.paid_months_before is not null as is_paid_months_known
from unemployment_benefit_notice_grants as grants
left join people on grants.person_id = people.person_id
left join counted on grants.person_id = counted.person_id
