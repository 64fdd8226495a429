"""The READMEs get the figures that the full dose measured, and nothing else of them changes."""

import re
from collections import Counter

from tests.figures import READMES, add_figures, write_figures


def test_figures_go_to_their_places(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("| kills | <!--kills-->7<!----> |\n<!--flips-->9<!---->\n", encoding="utf-8")
    figures: Counter[str] = Counter()
    add_figures(figures, [("figure: kills", 1200), ("other", 5)])
    add_figures(figures, [("figure: kills", 34)])
    write_figures(figures, (readme,))
    text = readme.read_text(encoding="utf-8")
    assert text == "| kills | <!--kills-->1,234<!----> |\n<!--flips-->9<!---->\n"


def test_both_readmes_name_the_same_figures():
    names = [
        re.findall(r"<!--([a-z0-9_]+)-->", path.read_text(encoding="utf-8")) for path in READMES
    ]
    assert sorted(names[0]) == sorted(names[1])
