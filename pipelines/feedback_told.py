"""What `wengang feedback` says of the lists that it read: counts and rows, nobody's data."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.feedback import BureauCount, Feedback, FileCount
from pipelines.feedback_words import percent
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.reference import code_table


def lines_of(found: Feedback) -> Iterator[str]:
    """Each file with its bureaus, then its rows that were refused or not understood."""
    names = {row["bureau_code"]: row["bureau_name"] for row in code_table("bureaus")}
    for file in found.files:
        yield from _file(file, names)
    if found.wrong_numbers:
        folder = found.wrong_numbers[0].parent
        count = len(found.wrong_numbers) // 2
        yield say(
            f"号码有误的人员（{count} 个盟市，csv 与 xlsx）：{folder}",
            f"People whose number is wrong ({count} bureaus, csv and xlsx): {folder}",
        )


def _file(file: FileCount, names: dict[str, str]) -> Iterator[str]:
    known = say("（以前读过，未作改动）", " (read before, nothing changed)")
    yield f"{file.name}{known if file.is_known else ''}"
    for code, count in file.bureaus.items():
        bureau = names.get(code, say("盟市不明", "bureau unknown"))
        yield f"  {bureau}{say('：', ': ')}{_count(count)}"
    problems = labels_of("feedback_problem")
    refused: dict[tuple[int, str], list[int]] = {}
    for row in file.rows:
        if row.problem:
            refused.setdefault((row.sheet, problems[row.problem]), []).append(row.line)
    for (sheet, why), lines in refused.items():
        place = say(f"第 {sheet} 张表", f"sheet {sheet}, ") if sheet else ""
        told = ranges(lines)
        yield say(f"  拒收{place}第 {told} 行：{why}", f"  refused {place}row {told}: {why}")
    others = [row.line for row in file.rows if row.fate == "told" and row.result == "other"]
    if others:
        told = ranges(others)
        yield say(
            f"  第 {told} 行的告知结果不在词表 data/reference/feedback_results.csv 中，计为其他",
            f"  row {told}: result not in data/reference/feedback_results.csv, counted as other",
        )


def _count(count: BureauCount) -> str:
    labels = labels_of("feedback_result")
    fates = count.fates
    told = fates["told"]
    results = [f"{labels[code]} {count.results[code]}" for code in labels if count.results[code]]
    people = len(count.told)
    asked = people + fates["not_told"]
    parts = [
        say(f"读入 {count.rows} 行", f"{count.rows} rows"),
        say(f"已反馈 {told}", f"{told} told") + (_within(results) if results else ""),
        say(f"尚未告知 {fates['not_told']}", f"{fates['not_told']} not told yet"),
        say(f"重复 {fates['duplicate']}", f"{fates['duplicate']} duplicate"),
        say(f"拒收 {fates['refused']}", f"{fates['refused']} refused"),
        say(f"反馈率 {percent(people, asked)}", f"response rate {percent(people, asked)}"),
        say(
            f"告知到率 {percent(count.in_touch, told)}",
            f"reached of those told {percent(count.in_touch, told)}",
        ),
    ]
    return say("，", ", ").join(parts)


def _within(texts: Sequence[str]) -> str:
    return say("（", " (") + say("、", ", ").join(texts) + say("）", ")")


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in order as 3–5、9."""
    parts: list[list[int]] = []
    for number in sorted(Counter(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return say("、", ", ").join(
        str(first) if first == last else f"{first}–{last}" for first, last in parts
    )
