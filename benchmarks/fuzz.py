"""The API against its own description, under hostile values, as people of several roles; prints what is found.

    python -m venv fuzz && fuzz/bin/pip install schemathesis
    python benchmarks/fuzz.py WORKSPACE --schemathesis fuzz/bin/schemathesis [--seconds 60] [--roles analyst district]

Works on a copy of the workspace, served on the loopback interface. Every check of Schemathesis is on: no error of the
server, only the statuses, types and shapes that the description names, wrong values refused, no answer without a token.
Exit 1 where a role had a finding. Schemathesis is no part of the project's own requirements.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from load import Person, copied, served

ROLES = ("analyst", "district", "park", "firm", "leader", "auditor", "tax", "admin")


def token_of(port: int, role: str, password: str) -> str:
    """Make a token on the page of tokens, as a person does."""
    person = Person(port)
    person.log_in(role, password)
    person.ask("GET", "/people/tokens/")
    found = re.search(r"jq_[\w-]{20,}", person.ask("POST", "/people/tokens/", {"title": "fuzz"})[2])
    assert found, f"no token for {role}"
    return found[0]


def known(port: int, token: str, folder: Path) -> Path:
    """Write which runs, snapshots, firms and tables there are, so that not every made-up id ends as not found."""

    def ask(address: str) -> Any:
        asked = Request(f"http://127.0.0.1:{port}/api/{address}", headers={"Authorization": f"Bearer {token}"})
        with urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    runs, snapshot = ask("runs"), ask("snapshots")[0]["id"]
    run = runs[0]["id"] if runs else "0" * 16  # a firm is told no result before one is public
    rows = (ask(f"runs/{run}/results?limit=1")["rows"] if runs else []) or [{"enterprise": "none"}]
    given = {"runs/{id_}": run, "runs/{id_}/results": run, "snapshots/{id_}/datapackage": snapshot}
    head = '[[operations]]\ninclude-path = "/api/'
    parts = [f'{head}{path}"\nparameters = {{ id_ = "{id_}" }}' for path, id_ in given.items()]
    parts.append(
        f'{head}runs/{{id_}}/firms/{{subject}}"\nparameters = {{ id_ = "{run}", subject = "{rows[0]["enterprise"]}" }}'
    )
    parts.append(f'{head}ledger/{{table}}"\nparameters = {{ table = "enterprise_year" }}')
    file = folder / "schemathesis.toml"
    file.write_text("\n\n".join(parts), "utf-8")
    return file


def fuzzed(program: str, port: int, token: str, seconds: int, folder: Path, config: Path | None) -> int:
    """Run Schemathesis once, in a folder where it may leave its notes, and return its exit code."""
    told = [] if config is None else ["--config-file", str(config)]
    command = [program, *told, "run", f"http://127.0.0.1:{port}/api/openapi.json", "--checks", "all", "--no-shrink"]
    limits = ["--max-time", str(seconds), "--continue-on-failure", "--header", f"Authorization: Bearer {token}"]
    return subprocess.run([*command, *limits], check=False, cwd=folder).returncode


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("workspace", type=Path)
    asked.add_argument(
        "--schemathesis", type=lambda told: os.path.abspath(shutil.which(told) or told), default="schemathesis"
    )
    asked.add_argument("--seconds", type=int, default=60, help="for each role")
    asked.add_argument("--roles", nargs="+", default=ROLES)
    said = asked.parse_args()
    os.environ["JIQUN_API_PER_MINUTE"] = "1000000"
    found = []
    with tempfile.TemporaryDirectory(prefix="jiqun-fuzz-") as place:
        folder = copied(said.workspace, Path(place))
        server, port, password = served(folder, 2)
        try:
            for role in said.roles:
                print(f"== {role}", flush=True)
                token = token_of(port, role, password)
                half = max(1, said.seconds // 2)  # with ids that exist, and with any
                ends = [
                    fuzzed(said.schemathesis, port, token, half, folder, one)
                    for one in (known(port, token, folder), None)
                ]
                if any(ends):
                    found.append(role)
        finally:
            server.terminate()
            server.wait()
        broken = [
            line for line in (folder / "server.log").read_text("utf-8").splitlines() if '"level": "ERROR"' in line
        ]
    print(f"findings for: {', '.join(found) or 'nobody'}; {len(broken)} errors in the server's log")
    sys.exit(1 if found or broken else 0)


if __name__ == "__main__":
    main()
