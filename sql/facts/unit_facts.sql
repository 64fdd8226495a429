-- 单位事实 · All that is known of a unit, in one row, without any threshold
--
-- Grain    one row per unit_id of insured_units or of the payroll: every unit stays
-- Unknown  as in the models that it is put together from

with

grants_delivered as (

    select
        case
            when (select count(*) from stg_benefit_grants) > 0 then 1
            when (select count(*) from delivery_complete where name = 'benefit_grants') > 0 then 1
            else 0
        end as is_delivered

),

same_code as (

    select
        uscc,
        count(*) as units_of_uscc
    from units
    where is_valid_uscc
    group by uscc

),

same_account as (

    select
        bank_account,
        count(distinct uscc) as usccs_of_account,
        count(*) as units_of_account
    from units
    where bank_account is not null
    group by bank_account

)

select
    units.unit_id,
    units.uscc,
    units.bureau_code,
    units.division_code,
    units.division_name,
    units.unit_name,
    unit_types.unit_type,
    unit_types.unit_type_source,
    unit_types.unit_type_by_identity,
    unit_types.unit_type_by_code,
    units.industry_code,
    units.industry_section,
    units.unit_status,
    units.unit_change_code,
    unit_sizes.size_class,
    unit_sizes.size_basis,
    units.bank_name,
    units.bank_account,
    units.contact_name,
    units.contact_phone,
    unit_years.head_months,
    unit_years.months_insured,
    cast(
        (
            unit_years.head_months * 2 + unit_years.months_insured
            - (unit_years.head_months * 2 + unit_years.months_insured)
            % nullif(unit_years.months_insured * 2, 0)
        )
        / nullif(unit_years.months_insured * 2, 0) as bigint
    ) as rounded_average_heads,
    unit_years.january_heads,
    unit_years.year_end_heads,
    unit_years.prior_year_end_heads,
    unit_years.months_paid_in_full,
    unit_years.months_not_in_full,
    unit_years.paid_for_year,
    unit_years.arrears_yuan,
    coalesce(unit_refunds.already_paid_yuan, 0) as already_paid_yuan,
    case when grants_delivered.is_delivered = 1 then coalesce(unit_claimants.claimants_january, 0) end
        as claimants_january,
    case when grants_delivered.is_delivered = 1 then coalesce(unit_claimants.claimants_new, 0) end
        as claimants_new,
    case when grants_delivered.is_delivered = 1 then coalesce(unit_claimants.claimants_new_with_january, 0) end
        as claimants_new_with_january,
    case when grants_delivered.is_delivered = 1 then coalesce(unit_claimants.claimants_lump_sum, 0) end
        as claimants_lump_sum,
    coalesce(unit_set_aside.rows_of_year, 0) as rows_set_aside,
    coalesce(same_code.units_of_uscc, 1) as units_of_uscc,
    case when same_account.usccs_of_account > 1 then same_account.units_of_account else 1 end
        as units_of_account,
    units.is_valid_uscc,
    units.is_labour_dispatch,
    units.is_in_insured_units,
    units.is_known_division,
    units.is_in_conflict
from units
cross join grants_delivered
inner join unit_types on units.unit_id = unit_types.unit_id
inner join unit_sizes on units.unit_id = unit_sizes.unit_id
inner join unit_years on units.unit_id = unit_years.unit_id
left join unit_refunds on units.unit_id = unit_refunds.unit_id
left join unit_claimants on units.unit_id = unit_claimants.unit_id
left join unit_set_aside on units.unit_id = unit_set_aside.unit_id
left join same_code on units.is_valid_uscc and units.uscc = same_code.uscc
left join same_account on units.bank_account = same_account.bank_account
