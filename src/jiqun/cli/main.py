"""The entry point: `jiqun`. Exit codes: 0 fine, 1 problems found, 2 wrong use."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

import jiqun
from jiqun.cli.context import Context
from jiqun.cli.output import print_problems
from jiqun.cli.speech import both
from jiqun.problems import ProblemsError

# command → module and function; a module is imported only when its command runs, so that `jiqun --help` is quick
COMMANDS = {
    "init": "workspace:init",
    "template": "intake:template",
    "import": "intake:import_file",
    "ledger": "ledger:ledger",
    "snapshot": "ledger:snapshot",
    "packs": "packs:packs",
    "evaluate": "runs:evaluate",
    "runs": "runs:runs",
    "explain": "results:explain",
    "next": "results:next_grade",
    "compare": "results:compare",
    "export": "results:export",
    "demo": "demo:demo",
    "doctor": "workspace:doctor",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(f"jiqun.cli.commands.{module}"), function)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=both(
        "集群 Jiqun：把部门报表变成算得准、讲得清的评价结果。",
        "Jiqun: departments' files become exact, explained grades.",
    ),
)
@click.option(
    "--workspace", "-w", type=click.Path(path_type=Path), default=Path("."), help=both("工作区目录", "workspace folder")
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help=both("语言", "language"))
@click.version_option(jiqun.__version__, prog_name="jiqun")
@click.pass_context
def jiqun_command(ctx: click.Context, workspace: Path, lang: str | None) -> None:
    ctx.obj = Context(workspace)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; problems are printed and end with exit code 1, wrong use with 2."""
    try:
        code = jiqun_command.main(args=arguments, prog_name="jiqun", standalone_mode=False)
    except ProblemsError as found:
        print_problems(found.problems)
        sys.exit(1)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except click.Abort:
        click.echo(both("已中止，没有改动。", "Stopped; nothing was changed."), err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
