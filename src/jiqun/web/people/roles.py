"""Roles and what each may do: one table, read by pages, API, exports and reports alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Role:
    """A role: its names, what it may do, and by which column its rows are limited ('' for the whole region)."""

    id: str
    title: str
    title_en: str
    may: frozenset[str]
    limited_by: str = ""
    sees_restricted: bool = False


READ: Final = frozenset({"read"})
_FIELD: Final = READ | {"import", "export", "appeal"}

ROLES: Final[dict[str, Role]] = {
    one.id: one
    for one in (
        Role(
            "administrator",
            "系统管理员",
            "Administrator",
            READ | {"people", "audit", "import", "undo", "export", "evaluate", "review", "campaign", "drafts"},
            sees_restricted=True,
        ),
        Role(
            "analyst",
            "市级分析员",
            "City analyst",
            READ
            | {"import", "undo", "export", "evaluate", "review", "campaign", "adjust", "rules", "decide", "drafts"},
            sees_restricted=True,
        ),
        Role(
            "signer",
            "审定领导",
            "Signing leader",
            READ | {"export", "sign", "approve", "drafts"},
            sees_restricted=True,
        ),
        Role("department", "部门填报员", "Department", READ | {"import", "export"}),
        Role("district", "区县经信委", "District", _FIELD | {"propose"}, limited_by="district"),
        Role("park", "园区", "Park", _FIELD, limited_by="park"),
        Role("enterprise", "企业", "Enterprise", READ | {"appeal"}, limited_by="enterprise", sees_restricted=True),
        Role("leader", "领导（只读）", "Leader (read only)", READ | {"export"}),
        Role("auditor", "审计", "Auditor", READ | {"audit", "export", "drafts"}, sees_restricted=True),
    )
}
