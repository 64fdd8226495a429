-- 参保人员 · What insured_people says of a person
--
-- Rule     the later row by file name, then line, stands; a blank cell of paid_months_before is 0
--          where the column is filled for others of its file; an empty paid_months_to is the
--          month before the first delivered month
-- Grain    one row per person_id of insured_people
-- Unknown  paid_months_before where the row's file has no such column, or nobody's is filled there:
--          what another file says of others makes a blank cell no 0

with

first_month as (

    select min(period) as first_delivered_period
    from delivered_months
    where is_delivered

),

filled as (

    select
        file_name,
        count(paid_months_before) as filled_cells
    from stg_insured_people
    group by file_name

),

ranked as (

    select
        rows_given.file_name,
        rows_given.person_id,
        rows_given.person_name,
        rows_given.sex_code,
        rows_given.phone,
        rows_given.paid_months_before,
        rows_given.paid_months_to,
        rows_given.is_rural_worker,
        rows_given.has_paid_months_column,
        rows_given.birth_date,
        row_number() over (
            partition by rows_given.person_id
            order by rows_given.file_name desc, rows_given.line_number desc
        ) as position
    from stg_insured_people as rows_given

)

select
    ranked.person_id,
    ranked.person_name,
    ranked.phone,
    case ranked.sex_code when '1' then 'man' when '2' then 'woman' end as given_sex,
    case
        when ranked.has_paid_months_column and filled.filled_cells > 0
            then coalesce(ranked.paid_months_before, 0)
    end as paid_months_before,
    coalesce(ranked.paid_months_to, first_month.first_delivered_period - 1) as paid_months_to,
    ranked.is_rural_worker,
    ranked.birth_date as given_birth_date
from ranked
inner join filled on ranked.file_name = filled.file_name
cross join first_month
where ranked.position = 1
