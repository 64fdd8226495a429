"""What the floor does, as a dbt-duckdb project does it: four models in a file of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from tests.benchmarks.floor import TABLES, print_counts, selects

PROJECT = {
    "name": "floor",
    "version": "1.0.0",
    "profile": "floor",
    "model-paths": ["models"],
    "flags": {"send_anonymous_usage_stats": False},
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
        references = {name: f"{{{{ ref('{name}') }}}}" for name in TABLES}
        for name, text in selects(extracts, references).items():
            head = "{{ config(materialized='table') }}\n"
            (project / "models" / f"{name}.sql").write_text(head + text, encoding="utf-8")
        command = [str(Path(sys.executable).parent / "dbt"), "run", "--profiles-dir", folder]
        subprocess.run(
            [*command, "--project-dir", folder], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        with duckdb.connect(str(database), read_only=True) as connection:
            print_counts(connection)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
