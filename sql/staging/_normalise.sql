-- 规范化 · Macros that read a cell as its type
--
-- clean_… : a cell without what people and spreadsheets leave around it; NULL when it says nothing
-- as_…    : a cleaned cell as a value of its type; NULL when it is none
-- Only lines that are not in plain form come here, so these may take their time.

-- empty, \N, NULL, 无, /, -, 暂无 (a list with `in` would be joined for every line of the file)
create or replace temp macro filled(cell) as
    case
        when length(cell) > 4 then cell
        when not regexp_full_match(upper(cell), '(\\N|NULL|无|/|／|-|－|暂无)?') then cell
    end;

-- full-width forms of ASCII as ASCII
create or replace temp macro half_width(cell) as
    case
        when not regexp_matches(cell, '[\x{FF01}-\x{FF5E}]') then cell
        else translate(
            cell,
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ（）－＋．，／：＼＿＇＂＝',
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz()-+.,/:\_''"='
        )
    end;

-- without zero-width characters, outer spaces and quotes, a leading apostrophe or equals sign
create or replace temp macro bare(cell) as
    case
        when regexp_full_match(cell, '[0-9A-Za-z一-龥.,:/_￥-]*') then cell
        else regexp_replace(
            regexp_replace(
                regexp_replace(cell, '[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{FEFF}]+', '', 'g'),
                '[\s\x{A0}\x{3000}]+', ' ', 'g'
            ),
            '^[ =]*["“'']*[ ]*|[ ]*["”'']*[ ]*$', '', 'g'
        )
    end;

create or replace temp macro clean_texts(cells) as
    list_transform(cells, lambda cell: filled(bare(cell)));

-- a cleaned text without inner spaces and quotes
create or replace temp macro packed(cell) as
    case
        when regexp_full_match(cell, '[!#-&(-_a-z一-龥￥]*') then cell
        else filled(regexp_replace(half_width(cell), '[ "“”‘’''`]+', '', 'g'))
    end;

-- 6210.0 is 6210 that was once a number; the x of a check digit is an X
create or replace temp macro without_traces(code) as
    case
        when regexp_full_match(code, '[0-9]+') then code
        when regexp_full_match(code, '-?[0-9]{1,15}[.]0+') then left(code, strpos(code, '.') - 1)
        when regexp_full_match(code, '[0-9]+x') then upper(code)
        else code
    end;

-- cleaned texts as codes
create or replace temp macro clean_codes(cells) as
    list_transform(list_transform(cells, lambda cell: packed(cell)), lambda code: without_traces(code));

-- a number that a spreadsheet has cut to 15 digits: 1.50102E+17, or longer with a decimal part
create or replace temp macro is_ruined(code) as
    regexp_full_match(code, '[0-9]+[.][0-9]*[Ee][+]?[0-9]+|[0-9]+[Ee][+][0-9]+|[0-9]{16,}[.]0*');

-- what a spreadsheet shows where it has no value: #N/A, #REF!, ###
create or replace temp macro is_sheet_error(code) as
    regexp_full_match(upper(code), '#(N/A|REF!|VALUE!|NAME[?]|DIV/0!|NUM!|NULL!|#+)');

create or replace temp macro as_code(code) as
    case when not is_ruined(code) and not is_sheet_error(code) then code end;

-- GB 11643-1999: the check digit of the first 17 digits
create or replace temp macro id_check_digit(id) as
    substr(
        '10X98765432',
        1 + (
            cast(substr(id, 1, 1) as integer) * 7 + cast(substr(id, 2, 1) as integer) * 9
            + cast(substr(id, 3, 1) as integer) * 10 + cast(substr(id, 4, 1) as integer) * 5
            + cast(substr(id, 5, 1) as integer) * 8 + cast(substr(id, 6, 1) as integer) * 4
            + cast(substr(id, 7, 1) as integer) * 2 + cast(substr(id, 8, 1) as integer)
            + cast(substr(id, 9, 1) as integer) * 6 + cast(substr(id, 10, 1) as integer) * 3
            + cast(substr(id, 11, 1) as integer) * 7 + cast(substr(id, 12, 1) as integer) * 9
            + cast(substr(id, 13, 1) as integer) * 10 + cast(substr(id, 14, 1) as integer) * 5
            + cast(substr(id, 15, 1) as integer) * 8 + cast(substr(id, 16, 1) as integer) * 4
            + cast(substr(id, 17, 1) as integer) * 2
        ) % 11,
        1
    );

create or replace temp macro has_check_digit(id) as
    case
        when regexp_full_match(id, '[0-9]{17}[0-9X]') then id_check_digit(id) = substr(id, 18, 1)
        else false
    end;

-- also 18 digits that end in 000 without being a valid number
create or replace temp macro is_ruined_id(code) as
    case
        when regexp_full_match(code, '[0-9]{15}000') then not has_check_digit(code)
        else is_ruined(code)
    end;

create or replace temp macro lifted(code) as
    case
        when regexp_full_match(code, '[0-9]{15}')
            then substr(code, 1, 6) || '19' || substr(code, 7)
                || id_check_digit(substr(code, 1, 6) || '19' || substr(code, 7))
        else upper(code)
    end;

create or replace temp macro as_person_id(code) as
    case
        when not is_ruined_id(code) and regexp_full_match(upper(code), '[0-9A-Z()]{6,20}')
            then lifted(code)
    end;

