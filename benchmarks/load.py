"""Fifty people click through the workbench for two minutes: how long do they wait?

    python benchmarks/load.py WORKSPACE [--users 50] [--seconds 120] [--think 1.0]

Works on a copy of the workspace, serves it on the loopback interface, logs people of several roles in, and lets each
click at random among the pages that their own navigation and tables lead to, pausing up to `--think` seconds between
clicks. Prints waiting times over all pages and page by page; exit 1 above 300 ms at the 95th percentile or on an error.
Client and server share the processors: the load average of the machine stands beside the result.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

LIMIT_MS = 300
ROLES = ("analyst", "analyst", "district", "leader", "park", "auditor", "tax", "signer", "firm")
LINK = re.compile(r'href="(/[^"#]*)"')
SKIPPED = (
    "/static/",
    "/people/log",
    "/people/language",
    ".xlsx",
    ".docx",
    ".csv",
    ".parquet",
    "datapackage",
    "/template",
)
NUMBERED = re.compile(r"/(?:[0-9A-Z]{15,18}|[0-9a-f]{12,32}|\d+)(?=/)|(?<=/rules)/[^/]+(?=/)")


@dataclass
class Person:
    """A logged-in person with one connection that stays open, as a browser has."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, address: str, said: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, where it leads to, and the page."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        heads = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if said is not None:
            body = urlencode({**said, "csrfmiddlewaretoken": self.cookies["csrftoken"]})
            heads |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.connection.request(method, address, body, heads)
            answer = self.connection.getresponse()
        except (http.client.HTTPException, OSError):  # the server closed a connection that was kept open
            self.connection.close()
            self.connection.request(method, address, body, heads)
            answer = self.connection.getresponse()
        page = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), page

    def log_in(self, username: str, password: str) -> None:
        self.ask("GET", "/people/login/")
        status, to, _ = self.ask("POST", "/people/login/", {"username": username, "password": password})
        assert (status, to) == (302, "/"), f"{username} cannot log in: {status}"


def pages_of(person: Person) -> list[str]:
    """Return the pages that a person is led to: the navigation, and a few of what each of its pages lists."""
    first = [one for one in dict.fromkeys(LINK.findall(person.ask("GET", "/")[2])) if not one.startswith(SKIPPED)]
    found = dict.fromkeys(["/", *first])
    for address in list(found)[:40]:
        by_kind: dict[str, list[str]] = defaultdict(list)
        for link in LINK.findall(person.ask("GET", address)[2]):
            if not any(one in link for one in SKIPPED):
                by_kind[kind_of(link)].append(link)
        for links in by_kind.values():
            found |= dict.fromkeys(random.Random(1).sample(links, min(4, len(links))))
    found[f"/enterprises/?q={quote('机械')}"] = None
    return [one.replace("&amp;", "&") for one in found if person.ask("GET", one.replace("&amp;", "&"))[0] == 200]


def kind_of(address: str) -> str:
    return NUMBERED.sub("/…", address.partition("?")[0]) + ("?" if "?" in address else "")


