"""The READMEs get the figures that the full dose measured, and nothing else of them changes."""

import re

from tests.figures import READMES, figures_of, write_figures


def test_figures_go_to_their_places(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("| kills | <!--kills-->7<!----> |\n<!--flips-->9<!---->\n", encoding="utf-8")
    figures = figures_of([("figure: kills", 1234), ("other", 5)])
    write_figures(figures, (readme,))
    text = readme.read_text(encoding="utf-8")
    assert text == "| kills | <!--kills-->1,234<!----> |\n<!--flips-->9<!---->\n"


def test_both_readmes_name_the_same_figures():
    names = [
        re.findall(r"<!--([a-z0-9_]+)-->", path.read_text(encoding="utf-8")) for path in READMES
    ]
    assert sorted(names[0]) == sorted(names[1])
