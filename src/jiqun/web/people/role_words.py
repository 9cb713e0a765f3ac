"""What each role is for, in the words of who gives it to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROLE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "administrator": ("建人员、看日志、开批次，不审定", "adds people, reads the log, opens campaigns; signs nothing"),
    "analyst": (
        "导入、试算、办批次、答复申诉、编办法草稿",
        "imports, runs trials, leads campaigns, answers appeals, drafts rules",
    ),
    "signer": ("审定签发，作第二人确认", "signs results, confirms as the second person"),
    "department": ("报本部门的数据，受限数据不可见", "hands in its own data; no restricted figures"),
    "district": (
        "看本区县的企业，报数、提调整、代办申诉",
        "sees the firms of the district, hands in, proposes",
    ),
    "park": ("看本园区的企业，报数、代办申诉", "sees the firms of the park, hands in data"),
    "enterprise": ("看本企业，自核、申诉", "sees its own firm, checks and appeals"),
    "leader": ("看全域，不改任何东西，受限数据不可见", "sees all but restricted figures, changes nothing"),
    "auditor": ("看全域和操作日志，不改任何东西", "sees everything and the log, changes nothing"),
}
