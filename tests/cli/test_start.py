"""Server and worker start at the same moment: one brings the database up to date, the other waits."""

from __future__ import annotations

import threading
import time

from jiqun.cli.commands.serve import alone


def test_only_one_at_a_time_changes_the_tables(tmp_path):
    inside, most, start = [], [], threading.Barrier(4)

    def begin() -> None:
        start.wait()
        with alone(tmp_path):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == [1, 1, 1, 1]


def test_the_lock_of_one_that_was_killed_holds_nobody_up(tmp_path):
    (tmp_path / ".upgrading").write_text("")
    with alone(tmp_path):
        pass
    with alone(tmp_path):
        pass
