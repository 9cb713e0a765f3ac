"""The entry point: `jiqun`. Exit codes: 0 fine, 1 problems found, 2 wrong use."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

import jiqun
from jiqun.cli.output import print_problems
from jiqun.cli.speech import both, speak
from jiqun.cli.wrong_use import Formatter, wrong_use
from jiqun.desk.context import Context
from jiqun.problems import ProblemsError, disk_refused

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
    "report": "reports:report",
    "ladder": "ladder:ladder",
    "serve": "serve:serve",
    "worker": "serve:worker",
    "user": "serve:user",
    "backup": "serve:backup",
    "restore": "serve:restore",
    "demo": "demo:demo",
    "doctor": "workspace:doctor",
}
_GLOBAL = ("--workspace", "--lang")


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, 1)
            told = f"No such command '{args[0]}'." + (f" Did you mean {near[0]}?" if near else "")
            raise click.UsageError(told, ctx)
        return super().resolve_command(ctx, args)

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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; problems are printed and end with exit code 1, wrong use with 2."""
    words = global_options_first(sys.argv[1:] if arguments is None else arguments)
    speak(words)
    click.Context.formatter_class = Formatter
    try:
        code = jiqun_command.main(args=words, prog_name="jiqun", standalone_mode=False)
    except ProblemsError as found:
        print_problems(found.problems)
        sys.exit(1)
    except click.ClickException as wrong:
        click.echo(wrong_use(wrong), err=True)
        sys.exit(2)
    except click.Abort:
        click.echo(both("已中止，没有改动。", "Stopped; nothing was changed."), err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as fault:
        told = disk_refused(fault)
        if told is None:
            raise
        print_problems([told])
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """Move `--workspace` and `--lang` before the command, so that they may stand anywhere.

    >>> global_options_first(["runs", "--json", "--lang", "en"])
    ['--lang', 'en', 'runs', '--json']
    """
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*first, *rest, word, *words]
        if word in _GLOBAL:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            (first if word.startswith(tuple(f"{name}=" for name in _GLOBAL)) else rest).append(word)
    return [*first, *rest]


if __name__ == "__main__":
    main()
