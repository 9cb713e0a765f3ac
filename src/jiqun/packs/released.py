"""Released files: their hashes are locked in released.yaml, because such a file is superseded and never edited."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.packs.checking import validated
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import Pack
from jiqun.packs.models import ReleasedLock, Taxonomy
from jiqun.packs.reading import read_yaml
from jiqun.problems import Place, Problem, problem
from jiqun.values import file_digest

LOCK = "released.yaml"


def released(book: LawBook) -> Iterator[Problem]:
    """Check the locked files of every pack, if it has released.yaml."""
    for pack in book.packs:
        if LOCK in pack.files:
            yield from _locked(pack)


def released_lock(pack: Pack) -> str:
    """Write released.yaml for a pack: the hash of every file that an object in force is written in."""
    rows = [f"  {name}: {file_digest(pack.folder / name)}" for name in _in_force(pack)]
    return "files:\n" + "\n".join(rows) + "\n" if rows else "files: {}\n"


def _in_force(pack: Pack) -> list[str]:
    names = set()
    for one in pack.objects:
        if one.model.status in ("in_force", "repealed"):
            names.add(one.source.file.split("/", 1)[1])
            names.update(_data_of(one.model))
    return sorted(names)


def _data_of(model: object) -> list[str]:
    if not isinstance(model, Taxonomy):
        return []
    return [name for name in (model.data, model.members.data if model.members else None) if name]


def _locked(pack: Pack) -> Iterator[Problem]:
    name = pack.folder.name
    source, wrong = read_yaml(pack.folder / LOCK, f"{name}/{LOCK}")
    lock, more = validated(source, ReleasedLock) if source.data is not None else (None, ())
    yield from (*wrong, *more)
    if lock is None:
        return
    for file, expected in lock.files.items():
        if file not in pack.files:
            yield problem("PACK-126", source.key_place(("files", file)), target=file)
        elif (found := file_digest(pack.folder / file)) != expected:
            yield problem("PACK-125", Place(file=f"{name}/{file}", line=1), expected=expected[:12], found=found[:12])
    for one in pack.objects:
        if one.model.status == "in_force" and one.source.file.split("/", 1)[1] not in lock.files:
            yield problem("PACK-127", one.place("status"), id=one.id)
