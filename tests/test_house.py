"""The rules of the house, so that a person finds things where the folder names say."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from pipelines import ROOT

PYTHON = sorted((ROOT / "pipelines").rglob("*.py"))
SQL = sorted(path for path in (ROOT / "sql").rglob("*.sql") if not path.name.startswith("_"))
MODELS = [path for path in SQL if path.parent.name != "staging"]
SUITES = {path.stem: path for path in (ROOT / "expectations").glob("*.json")}
TEXTS = sorted(
    path
    for pattern in (
        "pipelines/**/*.py", "sql/**/*.sql", "sql/**/*.yaml", "tests/**/*.py", "tests/**/*.csv",
        "expectations/*.json", "notebooks/*.ipynb", "*.md", "*.yaml", "*.toml", "Makefile",
        ".ci/*", ".pre-commit-config.yaml", "requirements.lock",
    )
    for path in ROOT.glob(pattern)
    if "random_region" not in path.parts
)  # fmt: skip
TOP = {
    "pipelines", "sql", "data", "expectations", "notebooks", "tests", "docs",
    "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml",
    "requirements.lock", "settings.yaml", "prefect.yaml", ".ci", ".gitignore", ".gitattributes",
    ".pre-commit-config.yaml",
}  # fmt: skip
SOURCES = {"facts", "measures", "notices", "screenings", "staging"}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """The top-level packages that a module imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def code_of(path: Path) -> str:
    """A select without comments."""
    return re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))


def test_the_top_level_is_the_one_that_the_readme_shows():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git working copy")
    names = {line.split("/")[0].strip('"') for line in listed.stdout.splitlines()}
    assert names <= TOP, f"not in the house's plan: {sorted(names - TOP)}"


