-- 裁员率 · The layoff rate of every unit by every known local method
--
-- Rule     there is no national formula; rate = numerator × denominator_months ÷ denominator_heads;
--          denominator_months is 1 but for the unrounded average; a negative numerator is 0
-- Grain    one row per unit_id and method, whichever the policy names
-- Unknown  a rate is NULL where a part is, and where the denominator is 0; rates are for display,
--          the limit is tested on products

with

parts as (

    select
        facts.unit_id,
        facts.head_months,
        facts.months_insured,
        facts.rounded_average_heads,
        facts.january_heads,
        facts.year_end_heads,
        facts.prior_year_end_heads,
        counts.entitled_leavers,
        counts.possible_leavers,
        counts.layoffs,
        counts.possible_layoffs,
        counts.natural_leavers,
        counts.retired_or_died,
        counts.unsettled_leavers,
        facts.claimants_january + facts.claimants_new + facts.claimants_lump_sum as claimants,
        facts.claimants_new_with_january,
        facts.prior_year_end_heads - facts.year_end_heads as fall_of_year,
        facts.january_heads - facts.year_end_heads as fall_since_january
    from unit_facts as facts
    inner join unit_leaver_counts as counts on facts.unit_id = counts.unit_id

),

methods as (

    select
        unit_id,
        'entitled_leavers_over_average' as method,
        entitled_leavers as numerator_known,
        entitled_leavers + possible_leavers as numerator_possible,
        rounded_average_heads as denominator_heads,
        rounded_average_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'layoffs_over_layoffs_and_year_end' as method,
        layoffs as numerator_known,
        layoffs + possible_layoffs as numerator_possible,
        layoffs + year_end_heads as denominator_heads,
        layoffs + possible_layoffs + year_end_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'claimants_over_average' as method,
        claimants as numerator_known,
        claimants as numerator_possible,
        head_months as denominator_heads,
        head_months as denominator_heads_possible,
        months_insured as denominator_months
    from parts

    union all

    select
        unit_id,
        'new_claimants_over_average' as method,
        claimants_new_with_january as numerator_known,
        claimants_new_with_january as numerator_possible,
        head_months as denominator_heads,
        head_months as denominator_heads_possible,
        months_insured as denominator_months
    from parts

    union all

    select
        unit_id,
        'claimants_over_prior_year_end' as method,
        claimants as numerator_known,
        claimants as numerator_possible,
        prior_year_end_heads as denominator_heads,
        prior_year_end_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_over_prior_year_end' as method,
        fall_of_year as numerator_known,
        fall_of_year as numerator_possible,
        prior_year_end_heads as denominator_heads,
        prior_year_end_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_less_natural_over_prior_year_end' as method,
        fall_of_year - natural_leavers - unsettled_leavers as numerator_known,
        fall_of_year - natural_leavers as numerator_possible,
        prior_year_end_heads as denominator_heads,
        prior_year_end_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_over_january' as method,
        fall_since_january as numerator_known,
        fall_since_january as numerator_possible,
        january_heads as denominator_heads,
        january_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_less_retired_died_over_january' as method,
        fall_since_january - retired_or_died - unsettled_leavers as numerator_known,
        fall_since_january - retired_or_died as numerator_possible,
        january_heads as denominator_heads,
        january_heads as denominator_heads_possible,
        1 as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_less_retired_died_over_average' as method,
        fall_since_january - retired_or_died - unsettled_leavers as numerator_known,
        fall_since_january - retired_or_died as numerator_possible,
        head_months as denominator_heads,
        head_months as denominator_heads_possible,
        months_insured as denominator_months
    from parts

    union all

    select
        unit_id,
        'net_fall_january_over_average' as method,
        fall_since_january as numerator_known,
        fall_since_january as numerator_possible,
        head_months as denominator_heads,
        head_months as denominator_heads_possible,
        months_insured as denominator_months
    from parts

),

floored as (

    select
        unit_id,
        method,
        case when numerator_known < 0 then 0 else numerator_known end as numerator_known,
        case when numerator_possible < 0 then 0 else numerator_possible end as numerator_possible,
        denominator_heads,
        denominator_heads_possible,
        denominator_months
    from methods

)

select
    unit_id,
    method,
    numerator_known,
    numerator_possible,
    denominator_heads,
    denominator_heads_possible,
    denominator_months,
    numerator_known * denominator_months / nullif(denominator_heads, 0) as rate_known,
    numerator_possible * denominator_months / nullif(denominator_heads_possible, 0) as rate_possible
from floored
