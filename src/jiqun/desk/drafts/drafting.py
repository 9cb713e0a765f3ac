"""Drafts of the law, laid as one pack over the law in force.

What was published lies in the workspace under `published/NNNN/`, one whole pack for every publication: the highest
number is the law, the others are its history. A publication appears by one renaming, so it is there or it is not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from jiqun.desk.context import PUBLISHED, Context, newest_published
from jiqun.desk.drafts.parts import Basis, Files, digest_of, parts, places
from jiqun.desk.drafts.rule_text import head_of
from jiqun.ledger.whole_files import draft_of
from jiqun.values import to_disk


def lay(context: Context, basis: Basis, files: Files, root: Path) -> None:
    """Write the law that is published now, with the draft on top, as one pack under a root."""
    now, pack = newest_published(context.folder), root / PUBLISHED
    if now is not None:
        shutil.copytree(now / PUBLISHED, pack)
    pack.mkdir(parents=True, exist_ok=True)
    manifest = pack / "pack.yaml"
    before = yaml.safe_load(manifest.read_text("utf-8"))["extends"] if manifest.is_file() else []
    head = {
        "id": PUBLISHED,
        "title": "本地区发布的办法",
        "title_en": "Published here",
        "extends": list(dict.fromkeys([*context.workspace.packs, *before, *_elsewhere(context, basis, files)])),
        "jurisdiction": context.workspace.region or "100000",
        "version": "1",
    }
    manifest.write_text(yaml.safe_dump(head, allow_unicode=True, sort_keys=False), "utf-8")
    names = places(files)
    for name, text in files.items():
        path = pack / names[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        _copy_data(context, text, pack)


def _elsewhere(context: Context, basis: Basis, files: Files) -> Iterator[str]:
    """The packs of other places that a draft's objects come from."""
    for kind, id_ in ((basis.kind, basis.id), *((one.kind, one.id) for one in parts(files))):
        if not context.book.has(kind, id_) and context.everything.has(kind, id_):
            yield context.everything.object(kind, id_).pack


def _copy_data(context: Context, text: str, pack: Path) -> None:
    """Copy the tables of codes that a taxonomy names, from the pack it comes from."""
    head = head_of(text)
    id_ = str(head.get("id"))
    if head.get("kind") != "taxonomy" or not context.everything.has("taxonomy", id_):
        return
    came_from = context.everything.object("taxonomy", id_).pack
    folder = next(one.folder for one in context.everything.packs if one.id == came_from)
    members = head.get("members")
    for name in (head.get("data"), members.get("data") if isinstance(members, dict) else None):
        if isinstance(name, str) and _is_table(Path(name)) and (folder / name).is_file():
            (pack / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, pack / name)


def _is_table(path: Path) -> bool:
    """Tell whether a path is one of a table within the pack; a draft's text may name anything."""
    return path.suffix == ".csv" and not path.is_absolute() and ".." not in path.parts


def draft_context(context: Context, basis: Basis, files: Files) -> Context:
    """Return the workspace as it would be were the draft published; kept under the draft's digest."""
    root = context.folder / "drafts" / f"{digest_of(files)}-{law_of(context)}"
    if not root.is_dir():
        making = draft_of(root)
        shutil.rmtree(making, ignore_errors=True)
        lay(context, basis, files, making)
        into_place(making, root)
    return Context(context.folder, published=root)


def law_of(context: Context) -> str:
    """Return the number of the law in force, 0000 before anything was published."""
    now = newest_published(context.folder)
    return now.name if now else "0000"


def into_place(making: Path, place: Path) -> bool:
    """Put a folder in place by one renaming; False where there is one already."""
    place.parent.mkdir(exist_ok=True)
    to_disk(making.rglob("*"))
    try:
        making.rename(place)
    except OSError:
        shutil.rmtree(making)
        if not place.is_dir():
            raise
        return False
    to_disk([place, place.parent])
    return True
