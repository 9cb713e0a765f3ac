"""A workspace: one folder with a `jiqun.toml` that says which packs are in force and where the ledger lies."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlparse
from urllib.request import url2pathname

from pydantic import BaseModel, ConfigDict, ValidationError

from jiqun.ledger.whole_files import whole_file
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import to_disk

SETTINGS = "jiqun.toml"
_FOLDERS = ("ledger", "runs", "originals", "quarantine", "cache")
_UNSAFE = re.compile(r"[\^|\\\[\]%]")  # Delta Lake mistakes a local path with one of these for an address
_NOT_ATOMIC = ("aws_s3_allow_unsafe_rename", "allow_unsafe_rename")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Storage(_Part):
    address: str = "ledger"
    options: dict[str, str] = {}


class _Database(_Part):
    address: str = "sqlite:///db.sqlite3"


class _Settings(_Part):
    packs: list[str] = []
    region: str = ""
    storage: _Storage = _Storage()
    database: _Database = _Database()


@dataclass(frozen=True)
class Workspace:
    """The folder a region works in: packs in force, region, and the addresses of ledger and database.

    `storage` is a folder inside the workspace or a URI such as `s3://bucket/ledger`; `storage_options` go to
    `deltalake` unchanged. Secrets belong in the environment (`AWS_…`), not in the file.
    """

    root: Path
    packs: tuple[str, ...] = ()
    region: str = ""
    storage: str = "ledger"
    storage_options: Mapping[str, str] = field(default_factory=dict)
    database: str = "sqlite:///db.sqlite3"

    @classmethod
    def open(cls, folder: Path | str) -> Workspace:
        """Read the workspace in a folder; LEDGER-050 where there is none, LEDGER-051/053 where its file is wrong."""
        root = Path(folder).resolve()
        file = root / SETTINGS
        if not file.is_file():
            raise ProblemsError([problem("LEDGER-050", Place(file=str(folder)), folder=folder)])
        try:
            settings = _Settings.model_validate(tomllib.loads(file.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise ProblemsError([problem("LEDGER-051", Place(file=str(file)), detail=wrong)]) from None
        except ValidationError as wrong:
            raise ProblemsError(_faults(wrong, str(file))) from None
        opened = cls(
            root=root,
            packs=tuple(settings.packs),
            region=settings.region,
            storage=settings.storage.address,
            storage_options=MappingProxyType(dict(settings.storage.options)),
            database=settings.database.address,
        )
        opened._check_address()
        return opened

    def _check_address(self) -> None:
        """Raise LEDGER-075 for a local path the store cannot find again, LEDGER-076 for commits that are not atomic."""
        address = Path(self.address("")).as_posix()
        wrong = sorted(set(_UNSAFE.findall(address))) if self.is_local else []
        if wrong:
            raise ProblemsError([problem("LEDGER-075", Place(file=address), path=address, wrong=" ".join(wrong))])
        told = {name.lower(): name for name in (*self.storage_options, *os.environ)}
        unsafe = [] if self.is_local else [told[name] for name in _NOT_ATOMIC if name in told]
        if unsafe:
            raise ProblemsError([problem("LEDGER-076", Place(file=SETTINGS), name=unsafe[0])])

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def originals(self) -> Path:
        return self.root / "originals"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def is_local(self) -> bool:
        """Whether the ledger lies on a disk of this machine."""
        return self.storage.startswith("file://") or not _SCHEME.match(self.storage)

    def address(self, table: str) -> str:
        """Return the address of a table's Delta log and files.

        >>> Workspace(Path("/w"), storage="s3://bucket/ledger").address("enterprise")
        's3://bucket/ledger/enterprise'
        """
        if not self.is_local:
            return f"{self.storage.rstrip('/')}/{table}"
        folder = url2pathname(urlparse(self.storage).path) if self.storage.startswith("file://") else self.storage
        return str(self.root / folder / table)


def init(
    folder: Path | str,
    packs: Sequence[str] = (),
    region: str = "",
    storage: str = "ledger",
    database: str = "sqlite:///db.sqlite3",
) -> Workspace:
    """Make a workspace in a folder, which is created; LEDGER-052 where the folder is a workspace already."""
    root = Path(folder).resolve()
    file = root / SETTINGS
    if file.exists():
        raise ProblemsError([problem("LEDGER-052", Place(file=str(file)), folder=folder)])
    Workspace(root, storage=storage)._check_address()
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    to_disk([root, *(root / name for name in _FOLDERS)])
    with whole_file(file) as draft:
        draft.write_text(_settings_text(packs, region, storage, database), "utf-8")
    return Workspace.open(root)


def _settings_text(packs: Sequence[str], region: str, storage: str, database: str) -> str:
    return (
        "# 集群 Jiqun workspace 工作区\n"
        f"packs = {_toml(list(packs))}  # 现行规则包 packs in force\n"
        f"region = {_toml(region)}  # 本地区代码 the region this workspace is for\n\n"
        "[storage]  # 台账所在：本目录下的文件夹，或 s3://… the ledger: a folder here, or a URI\n"
        f"address = {_toml(storage)}\n\n"
        "[database]  # 业务数据库 the database of cases and users\n"
        f"address = {_toml(database)}\n"
    )


def _toml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _faults(wrong: ValidationError, file: str) -> list[Problem]:
    known = ("packs", "region", "storage", "database", "address", "options")
    found = []
    for fault in wrong.errors():
        item = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            nearest = get_close_matches(str(fault["loc"][-1]), known, 1)
            found.append(problem("LEDGER-053", Place(file=file, item=item), key=item, near="、".join(nearest) or "—"))
        else:
            found.append(problem("LEDGER-051", Place(file=file, item=item), detail=f"{item}: {fault['msg']}"))
    return found