-- 2021-12-31, 2021/12/31, 20211231, 2021年12月31日, with or without a time, from 1900 on
create or replace temp macro is_like_a_day(cell) as
    regexp_full_match(
        cell,
        '(19|[2-9][0-9])[0-9]{2}([-/][0-9]{1,2}[-/][0-9]{1,2}|年 ?[0-9]{1,2}月 ?[0-9]{1,2}日|[0-9]{4})([ T]*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?|[0-9]{6})?'
    );

create or replace temp macro as_day(cell) as
    case
        when is_like_a_day(half_width(cell))
            then try_cast(
                regexp_replace(
                    half_width(cell),
                    '^([0-9]{4})(?:[-/]([0-9]{1,2})[-/]([0-9]{1,2})|年 ?([0-9]{1,2})月 ?([0-9]{1,2})日|([0-9]{2})([0-9]{2})).*$',
                    '\1-\2\4\6-\3\5\7'
                ) as date
            )
    end;

-- 202112, 2021-12, 2021/12, 2021年12月, or any day of the month
create or replace temp macro is_like_a_month(cell) as
    regexp_full_match(
        cell,
        '(19|[2-9][0-9])[0-9]{2}([-/](0?[1-9]|1[0-2])|年 ?(0?[1-9]|1[0-2])月份?|(0[1-9]|1[0-2])([.]0+)?)'
    );

create or replace temp macro as_month(cell) as
    case
        when is_like_a_month(half_width(cell)) or as_day(cell) is not null
            then cast(left(half_width(cell), 4) as integer) * 12
                + cast(regexp_extract(half_width(cell), '^[0-9]{4}[-/年 ]*([0-9]{1,2})', 1) as integer)
    end;

-- spreadsheets count days from 1899-12-30
create or replace temp macro as_serial_day(cell) as
    coalesce(
        as_day(cell),
        case
            when regexp_full_match(cell, '[1-7][0-9]{4}([.][0-9]+)?')
                then date '1899-12-30' + cast(left(cell, 5) as integer)
        end
    );

create or replace temp macro as_serial_month(cell) as
    coalesce(as_month(cell), year(as_serial_day(cell)) * 12 + month(as_serial_day(cell)));

-- a plain day: 2021-12-31, 2021/12/31 or 20211231, known to be in the calendar
create or replace temp macro plain_day(cell) as
    case
        when length(cell) = 8
            then make_date(
                cast(left(cell, 4) as integer),
                cast(substr(cell, 5, 2) as integer),
                cast(right(cell, 2) as integer)
            )
        else cast(cell as date)
    end;

create or replace temp macro plain_month(cell) as
    cast(left(cell, 4) as integer) * 12 + cast(right(cell, 2) as integer);

-- 1234.5, 1,234.50, ￥1,234.50; at most four decimals, beyond the eighth is the noise of a float
create or replace temp macro without_marks(cell) as
    replace(replace(replace(replace(cell, ',', ''), '￥', ''), '¥', ''), '+', '');

-- a space inside a number is no thousands separator: the point may have been there
create or replace temp macro number_text(cell) as
    case
        when regexp_full_match(cell, '[0-9.]+') then cell
        else regexp_replace(
            regexp_replace(half_width(cell), '["“”‘’''`]+', '', 'g'), '^([¥￥+-]*) +', '\1'
        )
    end;

create or replace temp macro as_amount(cell) as
    case
        when regexp_full_match(cell, '-?[0-9]{1,13}([.][0-9]{1,4})?')
            then cast(cell as decimal(18, 4))
        when
            regexp_full_match(cell, '[¥￥]?[+-]?[¥￥]?([0-9]{1,3}(,[0-9]{3})+|[0-9]*)([.][0-9]*)?')
            and try_cast(without_marks(cell) as decimal(28, 8))
            = try_cast(without_marks(cell) as decimal(18, 4))
            then try_cast(without_marks(cell) as decimal(18, 4))
    end;

create or replace temp macro as_money(cell) as as_amount(number_text(cell));

create or replace temp macro as_whole(cell) as
    case
        when regexp_full_match(cell, '-?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,12})([.]0*)?( ?年)?')
            then try_cast(regexp_replace(cell, ',|[.]0*( ?年)?$| ?年$', '', 'g') as bigint)
    end;

create or replace temp macro as_integer(cell) as as_whole(number_text(cell));

create or replace temp macro as_flag(cell) as
    case
        when regexp_full_match(upper(cell), '是|1|Y|YES|T|TRUE') then true
        when regexp_full_match(upper(cell), '否|0|N|NO|F|FALSE') then false
    end;

-- six digits; longer codes of towns and villages begin with those of their county
create or replace temp macro as_division(code) as
    case when regexp_full_match(code, '[0-9]{6}([0-9]{3}|[0-9]{6})?') then left(code, 6) end;

create or replace temp macro as_industry(code) as
    case when regexp_full_match(upper(code), '[A-T]|[A-T]?[0-9]{2,4}') then upper(code) end;

-- the fields of a line, NULL when it breaks the grammar: a quote inside a bare field
create or replace temp macro fields(line, delimiter, grammar, field) as
    case
        when not contains(line, '"') then string_split(line, delimiter)
        when regexp_full_match(line, grammar)
            then list_transform(
                regexp_extract_all(delimiter || line, field, 1),
                lambda cell: case
                    when starts_with(cell, '"')
                        then replace(substr(cell, 2, length(cell) - 2), '""', '"')
                    else cell
                end
            )
    end;
