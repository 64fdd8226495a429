-- 读入核对 · Whether the rows of every file are all accounted for
--
-- Rule     physical lines = headings + blank lines + rows read; rows read = accepted + duplicate
--          + out of scope + set aside; rows that were mended or are void are a part of those set aside
-- Grain    one row per accepted file
-- Unknown  lines are NULL for files that have none (parquet)

select
    file_name,
    extract,
    rows_read,
    rows_accepted,
    rows_set_aside,
    rows_mended,
    rows_void,
    rows_set_aside - rows_mended - rows_void as rows_open,
    physical_lines - heading_lines - blank_lines - rows_read as lines_unaccounted,
    rows_read - rows_accepted - rows_duplicate - rows_out_of_scope - rows_set_aside as rows_unaccounted,
    -- for display: what share of the file's rows nobody could read or has mended
    cast(rows_set_aside - rows_mended - rows_void as double) / nullif(rows_read, 0) as set_aside_share
from import_log
where status = 'accepted'
