"""`jiqun snapshot export`: a snapshot as a Frictionless Data Package."""

from __future__ import annotations

from pathlib import Path

import click

from jiqun.cli.output import say
from jiqun.cli.speech import both
from jiqun.desk.context import Context
from jiqun.desk.datapackage import Format, save_package
from jiqun.ledger.snapshot import freeze, open_snapshot


@click.command("export", help=both("把快照导出成数据包（zip）", "Export a snapshot as a Data Package (zip)"))
@click.argument("snapshot", required=False, default="")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help=both("写到哪里", "where to"))
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.pass_obj
def export_snapshot(context: Context, snapshot: str, output: Path, form: Format) -> None:
    found = open_snapshot(context.workspace, snapshot) if snapshot else freeze(context.workspace, when=context.now)
    save_package(context, found, output, form)
    say(f"快照 {found.id} 已导出到 {output}", f"Snapshot {found.id} exported to {output}")
