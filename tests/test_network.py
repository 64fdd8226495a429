"""Nothing leaves the machine. (The run through Prefect is watched in test_nightly.py.)"""

import subprocess
import sys

import duckdb
import pytest

from pipelines import ROOT
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse
from tests.network_guard import guarded, noted

LEAVES = """
import socket, subprocess, sys
for attempt in (
    lambda: socket.socket().connect(("192.0.2.1", 80)),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: socket.gethostbyname("example.invalid"),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    lambda: socket.socket().bind(("0.0.0.0", 0)),
):
    try:
        attempt()
    except OSError:
        pass
with socket.socket() as server:
    server.bind(("127.0.0.1", 0))
    server.listen()
    socket.socket().connect(server.getsockname())
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""


def test_the_guard_sees_what_leaves_also_from_children(tmp_path):
    script, notes = tmp_path / "leaves.py", tmp_path / "notes"
    script.write_text(LEAVES, encoding="utf-8")
    subprocess.run([sys.executable, str(script)], env=guarded(notes), check=True, timeout=60)
    events = [line.split()[0] for line in noted(notes)]
    once = ["connect", "getaddrinfo", "gethostbyname", "sendto", "bind"]
    assert events == [f"socket.{name}" for name in once * 2]


@pytest.mark.parametrize("command", [["policy"], ["check", "data/sample"]])
def test_questions_open_no_connection(tmp_path, command):
    notes = tmp_path / "notes"
    subprocess.run(
        [sys.executable, "-m", "pipelines", *command],
        cwd=ROOT,
        env=guarded(notes),
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    assert noted(notes) == []


@pytest.mark.parametrize(
    "statement",
    [
        "install httpfs",
        "load httpfs",
        "load 'httpfs.duckdb_extension'",
        "install 'https://192.0.2.1/x.duckdb_extension'",
        "from read_csv('https://192.0.2.1/x.csv')",
        "from read_csv('/etc/passwd')",
        "attach 'https://192.0.2.1/x.duckdb' as other",
        "copy (select 1) to '/srv/x.csv'",
        "set enable_external_access = true",
        "set autoload_known_extensions = true",
        "set allowed_directories = ['/']",
        "set extension_directory = '/srv'",
        "set custom_extension_repository = 'https://192.0.2.1'",
    ],
)
def test_the_database_loads_nothing_and_reads_only_its_own_folders(tmp_path, statement):
    with (
        open_warehouse(tmp_path / "w.duckdb", Settings()) as connection,
        pytest.raises(duckdb.Error),
    ):
        connection.execute(statement).fetchall()
