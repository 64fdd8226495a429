"""What the floor does, as a dbt-duckdb project does it: four models in a file of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from tests.benchmarks.floor import COLUMNS

PROJECT = {
    "name": "floor",
    "version": "1.0.0",
    "profile": "floor",
    "model-paths": ["models"],
    "flags": {"send_anonymous_usage_stats": False},
}
MODELS = {
    "payroll": (
        "select * from read_csv('{extracts}/payroll_*.csv', header = true, auto_detect = false,"
        " delim = ',', quote = '\"', escape = '\"', columns = {columns})"
    ),
    "unit_months": (
        "select unit_id, period, count(distinct person_id) as heads from {payroll} group by all"
    ),
    "person_spans": (
        "select unit_id, person_id, min(period) as first_month, max(period) as last_month"
        " from {payroll} group by all"
    ),
    "rates": (
        "select unit_id, leavers / average as rate from"
        " (select unit_id, avg(heads) as average from {unit_months}"
        " where period between 202101 and 202112 group by all) join"
        " (select unit_id, count(*) filter (last_month between 202101 and 202111) as leavers"
        " from {person_spans} group by all) using (unit_id)"
    ),
}


def main(extracts: Path) -> None:
    """Print what was counted as JSON."""
    with tempfile.TemporaryDirectory(dir=extracts.parent) as folder:
        project, database = Path(folder), Path(folder) / "floor.duckdb"
        (project / "models").mkdir()
        output = {"type": "duckdb", "path": str(database), "threads": 2}
        output["settings"] = {"memory_limit": "4GB"}
        profile = {"floor": {"target": "bench", "outputs": {"bench": output}}}
        (project / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
        (project / "dbt_project.yml").write_text(json.dumps(PROJECT), encoding="utf-8")
        references = {name: f"{{{{ ref('{name}') }}}}" for name in MODELS}
        for name, select in MODELS.items():
            text = select.format(extracts=extracts, columns=COLUMNS, **references)
            head = "{{ config(materialized='table') }}\n"
            (project / "models" / f"{name}.sql").write_text(head + text, encoding="utf-8")
        command = [str(Path(sys.executable).parent / "dbt"), "run", "--profiles-dir", folder]
        subprocess.run(
            [*command, "--project-dir", folder], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        with duckdb.connect(str(database), read_only=True) as connection:
            row = connection.execute(
                "select (select count(*) from payroll), (select count(*) from unit_months),"
                " (select sum(heads) from unit_months), (select count(*) from person_spans),"
                " (select count(*) from rates where rate <= 0.055)"
            ).fetchone()
    print(json.dumps([int(value) for value in row or ()]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
