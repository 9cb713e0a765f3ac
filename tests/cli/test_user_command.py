"""`jiqun user add` at the command line, in a process of its own: it starts the workbench's database."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from jiqun.ledger.workspace import init


def add(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "jiqun.cli.main", "-w", str(folder), "user", "add", *words]
    return subprocess.run(asked, env={**os.environ}, capture_output=True, text=True)


def test_several_places_and_the_number_of_a_person_are_said_at_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    init(folder)
    places = ("--place", "示范工业园A区", "--place", "示范工业园B区", "--place", "示范工业园A区")
    done = add(folder, "sun", "--role", "park", *places, "--person", " jw-7 ", "--name", "孙祺")
    assert done.returncode == 0 and "初始密码" in done.stdout, done.stderr
    refused = add(folder, "li", "--role", "park")
    assert refused.returncode != 0 and "所属园区" in refused.stderr
    with sqlite3.connect(folder / "db.sqlite3") as database:
        rows = database.execute("SELECT username, place, other_places, person FROM people_user").fetchall()
    assert [(name, place, json.loads(others), person) for name, place, others, person in rows] == [
        ("sun", "示范工业园A区", ["示范工业园B区"], "JW-7")
    ]
