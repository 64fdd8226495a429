"""Notebooks run against a run of the sample, say nothing of persons and leave nothing behind."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines import ROOT
from pipelines.results import open_run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONG_NUMBER = re.compile(r"\d{11,}X?")


def executed(path: Path, out: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook with its outputs; its kernel is this Python, in a folder and home of its own."""
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec

    class Manager(AsyncKernelManager):
        """A kernel that needs no kernelspec on the machine."""

        @property
        def kernel_spec(self) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="Python", language="python")

    monkeypatch.setenv("WENGANG_OUT", str(out))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(home))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_manager_class=Manager,
        resources={"metadata": {"path": str(home)}},
    )
    return client.execute()


def shown(notebook: Any) -> str:
    """Everything that the cells print or display."""
    texts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            texts.append(output.get("text", ""))
            texts += [str(value) for value in output.get("data", {}).values()]
    return "\n".join(texts)


def files_of(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def persons(sample_run) -> set[str]:
    """Names, ids and phones of everybody in the run, and the numbers and names of the units."""
    with open_run(out=sample_run.run.folder.parent.parent) as results:
        rows = results.rows(
            "select person_name, person_id, phone from people union all select unit_name, unit_id,"
            " contact_phone from units"
        )
    return {cell for row in rows for cell in row if cell and len(cell) > 2}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_names_nobody(sample_run, persons, path, tmp_path, monkeypatch):
    out = sample_run.run.folder.parent.parent
    before = files_of(ROOT / "notebooks") | files_of(out) | files_of(ROOT / "sql")
    notebook = executed(path, out, tmp_path, monkeypatch)
    assert files_of(ROOT / "notebooks") | files_of(out) | files_of(ROOT / "sql") == before
    text = shown(notebook)
    assert "<svg" in text, "no plot"
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", text), "a plot loads something"
    assert not [word for word in persons if word in text]
    assert not LONG_NUMBER.search(re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stripped_and_tells_what_it_answers(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    command = [sys.executable, "-m", "nbstripout", "--verify", str(path)]
    assert subprocess.run(command, capture_output=True).returncode == 0, "make format"
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert texts[0].startswith("# ") and re.search("[一-龥]", texts[0])
    # Chinese first, then a line of English
    assert re.search(r"^\*[A-Z].*\*$", texts[0], re.MULTILINE)


def test_only_notebooks_look_where_the_environment_says(sample_run, monkeypatch, tmp_path):
    monkeypatch.setenv("WENGANG_OUT", str(sample_run.run.folder.parent.parent))
    settings = tmp_path / "settings.yaml"
    settings.write_text("out: nowhere\n", encoding="utf-8")
    monkeypatch.setattr("pipelines.results.known_folder", lambda out, settings: out)
    monkeypatch.setattr("pipelines.results.named_run", lambda out, run_id: out)
    monkeypatch.setattr("pipelines.results.Results", lambda out: out)
    assert open_run() is None
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert open_run() == Path(os.environ["WENGANG_OUT"])
    assert open_run(settings_file=settings) is None and open_run(out=tmp_path) == tmp_path
