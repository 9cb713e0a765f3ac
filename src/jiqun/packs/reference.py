"""The reference of all words of packs as Markdown, made from the models that read them.

`python -m jiqun.packs.reference` prints it.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import dedent
from typing import Literal, get_args, get_origin

from jiqun.packs.models import KINDS, PackManifest
from jiqun.packs.models.base import Header, Model

_TYPES = {
    "str": "text",
    "int": "whole number",
    "bool": "true or false",
    "date": "day",
    "Code": "text",
    "Num": "number, in quotes where it has decimals",
    "Line": "number, or the name of a benchmark",
    "Day": "day (2022-01-01)",
    "Stated": "number, text, day, true or false",
    "Digits": "decimals, 0–12",
    "Formula": "[formula](formulas.md)",
    "Clause": "clause: `id` of the document, or `document#id`",
    "Identifier": "id",
    "Names": "list of texts",
    "Codes": "list of codes",
}
_INTRO = """# The words of packs

规则包里每种对象可以写的键：类型或可选的词、缺省、含义。由读规则包的模型生成，请勿手改：
`python -m jiqun.packs.reference`。
怎样写见[写规则包](../howto/write-a-pack.md)，各步怎么算见[办法的含义](method-semantics.md)，公式见[公式](formulas.md)。

Every key of every kind of object: its type or allowed words, what stands where it is left out (**needed** where nothing
may), and what it means. Made from the models that read packs; do not edit. How to write a pack is told in
[its how-to](../howto/write-a-pack.md), what each step computes in [method semantics](method-semantics.md). A key that
is not here is refused; codes and ids may be written as whole numbers without quotes. Of a step with several forms (a
score, a move) exactly one is given.
"""


@dataclass(frozen=True)
class Key:
    """A key of an object: its name, type in words, what stands where it is left out, and what it means."""

    name: str
    type: str
    default: str
    meaning: str


def reference() -> str:
    """Return the page: every kind of object, and after it the parts that its keys are made of."""
    told: set[type[Model]] = {Header, *KINDS.values()}
    lines = [_INTRO, *_section("Every object", Header, 2)]
    kinds: dict[str, type[Model]] = {"pack.yaml": PackManifest, **KINDS}
    for kind, model in kinds.items():
        lines += _section(kind, model, 2)
        for part in _parts(model, told):
            lines += _section(part.__name__, part, 3)
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, model: type[Model], level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {title}", "")
    yield from (re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(model) or "").strip(), "")
    bases = [one for one in model.__bases__ if issubclass(one, Model) and one is not Model]
    if bases:
        yield from (f"And the keys of {', '.join(_link(one) for one in bases)}.", "")
    keys = list(keys_of(model))
    if keys:
        yield from ("| key | type or words | left out | meaning |", "| --- | --- | --- | --- |")
        yield from (f"| `{one.name}` | {one.type} | {one.default} | {one.meaning} |" for one in keys)
        yield ""


def _link(model: type[Model]) -> str:
    kinds: dict[type[Model], str] = {one: kind for kind, one in KINDS.items()}
    title = "Every object" if model is Header else kinds.get(model, model.__name__)
    return f"[{title}](#{title.lower().replace(' ', '-')})"


@cache
def _written(model: type[Model]) -> tuple[ast.ClassDef, tuple[str, ...]]:
    source = dedent(inspect.getsource(model))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.ClassDef)
    return tree, tuple(source.splitlines())


def keys_of(model: type[Model]) -> Iterator[Key]:
    """The keys that a model itself adds, in the order written; a remark behind a key is its meaning."""
    tree, lines = _written(model)
    for one in tree.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            field = model.model_fields[one.target.id]
            default = "**needed**" if field.is_required() else _default(field.get_default(call_default_factory=False))
            name = field.alias or one.target.id
            if one.target.id == "kind":
                continue  # the kind of the object, said by the section
            remarks = [line.partition("  # ")[2] for line in lines[one.lineno - 1 : one.end_lineno]]
            yield Key(name, _cell(_type(one.annotation, model)), default, _cell(" ".join(filter(None, remarks))))


def _default(value: object) -> str:
    if value in (None, (), {}, "") or isinstance(value, Model):
        return ""
    if isinstance(value, tuple):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(node: ast.expr, model: type[Model]) -> str:
    """Say an annotation in words."""
    match node:
        case ast.BinOp(left=left, right=ast.Constant(value=None)):
            return _type(left, model)
        case ast.BinOp(left=left, right=right):
            return f"{_type(left, model)}, or {_type(right, model)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            words = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return " · ".join(f"`{ast.literal_eval(one)}`" for one in words)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, value])):
            return f"by name: {_type(value, model)}"
        case ast.Subscript(value=ast.Name(id=outer), slice=inner) if outer in ("Listed", "Some", "tuple"):
            item = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            return f"list of {_type(item, model)}"
        case ast.Subscript(value=ast.Name(id="OneOrSome"), slice=inner):
            return f"{_type(inner, model)}, or a list of them"
        case ast.Name(id=name):
            return _named(name, model)
    return ast.unparse(node)


def _named(name: str, model: type[Model]) -> str:
    found = vars(sys.modules[model.__module__]).get(name)
    if name in _TYPES and not (inspect.isclass(found) and issubclass(found, Model)):
        return _TYPES[name]
    if get_origin(found) is Literal:
        return " · ".join(f"`{one}`" for one in get_args(found))
    if inspect.isclass(found) and issubclass(found, Model):
        return _link(found)
    return name


def _parts(model: type[Model], told: set[type[Model]]) -> Iterator[type[Model]]:
    """The models not told yet that a model's keys are made of, and those that these are made of in turn."""
    tree, _ = _written(model)
    space = vars(sys.modules[model.__module__])
    named = [node for one in tree.body if isinstance(one, ast.AnnAssign) for node in ast.walk(one.annotation)]
    found = [*model.__bases__, *(space.get(node.id) for node in named if isinstance(node, ast.Name))]
    for one in found:
        if inspect.isclass(one) and issubclass(one, Model) and one is not Model and one not in told:
            told.add(one)
            yield one
            yield from _parts(one, told)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


if __name__ == "__main__":
    sys.stdout.write(reference())