@dataclass
class Times:
    """What everybody waited for, by kind of page, in milliseconds; and what went wrong."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, address: str, status: int, wait: float) -> None:
        with self.lock:
            self.waits[kind_of(address)].append(wait * 1000)
            if status >= 400:
                self.errors.append(f"{status} {address}")


def click(person: Person, pages: Sequence[str], seed: int, until: float, think: float, times: Times) -> None:
    chance = random.Random(seed)
    time.sleep(chance.uniform(0, think))
    while time.monotonic() < until:
        address = chance.choice(pages)
        begun = time.perf_counter()
        try:
            status = person.ask("GET", address)[0]
        except (http.client.HTTPException, OSError) as broken:
            status = 599
            times.errors.append(f"{broken!r} {address}")
        times.note(address, status, time.perf_counter() - begun)
        time.sleep(chance.uniform(think / 2, think))


def share(sorted_waits: Sequence[float], part: float) -> float:
    return sorted_waits[min(len(sorted_waits) - 1, int(len(sorted_waits) * part))]


def told(times: Times, seconds: float) -> int:
    """Print the waiting times; return the exit code."""
    every = sorted(one for waits in times.waits.values() for one in waits)
    print(f"{'pages':>7} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7}  ms")
    for kind, waits in [("all", every), *sorted(times.waits.items(), key=lambda one: -share(sorted(one[1]), 0.95))]:
        ranked = sorted(waits)
        shown = " ".join(
            f"{value:7.0f}" for value in (share(ranked, 0.5), share(ranked, 0.95), share(ranked, 0.99), ranked[-1])
        )
        print(f"{len(ranked):7} {shown}  {kind}")
    print(
        f"{len(every) / seconds:.1f} pages a second, {len(times.errors)} errors, load average {os.getloadavg()[0]:.2f}"
    )
    for one in times.errors[:10]:
        print(f"  {one}")
    return 1 if times.errors or share(every, 0.95) > LIMIT_MS else 0


def copied(workspace: Path, place: Path) -> Path:
    """Copy a workspace without its accounts, so that first ones are made with a password that is told."""
    folder = place / "workspace"
    shutil.copytree(workspace, folder, ignore=shutil.ignore_patterns("db.sqlite3*", "secret.key", "uploads"))
    return folder


def served(folder: Path, processes: int) -> tuple[subprocess.Popen[str], int, str]:
    """Start the server and return it with its port and the first password."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "jiqun.cli.main", "--workspace", str(folder), "serve"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(processes)],
        stdout=subprocess.PIPE,
        stderr=(folder / "server.log").open("w"),
        text=True,
        env={**os.environ, "JIQUN_LANG": "en", "PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    password = ""
    for line in server.stdout:
        if found := re.search(r"password (\S+)\s*$", line):
            password = found[1]
        if line.startswith("Workbench"):
            break
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return server, port, password


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("--users", type=int, default=50)
    asked.add_argument("--seconds", type=int, default=120)
    asked.add_argument(
        "--think", type=float, default=1.0, help="the longest pause between two clicks; the shortest is half"
    )
    asked.add_argument("--processes", type=int, default=2)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiqun-load-") as place:
        folder = copied(said.workspace, Path(place))
        server, port, password = served(folder, said.processes)
        try:
            sys.exit(measured(said, port, password, server))
        finally:
            server.terminate()
            server.wait()


def prepared(port: int, password: str) -> None:
    """Have the firms screened and two runs compared where nobody had, as analysts do once a year."""
    analyst = Person(port)
    analyst.log_in("analyst", password)
    chosen = re.findall(r"/land/compare/[0-9a-f]+/[0-9a-f]+/", analyst.ask("GET", "/land/compare/")[2])
    wanted = [] if analyst.ask("GET", "/ladder/firms/")[0] == 200 else ["/ladder/screen/"]  # noqa: PLR2004
    for address in (*wanted, *(f"{one}start/" for one in chosen[:1])):
        job = analyst.ask("POST", address, {"on": "2025-06-30", "year": "2024"})[1]
        while 'hx-trigger="every' in (page := analyst.ask("GET", job)[2]):
            time.sleep(1)
        assert "jq-problem" not in page, page[-2000:]


def memory_mb(server: subprocess.Popen[str]) -> list[int]:
    """Return the resident memory of the server's processes, as /proc tells it."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    found = (re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in children)
    return [int(one[1]) // 1024 for one in found if one]


def measured(said: argparse.Namespace, port: int, password: str, server: subprocess.Popen[str]) -> int:
    begun = time.monotonic()
    prepared(port, password)
    print(f"prepared in {time.monotonic() - begun:.0f} s", flush=True)
    people, pages = [], {}
    for number in range(said.users):
        role = ROLES[number % len(ROLES)]
        person = Person(port)
        person.log_in(role, password)
        if role not in pages:
            pages[role] = pages_of(person)
        people.append((person, pages[role]))
    kinds = {kind_of(one) for found in pages.values() for one in found}
    print(f"{said.users} people, {len(kinds)} kinds of pages, {said.seconds} s, load before {os.getloadavg()[0]:.2f}")
    times, until = Times(), time.monotonic() + said.seconds
    threads = [
        threading.Thread(target=click, args=(person, found, number, until, said.think, times))
        for number, (person, found) in enumerate(people)
    ]
    for one in threads:
        one.start()
    before = memory_mb(server)
    for one in threads:
        one.join()
    print(f"memory of the processes: {before} MB at the beginning, {memory_mb(server)} MB at the end")
    return told(times, said.seconds)


if __name__ == "__main__":
    main()
