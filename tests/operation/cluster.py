"""A PostgreSQL server of the tests' own: a new folder, a socket in it and no port, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

_PLACES = ("/usr/lib/postgresql",)
_QUICK = "-F -c listen_addresses= -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest version; None where it is not installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    there = [one.parent for place in _PLACES for one in Path(place).glob("*/bin/pg_ctl")]
    return max(there, key=lambda one: float(one.parent.name), default=None)


def unprivileged() -> dict[str, str]:
    """Return how to start a program as somebody else where we are root, as PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {one.pw_name for one in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid}  # type: ignore[dict-item]


@contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """Run a server and give the address of a new database in it, as `JIQUN_DATABASE` wants it."""
    folder = Path(tempfile.mkdtemp(prefix="jiqun-pg-"))
    other = unprivileged()
    if other:
        shutil.chown(folder, other["user"])

    def call(program: str, *words: str) -> None:
        done = subprocess.run([bin_folder / program, *words], cwd=folder, capture_output=True, text=True, **other)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    call("initdb", "-D", "data", "-U", "jiqun", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    try:
        call("pg_ctl", "-D", "data", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} {_QUICK}", "start")
        call("createdb", "-h", str(folder), "-U", "jiqun", "jiqun")
        yield f"postgres://jiqun@{quote(str(folder), safe='')}/jiqun"
    finally:
        subprocess.run(
            [bin_folder / "pg_ctl", "-D", "data", "-m", "immediate", "stop"], cwd=folder, capture_output=True, **other
        )  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)
