"""What the threads of a server share is computed once, also where several ask for it at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jiqun.web import region
from jiqun.web.kept import kept
from jiqun.web.region import ledger, one_state

THREADS = 8


def test_many_who_ask_at_the_same_moment_wait_for_one_computation():
    meet, calls, go, begun = threading.Barrier(THREADS), [], threading.Event(), threading.Semaphore(0)

    @kept(2)
    def slow(number: int) -> list[int]:
        calls.append(number)
        begun.release()
        go.wait(10)
        return [number]

    def ask(number: int) -> list[int]:
        meet.wait(10)
        return slow(number)

    with ThreadPoolExecutor(THREADS) as threads:
        asked = [threads.submit(ask, number % 2) for number in range(THREADS)]
        assert begun.acquire(timeout=10) and begun.acquire(timeout=10)
        go.set()
        found = [one.result(10) for one in asked]
    assert sorted(calls) == [0, 1]
    assert len({id(one) for one in found}) == 2


def test_the_oldest_of_too_many_results_is_forgotten_and_arguments_by_name_count():
    calls = []

    @kept(2)
    def one(number: int, *, by: int = 1) -> int:
        """Say something."""
        calls.append((number, by))
        return number * by

    assert [one(1), one(2, by=3), one(1), one(3), one(2, by=3), one.__doc__] == [1, 6, 1, 3, 6, "Say something."]
    assert calls == [(1, 1), (2, 3), (3, 1), (2, 3)] and len(one) == 2
    one.forget()
    assert len(one) == 0


def test_who_waited_for_a_computation_that_fails_computes_for_himself():
    begun, go, calls = threading.Event(), threading.Event(), []

    @kept(None)
    def fails_once(of: str) -> str:
        calls.append(of)
        if len(calls) == 1:
            begun.set()
            go.wait(10)
            raise ValueError(of)
        return of

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(fails_once, "a")
        begun.wait(10)
        second = threads.submit(fails_once, "a")
        go.set()
        with pytest.raises(ValueError, match="a"):
            first.result(10)
        assert second.result(10) == "a"


def test_everybody_works_with_one_ledger_of_a_state(demo):
    with ThreadPoolExecutor(THREADS) as threads:
        ledger.__globals__["_ledger"].forget()
        found = list(threads.map(lambda _: ledger(), range(THREADS)))
        tables = list(threads.map(lambda one: one.table("enterprise"), found))
    assert len({id(one) for one in found}) == len({id(one) for one in tables}) == 1


def test_a_page_goes_by_one_state_of_the_ledger_whatever_is_committed_while_it_is_made(as_user, monkeypatch):
    committed, real = [], region.ledger_stamp

    def somebody_commits() -> tuple[object, ...]:
        committed.append(len(committed))
        return (*real(), committed[-1])

    monkeypatch.setattr(region, "ledger_stamp", somebody_commits)
    assert as_user("analyst").get("/ledger/board/").status_code == 200
    assert committed == [0]
    with one_state():
        assert ledger() is ledger()
    assert ledger() is not ledger()