def test_sql_has_the_five_folders():
    assert {path.name for path in (ROOT / "sql").iterdir() if path.is_dir()} == SOURCES


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_a_module_says_what_it_does_in_its_first_line(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{shown(path)} has no docstring"
    assert len(docstring.splitlines()[0]) > 15


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_public_functions_and_classes_have_docstrings(path):
    if path.stem.startswith("story_"):
        pytest.skip("the names of what can happen in a story are its documentation")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{shown(path)}: {node.name} has no docstring"


def test_slow_packages_are_imported_in_one_module_each():
    prefect = [shown(path) for path in PYTHON if "prefect" in imports(path)]
    expectations = [shown(path) for path in PYTHON if "great_expectations" in imports(path)]
    # nightly.py is the flow; serve.py gives it to a server's clock and is imported for that alone.
    assert prefect == ["pipelines/nightly.py", "pipelines/serve.py"]
    assert expectations == ["pipelines/checks.py"]


def test_nothing_is_called_utils_or_helpers():
    names = {part for path in PYTHON for part in (path.stem, path.parent.name)}
    assert not names & {"utils", "helpers", "common", "misc", "base", "registry"}


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_no_policy_number_stands_in_python(path):
    """Decimal numbers of policy files appear nowhere in Python, bar the likes of 0.5."""
    numbers = set()
    for policy in (ROOT / "sql" / "screenings").glob("*/policy.yaml"):
        for found in re.findall(
            r"(?<![\d.-])\d+\.\d+(?![\d.-])", policy.read_text(encoding="utf-8")
        ):
            if len(found.replace(".", "").strip("0")) > 1:
                numbers.add(float(found))
    if path.parent.name == "sample" or path.stem.startswith("sample"):
        pytest.skip("invents data, judges nothing")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    floats = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    assert not floats & numbers, f"{shown(path)}: {floats & numbers}"


@pytest.mark.parametrize("path", SQL, ids=shown)
def test_a_file_is_one_bare_select(path):
    code = code_of(path).strip()
    assert re.match(r"(select|with)\b", code), f"{shown(path)} is no bare select"
    assert ";" not in re.sub(r"'[^']*'", "", code)
    assert "{" not in re.sub(r"'[^']*'", "", code), "no templates"


@pytest.mark.parametrize("path", SQL, ids=shown)
def test_a_select_can_be_read_by_an_analyst(path):
    code = re.sub(r"'(?:[^']|'')*'", "''", code_of(path)).lower()
    assert not re.search(r"\bjoin\b[^()]*\busing\s*\(", code), "no join … using"
    assert not re.search(r"\bselect\s+(distinct\s+)?(\w+\.)?\*", code), "no select *"
    assert not re.search(r"\bgroup\s+by\s+\d", code), "no group by 1"
    assert not re.search(r"\b(?:from|join)\s+(?:\w+|\"[^\"]+\")\s+(?:as\s+)?[a-z]\b(?!\w)", code), (
        "no one-letter aliases"
    )


@pytest.mark.parametrize("path", MODELS, ids=shown)
def test_a_model_has_its_header(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert re.match(r"-- .*[\u4e00-\u9fff].* · .*[A-Za-z]", lines[0]), "title in Chinese · English"
    header = "\n".join(line for line in lines[:30] if line.startswith("--"))
    assert re.search(r"^-- Grain\s+\S", header, re.MULTILINE), "the header says the grain"


SPARK = [path for path in MODELS if "facts" in path.parts or "screenings" in path.parts]


@pytest.mark.parametrize("path", SPARK, ids=shown)
def test_facts_and_screenings_can_run_on_spark(path):
    tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
    assert tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert not list(tree.find_all(exp.Qualify)), "no qualify"
    for table in tree.find_all(exp.Table):
        assert not table.db, f"schema-qualified name {table.sql()}"


def decisions_and_lists() -> list[Path]:
    found = []
    for folder in (ROOT / "sql" / "screenings").iterdir():
        found += sorted(folder.glob("list_*.sql"))
        found += [path for path in folder.glob(f"{folder.name}_*.sql") if decides(path)]
    return found


def decides(path: Path) -> bool:
    """Whether a model is a screening's decision: it ends in the outcome of its conditions."""
    return bool(re.search(r"'cannot_tell'\s+end as outcome", re.sub(r"\s+", " ", code_of(path))))


@pytest.mark.parametrize("path", decisions_and_lists(), ids=shown)
def test_every_decision_and_list_has_expectations(path):
    # A decision that can pass a million rows is measured in SQL.
    screening = path.parent.name
    assert path.stem in SUITES or f"measure_{screening}" in SUITES, (
        f"no expectations/{path.stem}.json"
    )
    if path.stem.startswith("list_"):
        assert path.stem in SUITES


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "sql" / "screenings").iterdir()), ids=lambda path: path.name
)
def test_a_screening_has_policy_decision_and_lists(folder):
    policy = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    assert set(policy["title"]) == {"zh", "en"} and policy["checked_on"]
    assert [path for path in folder.glob(f"{folder.name}_*.sql") if decides(path)], "no decision"
    assert list(folder.glob("list_*.sql")), "no list"


@pytest.mark.parametrize("stem", sorted(SUITES))
def test_a_suite_is_of_a_table_and_says_why(stem):
    suite = json.loads(SUITES[stem].read_text(encoding="utf-8"))
    tables = {path.stem for path in SQL} | {"import_log"}
    assert stem in tables, f"expectations/{stem}.json is of no table"
    assert suite["name"] == stem
    assert suite["expectations"]
    for item in suite["expectations"]:
        assert item["severity"] in {"critical", "warning"}
        assert set(item["meta"]["why"]) == {"zh", "en"}


def test_nothing_names_a_machine_or_a_package_index():
    machine = re.compile(
        r"/(?:home|root|work|tmp|Users|opt)/\w+|--(?:extra-)?index-url|--trusted-host|find-links\s*=|pypi\.|pythonhosted"
    )
    for path in TEXTS:
        if path.name == "test_house.py":
            continue
        found = machine.search(path.read_text(encoding="utf-8"))
        assert not found, f"{shown(path)}: {found.group(0)}"


def test_the_lock_holds_the_pins_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    names = set()
    for block in blocks[1:]:
        assert re.match(r"[\w.\[\], -]+==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]
        names.add(re.split(r"[\[=]", block)[0].strip())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        assert re.split(r"[<>=]", wanted)[0] in names
    assert "://" not in lock and "--find-links" not in lock


def test_every_dependency_has_a_comment():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if re.match(r'    "[a-z-]+[<>=]', line):
            assert re.search(r"#\s+\S", line), line


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=shown)
def test_notebooks_hold_no_output(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        assert not cell.get("outputs") and not cell.get("execution_count")
