"""Files are looked at before their turn: what is found holds only while they stay as they were."""

import gzip
import hashlib
import os

import pytest

from pipelines.ahead import Ahead, looking_ahead
from pipelines.errors import ExtractError
from tests.folders import Folder, payroll_row


def begun(ahead: Ahead, path, is_known=False):
    ahead.begin(path, is_known)
    return ahead._looks[path].exception()


def test_what_was_found_ahead_is_used(tmp_path, monkeypatch):
    path = tmp_path / "payroll.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with looking_ahead() as ahead:
        assert begun(ahead, path) is None
        monkeypatch.setattr("pipelines.ahead.look_at", None)
        monkeypatch.setattr("pipelines.ahead.sha256", None)
        assert ahead.look(path).lines == 2
        assert ahead.digest(path) == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("how", ["longer", "later", "another"])
def test_a_file_that_changed_since_is_looked_at_again(tmp_path, is_known, how):
    path = tmp_path / "payroll.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with looking_ahead() as ahead:
        assert begun(ahead, path, is_known) is None
        before = path.stat()
        changed = b"a,b\n1,2\n3,4\n" if how == "longer" else b"a,b\n1\n2\n"
        if how == "another":
            (tmp_path / "new").write_bytes(changed)
            (tmp_path / "new").replace(path)
        else:
            path.write_bytes(changed)
        later = before.st_mtime_ns + (1 if how == "later" else 0)
        os.utime(path, ns=(before.st_atime_ns, later))
        assert ahead.digest(path) == hashlib.sha256(changed).hexdigest()
        assert ahead.look(path).lines == 3


def test_what_fails_ahead_fails_in_its_turn(tmp_path):
    path = tmp_path / "payroll.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 99)[:-9])
    os.mkfifo(tmp_path / "separations.csv")
    with looking_ahead() as ahead:
        assert isinstance(begun(ahead, path), ExtractError)
        # A pipe that nobody writes to would be waited for without end.
        assert isinstance(begun(ahead, tmp_path / "separations.csv"), ExtractError)
        with pytest.raises(ExtractError):
            ahead.look(path)


def test_a_file_that_changes_between_its_readings_is_refused(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    folder.payroll(*(payroll_row(number) for number in range(9)), name="payroll_1.csv")
    path = folder.payroll(*(payroll_row(number) for number in range(9)), name="payroll_2.csv")

    def changed_by(content):
        """Take in while a second program writes to a file whose lines were found to be plain."""

        def swap(connection, contract, reader, name):
            if name == path.name:
                path.write_bytes(content)

        monkeypatch.setattr("pipelines.staging.refuse_swapped", swap)
        folder.take_in()
        status, refusal = folder.log(path.name, "status", "refusal")
        return status == "refused" and "改动" in refusal

    content = path.read_bytes()
    assert changed_by(content.replace(b"16.92", b"16.92.1"))
    assert changed_by(content.replace(b"16.92", b"16.93"))
    assert folder.log("payroll_1.csv", "status") == ("accepted",)
