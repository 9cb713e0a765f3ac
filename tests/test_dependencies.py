"""What the program imports is what it asks for: a package that only tests or benchmarks need is not on an officer's machine."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _imported() -> dict[str, set[str]]:
    """The packages that the sources import, each with the files that do."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for name in names:
                found.setdefault(name.partition(".")[0], set()).add(file.name)
    return found


def test_every_package_that_is_imported_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for group in project.get("optional-dependencies", {}).values() for one in group]
    asked = {re.split(r"[<>=!~\[; ]", one)[0].lower().replace("_", "-") for one in (*project["dependencies"], *extras)}
    given = packages_distributions()
    lacking = {
        name: sorted(files)
        for name, files in _imported().items()
        if name not in sys.stdlib_module_names
        and name not in ("jiqun", "pydantic_core")  # pydantic asks for one certain version of its core
        and not {one.lower().replace("_", "-") for one in given.get(name, ())} & asked
    }
    assert lacking == {}
