"""A backup is taken, restored and compared."""

from __future__ import annotations

import io
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from jiqun.desk import backup
from jiqun.desk.backup import MANIFEST, back_up, restore
from jiqun.desk.backup_drafts import marked_archive
from jiqun.desk.context import Context
from jiqun.desk.running import all_runs
from jiqun.ledger.view import latest
from jiqun.ledger.workspace import Workspace
from jiqun.problems import ProblemsError


@pytest.fixture(scope="module")
def taken(demo, tmp_path_factory):
    return back_up(Context(demo.folder).workspace, tmp_path_factory.mktemp("backup") / "all.tgz").file


def test_what_is_restored_says_the_same_in_tables_runs_and_rows(demo, taken, tmp_path):
    with sqlite3.connect(demo.folder / "db.sqlite3") as rows:
        rows.execute("CREATE TABLE IF NOT EXISTS kept (word TEXT)")
        rows.execute("INSERT INTO kept VALUES ('一')")
    again = back_up(Context(demo.folder).workspace, tmp_path / "again.tgz")
    restore(again.file, tmp_path / "back")
    before, after = Context(demo.folder), Context(tmp_path / "back")
    for table in latest(before.workspace).tables:
        assert latest(after.workspace).table(table).equals(latest(before.workspace).table(table))
    assert [run.id for run in all_runs(after)] == [run.id for run in all_runs(before)]
    assert all_runs(after)[0].trace.equals(all_runs(before)[0].trace)
    with sqlite3.connect(tmp_path / "back" / "db.sqlite3") as rows:
        assert rows.execute("SELECT word FROM kept").fetchall() == [("一",)]
    (demo.folder / "db.sqlite3").unlink()


def test_the_servers_key_and_caches_stay_out(demo, taken):
    with tarfile.open(taken) as archive:
        names = archive.getnames()
    assert "secret.key" not in names and not any(one.startswith("cache/") for one in names) and MANIFEST in names


def test_what_comes_and_goes_while_a_backup_is_taken_does_not_stop_it(demo, tmp_path, monkeypatch):
    """An upload thrown away and a run that is just being stored, between the listing of the folder and its reading."""
    root = Context(demo.folder).workspace.root
    upload, running = root / "uploads" / "t" / "a.xlsx", root / "runs" / ".writing-x-1-y" / "trace.arrow"
    for one in (upload, running):
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_bytes(b"x")
    add = backup._add

    def thrown_away(archive, path, name, digests):
        upload.unlink(missing_ok=True)
        add(archive, path, name, digests)

    monkeypatch.setattr(backup, "_add", thrown_away)
    again = back_up(Context(demo.folder).workspace, tmp_path / "again.tgz")
    shutil.rmtree(running.parent)
    shutil.rmtree(upload.parent)
    restore(again.file, tmp_path / "back")
    assert (
        not (tmp_path / "back" / "uploads" / "t").exists()
        and not (tmp_path / "back" / "runs" / running.parent.name).exists()
    )


def test_a_file_replaced_while_it_is_added_is_restored_as_it_was_added(demo, tmp_path, monkeypatch):
    checkpoint = Context(demo.folder).workspace.root / "screenings" / "turning"
    checkpoint.write_bytes(b"old")
    read = backup._Digesting.read

    def replaced(self, size=-1):
        content = read(self, size)
        if self.stream.name == str(checkpoint):
            (checkpoint.parent / "next").write_bytes(b"new")
            (checkpoint.parent / "next").replace(checkpoint)
        return content

    monkeypatch.setattr(backup._Digesting, "read", replaced)
    again = back_up(Context(demo.folder).workspace, tmp_path / "again.tgz")
    checkpoint.unlink()
    restore(again.file, tmp_path / "back")
    assert (tmp_path / "back" / "screenings" / "turning").read_bytes() == b"old"


SLOW = """
import sys, time
from pathlib import Path
from jiqun.desk import backup
from jiqun.desk.backup_drafts import marked_archive
from jiqun.desk.context import Context
add = backup._add
def slowly(archive, *more):
    add(archive, *more)
    if archive.fileobj.fileobj.tell() > 200_000:
        print("on the way", flush=True)
        time.sleep(600)
backup._add = slowly
backup.back_up(Context(Path(sys.argv[1])).workspace, Path(sys.argv[2]))
"""


