"""What a file was checked against, and what a check made again says beside the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jiqun.desk.context import Context
from jiqun.desk.importing import known_codes
from jiqun.ledger.view import latest
from jiqun.packs import TableContract
from jiqun.values import digest
from jiqun.web.ledger.models import Upload

_COUNTED = (
    ("good", "合格", "good rows"),
    ("bad", "退回", "rows to return"),
    ("repeated", "完全重复", "exact repeats"),
    ("left_out", "不是数据的行", "lines that are no data"),
)


def checked_against(context: Context, upload: Upload) -> dict[str, Any]:
    """Return when a check is made and what it goes by: the contract, the codes known for its columns, the ledger."""
    contract = context.contract(upload.table)
    imports = latest(context.workspace).log.imports
    codes = {name: sorted(codes) for name, codes in known_codes(context, contract).items()}
    return {
        "at": timezone.now().isoformat(timespec="seconds"),
        "contract": _contract_digest(contract),
        "codes": digest(codes)[:16],
        "kinds": len(codes),
        "imports": len(imports),
        "told": digest({name: said for name, said in upload.told.items() if said})[:16],
    }


def _contract_digest(contract: TableContract) -> str:
    return digest(contract.model_dump(mode="json"))[:16]


def carried_on(upload: Upload) -> dict[str, Any]:
    """Return what is kept of an upload's last check while it is made again; nothing where there was none yet."""
    kept = ("basis", "counts", "kinds", "notices", "problems", "problem_count", "change_count", "wrong_totals")
    if "basis" not in upload.preview:
        return {"before": upload.preview["before"]} if "before" in upload.preview else {}
    return {"before": {name: upload.preview[name] for name in kept if name in upload.preview}}


def compared(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any] | None:
    """Say what became of a check made again: what it goes by that changed, and what came out otherwise.

    None for the first check. Both lists are pairs of a Chinese and an English phrase; empty lists say that nothing did.
    """
    if not before or "basis" not in before:
        return None
    return {
        "at": before["basis"]["at"],
        "causes": list(_causes(before["basis"], now["basis"])),
        "effects": list(_effects(before, now)),
    }


def _causes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if before["told"] != now["told"]:
        yield "对这份文件的说法（列、单位等）", "what was told of the file (columns, units …)"
    if before["contract"] != now["contract"]:
        yield "表式", "the contract of the table"
    if before["codes"] != now["codes"]:
        yield "代码表", "the lists of codes"
    more = now["imports"] - before["imports"]
    if more:
        yield f"台账（其间又有 {more} 次导入）", f"the ledger ({more} more import{'s' * (more != 1)})"


def _effects(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    was, is_ = before.get("counts"), now.get("counts")
    if (was is None) != (is_ is None):
        yield ("现在读得了", "it can be read now") if was is None else ("现在读不了", "it can no longer be read")
    if was and is_:
        for name, zh, en in _COUNTED:
            if was[name] != is_[name]:
                yield f"{zh} {was[name]} → {is_[name]} 行", f"{en} {was[name]} → {is_[name]}"
    for name, zh, en in (("problems", "问题", "problems"), ("notices", "提示", "notices")):
        old, new = ({(one["code"], one["place"], one["zh"]) for one in each.get(name, ())} for each in (before, now))
        if old != new:
            gone, come = len(old - new), len(new - old)
            yield f"{zh}少了 {gone} 条、多了 {come} 条", f"{gone} {en} fewer, {come} more"
    if before.get("change_count") != now.get("change_count"):
        first, last = before.get("change_count") or 0, now.get("change_count") or 0
        yield f"会改动台账的数 {first} → {last} 个", f"figures that would change {first} → {last}"


def moment(text: str) -> Any:
    """Read the moment that a check was kept with."""
    return parse_datetime(text)
