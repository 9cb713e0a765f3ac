"""The reference of all commands as Markdown, made from the commands themselves.

`python -m jiqun.cli.reference` prints it in the language of the call (JIQUN_LANG).
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from jiqun.cli.main import jiqun_command
from jiqun.cli.speech import both

_NAME = "jiqun"


def reference() -> str:
    """Return the page: every command with its usage, what it does, and its options."""
    lines = [
        both("# 命令行", "# Command line"),
        "",
        both(
            "由命令自身生成，请勿手改：`JIQUN_LANG=zh python -m jiqun.cli.reference`。",
            "Made from the commands; do not edit: `JIQUN_LANG=en python -m jiqun.cli.reference`.",
        ),
        "",
        both(
            "退出码：0 正常，1 发现问题，2 用法不对。`--workspace` 和 `--lang` 可写在任何位置；"
            "工作区缺省为当前文件夹；语言缺省看 JIQUN_LANG，再看系统区域，都没有就用中文。",
            "Exit codes: 0 fine, 1 problems found, 2 wrong use. `--workspace` and `--lang` may stand anywhere. "
            "The workspace is the current folder by default; the language follows JIQUN_LANG, then the locale, "
            "else Chinese.",
        ),
        "",
    ]
    return "\n".join([*lines, *_command(jiqun_command, None, _NAME)]).rstrip() + "\n"


def _command(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from (f"## {context.command_path}", "", command.help or "", "", f"    {usage}", "")
    options = [one for one in command.params if isinstance(one, click.Option)]
    records = [record for one in options if (record := one.get_help_record(context)) is not None]
    if records:
        yield from (f"| {both('选项', 'option')} | {both('意思', 'meaning')} |", "| --- | --- |")
        yield from (f"| `{_cell(option)}` | {_cell(meaning)} |" for option, meaning in records)
        yield ""
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _command(found, context, inner)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    click.echo(reference(), nl=False)
