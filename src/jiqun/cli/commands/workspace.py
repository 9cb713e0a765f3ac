"""`jiqun init` and `jiqun doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from pathlib import Path

import click

import jiqun
from jiqun import packs
from jiqun.cli.output import print_table, say
from jiqun.cli.speech import both, language
from jiqun.desk.context import Context
from jiqun.ledger.soundness import unsound
from jiqun.ledger.workspace import init as make_workspace
from jiqun.problems import ProblemsError

_LIBRARIES = ("polars", "narwhals", "duckdb", "deltalake", "pyarrow", "pydantic", "python-calamine", "xlsxwriter")


@click.command(help=both("建立工作区", "Make a workspace"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--pack", "pack_ids", multiple=True, help=both("现行规则包，可多次给出", "pack in force, may be repeated")
)
@click.option("--region", default="", help=both("本地区代码", "code of the region"))
def init(folder: Path, pack_ids: tuple[str, ...], region: str) -> None:
    known = {pack.id for pack in packs.load(packs.builtin_root()).packs}
    for one in pack_ids:
        if one not in known:
            raise click.BadParameter(
                both(
                    f"没有规则包 {one}；可用：{'、'.join(sorted(known))}",
                    f"no pack {one}; known: {', '.join(sorted(known))}",
                )
            )
    made = make_workspace(folder, packs=pack_ids, region=region)
    say(f"工作区已建立：{made.root}", f"Workspace made: {made.root}")
    say(
        f"下一步：在浏览器里办，jiqun -w {folder} serve；在命令行办，jiqun template enterprise_year，"
        "再 jiqun import 文件 --table 表 --period 年度",
        f"Next: in the browser, jiqun -w {folder} serve; at the command line, jiqun template enterprise_year, "
        "then jiqun import FILE --table T --period P",
    )


@click.command(help=both("检查环境、规则包和工作区", "Check the machine, the packs and the workspace"))
@click.pass_obj
def doctor(context: Context) -> None:
    rows: list[tuple[str, str, str]] = [("✓", "jiqun", jiqun.__version__), ("✓", "Python", platform.python_version())]
    rows += [("✓", name, importlib.metadata.version(name)) for name in _LIBRARIES]
    failed = _check_packs(rows) + _check_workspace(context, rows)
    print_table(["", both("项目", "item"), both("情况", "state")], rows)
    if failed:
        click.get_current_context().exit(1)


def _check_packs(rows: list[tuple[str, str, str]]) -> int:
    try:
        book = packs.load(packs.builtin_root())
    except ProblemsError as found:
        rows.append(("✗", both("规则包", "packs"), found.problems[0].text(language())))
        return 1
    rows.append(("✓", both("规则包", "packs"), ", ".join(pack.id for pack in book.packs)))
    return 0


def _check_workspace(context: Context, rows: list[tuple[str, str, str]]) -> int:
    name = both("工作区", "workspace")
    try:
        root = context.workspace.root
    except ProblemsError as found:
        rows.append(("–", name, found.problems[0].what(language())))
        return 0
    writable = os.access(root, os.W_OK)
    rows.append(
        ("✓" if writable else "✗", name, f"{root}" + ("" if writable else both("（不可写）", " (not writable)")))
    )
    free = shutil.disk_usage(root).free / 1024**3
    rows.append(("✓" if free > 1 else "!", both("可用空间", "free space"), f"{free:.1f} GiB"))
    return (0 if writable else 1) + _check_ledger(context, rows)


def _check_ledger(context: Context, rows: list[tuple[str, str, str]]) -> int:
    """Read every row and every original: what is damaged is better known before the year's evaluation."""
    name = both("台账", "ledger")
    found = list(unsound(context.workspace))
    rows += [("✗", name, one.text(language())) for one in found]
    if not found:
        rows.append(("✓", name, both("数据和原始文件都读得出来", "its rows and originals can be read")))
    return len(found)
