"""Reading a published run; conditions as questions see them; pages and charts."""

import re

import altair
import duckdb
import pytest
from markupsafe import Markup

from pipelines import ROOT
from pipelines.charts import svg
from pipelines.conditions import screenings
from pipelines.errors import StaleError, UsageError
from pipelines.pages import render
from pipelines.policy import load_policies
from pipelines.publish import Run
from pipelines.results import Results, open_run


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_the_conditions_are_those_that_decide(screening):
    """Those of conditions.yaml, in its order, are the ones that the decision joins with `and`."""
    path = ROOT / "sql" / "screenings" / screening.name / f"{screening.decision}.sql"
    text = path.read_text(encoding="utf-8")
    joined = text[: text.index("when true then 'eligible'")].rsplit("case", 1)[1]
    assert re.findall(r"\b(?:is|has)_\w+", joined) == [item.name for item in screening.conditions]


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_conditions_name_parameters_of_their_policy(screening):
    policy = next(item for item in load_policies() if item.screening == screening.name)
    known = {parameter.name for parameter in policy.parameters}
    for condition in screening.conditions:
        assert set(condition.policy) <= known
        assert set(condition.titles) == {"zh", "en"}


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_amounts_and_their_parts_are_columns_of_the_decision(screening, sample_results):
    columns = {
        row[0] for row in sample_results.execute(f"describe {screening.decision}").fetchall()
    }
    assert {screening.key, screening.amount, *screening.amount_parts} <= columns


def test_frames_have_ids_as_text_and_labels_beside_codes(sample_run):
    with open_run(out=sample_run.run.folder.parent.parent) as results:
        frame = results.frame("job_retention_refund_units")
        asked = results.frame(
            "select unit_id, outcome from job_retention_refund_units where bureau_code = ?",
            ["150100"],
        )
        rows = results.rows("select count(*) from job_retention_refund_units")
    assert len(frame) == rows[0][0]
    assert frame["unit_id"].map(type).eq(str).all()
    assert set(frame["outcome_label"]) == {"符合", "待核", "不符合"}
    assert set(asked) == {"unit_id", "outcome", "outcome_label"}


def test_results_can_only_be_read(sample_run):
    with Results(sample_run.run) as results, pytest.raises(duckdb.Error):
        results.connection.execute("delete from units")
    with Results(sample_run.run) as results, pytest.raises(duckdb.Error):
        results.connection.execute("select * from read_csv('/etc/passwd')")


def test_a_run_that_is_not_there_or_damaged_is_said(sample_run, tmp_path):
    with pytest.raises(UsageError):
        open_run("2022-03-22-9", sample_run.run.folder.parent.parent)
    with pytest.raises(StaleError):
        Results(Run("2022-03-22-1", tmp_path))
    (tmp_path / "results.duckdb").write_bytes(b"damaged" * 1000)
    with pytest.raises(StaleError):
        Results(Run("2022-03-22-1", tmp_path))


def test_a_chart_stands_in_a_page_with_its_text_and_loads_nothing():
    data = altair.Data(values=[{"bureau": "阿拉善盟", "units": 3}])
    chart = altair.Chart(data).mark_bar().encode(x="units:Q", y="bureau:N")
    drawn = svg(chart, "各盟市户数", "阿拉善盟 3 户 & <其他>")
    assert isinstance(drawn, Markup)
    assert 'role="img"' in drawn
    assert "阿拉善盟 3 户 &amp; &lt;其他&gt;" in drawn
    assert "max-width" in drawn
    assert not re.findall(r'(?:href|src)="http', drawn)


def test_pages_escape_what_they_are_given():
    page = render("page.html")
    assert "default-src 'none'" in page
    assert "http://" not in page
