"""Real programs that tests open the results with; without them those tests are skipped, loudly."""

import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

# Comma, quotes, UTF-8, from line 1; its window finds that out by the mark at the beginning.
AS_CSV = "--infilter=Text - txt - csv (StarCalc):44,34,76,1"
# The same for writing, with the cells as they are shown.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def program(*names: str) -> str:
    """The path of the first of these programs that is installed; else the test is skipped."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        message = f"{names[0]} is not installed: make test-tools"
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)
    return found


def converted(sources: list[Path], kind: str, target: Path) -> dict[str, Path]:
    """Files converted by LibreOffice, by the stem of their source.

    Of a workbook each sheet becomes a CSV of its own, by `<stem>-<sheet>`.
    """
    office = program("soffice", "libreoffice")
    command = [office, f"-env:UserInstallation=file://{target}/profile", "--headless"]
    command += [AS_CSV] if sources[0].suffix == ".csv" else []
    command += ["--convert-to", kind, "--outdir", str(target), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    ending = kind.split(":")[0]
    made = {path.stem: path for path in target.glob(f"*.{ending}")}
    assert {stem.split("-")[0] for stem in made} == {source.stem for source in sources}
    return made
