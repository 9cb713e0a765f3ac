"""Where the workbench keeps its rows and its key, and whom it believes: nothing secret in the code."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import dj_database_url

from jiqun.ledger.workspace import SETTINGS, Workspace

_KEY_FILE = "secret.key"
_SQLITE = "sqlite:///"
_KEPT_SECONDS = 60  # a connection


def database(folder: Path) -> dict[str, Any]:
    """Return Django's settings for the workspace's `[database] address`; a relative SQLite file lies inside it.

    Writers of SQLite wait for each other instead of failing, and a commit is on disk before it is told. A connection
    serves the requests of its thread for a minute: opening one costs more than most of what is asked of it.
    """
    address = os.environ.get("JIQUN_DATABASE") or _address(folder)
    if not address.startswith(_SQLITE):
        return dict(dj_database_url.parse(address, conn_max_age=_KEPT_SECONDS, conn_health_checks=True))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / address.removeprefix(_SQLITE)),
        "CONN_MAX_AGE": _KEPT_SECONDS,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _address(folder: Path) -> str:
    if not (folder / SETTINGS).is_file():
        return f"{_SQLITE}db.sqlite3"
    return Workspace.open(folder).database


def secret_key(folder: Path) -> str:
    """Return the key of `JIQUN_SECRET_KEY`, else the one kept in the workspace, made on the first start."""
    given = os.environ.get("JIQUN_SECRET_KEY")
    if given:
        return given
    file = folder / _KEY_FILE
    if not (folder / SETTINGS).is_file():  # no workspace yet: nothing is signed with this key for longer than a call
        return secrets.token_urlsafe(64)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as kept:
        kept.write(secrets.token_urlsafe(64))
    return file.read_text("utf-8").strip()


@dataclass(frozen=True)
class Hsts:
    """What browsers are told to remember of TLS, and the deployment checks that ask for more than the place chose."""

    seconds: int
    subdomains: bool = False
    preload: bool = False
    silenced: tuple[str, ...] = ()


_NO_SUBDOMAINS, _NO_PRELOAD, _NO_HSTS = "security.W005", "security.W021", "security.W004"
_YEAR = 31_536_000
_HSTS = {
    "off": Hsts(0, silenced=(_NO_HSTS,)),
    "host": Hsts(_YEAR, silenced=(_NO_SUBDOMAINS, _NO_PRELOAD)),
    "subdomains": Hsts(_YEAR, subdomains=True, silenced=(_NO_PRELOAD,)),
    "preload": Hsts(_YEAR, subdomains=True, preload=True),
}


def hsts(text: str) -> Hsts:
    """Read what `JIQUN_HSTS` says: off, host, subdomains or preload; ValueError for another word.

    A browser that was told cannot be told otherwise for a year, and `preload` puts a name on lists shipped with
    browsers: on a city's intranet, where other hosts may not speak TLS, that is the place's to decide.

    >>> hsts("host").seconds, hsts("host").subdomains, hsts("preload").preload
    (31536000, False, True)
    """
    if text not in _HSTS:
        raise ValueError(f"JIQUN_HSTS={text}: one of {', '.join(_HSTS)}")
    return _HSTS[text]


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of a comma separated list; a single address is a network of one.

    >>> networks("127.0.0.1, 10.0.0.0/8")
    [IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8')]
    """
    return [ip_network(one.strip()) for one in text.split(",") if one.strip()]
