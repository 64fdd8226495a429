"""What the READMEs show as real is what the sample gives."""

import pytest

from pipelines import ROOT
from pipelines.steps import HandedOver


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_output_shown_is_the_samples(readme: str, sample_run: HandedOver) -> None:
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    shown = {
        cells[1].strip(): [cell.strip() for cell in cells[2:5]]
        for line in lines
        if (cells := line.split("│"))[0] == "" and len(cells) == 6
    }
    region = [row for row in sample_run.summary if row.bureau_code == ""]
    assert region
    for row in region:
        counts = ["" if number is None else f"{number:,}" for number in (row.units, row.people)]
        amount = "" if row.amount_yuan is None else f"{row.amount_yuan:,.2f}"
        assert shown[row.list_name] == [*counts, amount]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_list_is_told(readme: str, sample_run: HandedOver) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for row in sample_run.summary:
        assert f"| {row.list_name} |" in text
