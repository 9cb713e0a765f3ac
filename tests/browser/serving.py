"""`jiqun serve` as a person starts it, for tests in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# the shell without windows does the same with half the work
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
# no graphics card is emulated, and nothing is fetched for the browser itself
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"]  # fmt: skip
_SECONDS_TO_START = 60


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a workspace on a free port; yields the address and the password that was printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = folder / "said.txt"
    asked = ["-w", str(folder), "serve", "--port", str(port), "--workers", "1"]
    environment = {**os.environ, "JIQUN_LANG": "zh", "PYTHONUNBUFFERED": "1", "JIQUN_READ_AHEAD": "0"}
    with said.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jiqun.cli.main", *asked], stdout=out, stderr=out, env=environment
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, server, said)
        password = re.search(r"密码 (\S+)", said.read_text("utf-8"))
        assert password is not None
        yield address, password[1]
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: str, server: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        assert server.poll() is None, said.read_text("utf-8")
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(said.read_text("utf-8"))
