"""Files that appear whole or not at all, also where the threads of one server make the same one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jiqun.ledger import init
from jiqun.ledger.originals import keep_original
from jiqun.ledger.whole_files import draft_of, whole_file
from jiqun.values import file_digest

THREADS = 8


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    with whole_file(place) as draft:
        draft.write_text("new")
        assert not place.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]
    assert place.read_text() == "new"


def test_what_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(FileExistsError), whole_file(place) as draft:
        draft.write_text("half") and draft.touch(exist_ok=False)
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]
    assert place.read_text() == "old"


def test_two_threads_of_one_process_write_to_drafts_of_their_own(tmp_path: Path) -> None:
    meet = threading.Barrier(THREADS)

    def draft(_: int) -> Path:
        meet.wait(10)
        return draft_of(tmp_path / "a")

    with ThreadPoolExecutor(THREADS) as threads:
        assert len(set(threads.map(draft, range(THREADS)))) == THREADS


def test_many_people_hand_in_the_same_file_at_the_same_moment(tmp_path: Path) -> None:
    workspace = init(tmp_path / "workspace")
    meet = threading.Barrier(THREADS)

    def hand_in(file: Path) -> Path:
        digest = file_digest(file)
        meet.wait(10)
        return keep_original(workspace, file, digest)

    for turn in range(5):
        file = tmp_path / f"{turn}.csv"
        file.write_bytes(b"x" * 300_000 + str(turn).encode())
        with ThreadPoolExecutor(THREADS) as threads:
            kept = set(threads.map(hand_in, [file] * THREADS))
        assert len(kept) == 1
        assert file_digest(kept.pop()) == file_digest(file)
    assert not [one for one in workspace.originals.iterdir() if one.suffix == ".draft"]