@pytest.fixture
def half_way():
    """Begin a backup in a process of its own, that stops on the way and stays there."""
    begun = []

    def begin(folder: Path, file: Path) -> tuple[subprocess.Popen[str], Path]:
        one = subprocess.Popen([sys.executable, "-c", SLOW, str(folder), str(file)], stdout=subprocess.PIPE, text=True)
        begun.append(one)
        assert one.stdout is not None and one.stdout.readline() == "on the way\n"
        (draft,) = file.parent.glob(f"{file.name}.{one.pid}-*.draft")
        return one, draft

    yield begin
    for one in begun:
        one.kill()
        one.wait()


def test_the_next_backup_clears_what_a_killed_one_left_and_nothing_else(demo, tmp_path, half_way):
    other = tmp_path / "other"
    shutil.copytree(demo.folder, other)
    target = tmp_path / "backups"
    target.mkdir()
    killed, left = half_way(demo.folder, target / "monday.tgz")
    elsewhere, theirs = half_way(other, target / "theirs.tgz")
    _, alive = half_way(demo.folder, target / "tuesday.tgz")
    for one in (killed, elsewhere):
        one.kill()
        one.wait()
    notes, marked = target / "notes.1-1.draft", target / "thesis.draft"
    for one in (notes, marked):
        one.write_text("not a backup", "utf-8")
    made = back_up(Context(demo.folder).workspace, target / "wednesday.tgz")
    assert made.cleared == (left,)
    assert {one.name for one in target.iterdir()} == {
        made.file.name, alive.name, theirs.name, notes.name, marked.name
    }  # fmt: skip
    restore(made.file, tmp_path / "back")
    again = back_up(Context(other).workspace, target / "theirs.tgz")
    assert again.cleared == (theirs,) and alive.exists()


def test_a_draft_with_a_number_that_runs_no_more_stays_while_somebody_holds_it(demo, tmp_path):
    """On another machine: its processes have numbers that mean nothing here."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    draft, workspace = tmp_path / f"all.tgz.{gone.pid}-1.draft", Context(demo.folder).workspace
    with marked_archive(workspace, draft) as archive:
        archive.add(workspace.root / "jiqun.toml", "jiqun.toml")
        assert back_up(workspace, tmp_path / "all.tgz").cleared == () and draft.exists()
    assert back_up(workspace, tmp_path / "later.tgz").cleared == (draft,)


def code_of(call, *arguments) -> str:
    with pytest.raises(ProblemsError) as told:
        call(*arguments)
    return told.value.problems[0].code


def test_a_backup_never_overwrites(demo, taken):
    assert code_of(back_up, Context(demo.folder).workspace, taken) == "CLI-020"


def test_a_folder_with_something_in_it_is_refused(taken, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    assert code_of(restore, taken, tmp_path) == "CLI-022"


def test_a_damaged_or_foreign_file_is_refused(taken, tmp_path):
    cut, other = tmp_path / "cut.tgz", tmp_path / "other.tgz"
    cut.write_bytes(taken.read_bytes()[:-2000])
    other.write_bytes(b"no tar at all")
    assert code_of(restore, cut, tmp_path / "a") == "CLI-023"
    assert code_of(restore, other, tmp_path / "b") == "CLI-023"


def test_a_backup_that_writes_outside_its_folder_is_refused(tmp_path):
    evil = tmp_path / "evil.tgz"
    with tarfile.open(evil, "w:gz") as archive:
        entry = tarfile.TarInfo("../escaped.txt")
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    assert code_of(restore, evil, tmp_path / "in") == "CLI-023"
    assert not (tmp_path / "escaped.txt").exists()


class Killed(BaseException):
    """The end of a process: nothing of the code's own handling of faults sees it."""


@pytest.mark.parametrize("moved", [None, 0, 2])
def test_a_restore_that_is_killed_leaves_no_half_workspace_and_is_begun_anew(taken, tmp_path, monkeypatch, moved):
    """Killed while it unpacks, or between two moves into place."""
    folder = tmp_path / "restored"
    real, done = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        if moved is not None and len(done) == moved:
            raise Killed
        done.append(target)
        return real(self, target)

    def chmod(self: Path, mode: int) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        if moved is None:
            patch.setattr(Path, "chmod", chmod)
        with pytest.raises(Killed):
            restore(taken, folder)
    assert not (folder / "jiqun.toml").exists(), "half of a workspace is none"
    assert restore(taken, folder) > 10 and not list(folder.glob(".*"))
    assert latest(Workspace.open(folder)).log.imports
    with pytest.raises(ProblemsError):
        restore(taken, folder)
