"""Where a long title is broken: GB/T 9704 7.3.1 wants lines whole in sense, even, and each within the type area."""

from __future__ import annotations

from unicodedata import east_asian_width

LINE = 20  # signs of 小标宋 2号 in a line of 156 mm
_ENDS = ("年度", "工业企业", "亩均效益", "综合评价", "园区", "有限公司", "（集团）", "公司", "厂", "区", "县", "市")


def title_lines(title: str) -> list[str]:
    """Return the lines of a title: one where it fits, else two that end at a word; else as it is.

    >>> title_lines("关于2024年度工业企业亩均效益综合评价结果的通报")
    ['关于2024年度工业企业', '亩均效益综合评价结果的通报']
    >>> title_lines("产业集群运行月报（2026年7月）")
    ['产业集群运行月报（2026年7月）']
    """
    if _width(title) <= LINE:
        return [title]
    first, apart, second = title.partition("\u3000")  # a name and what the paper is
    if apart and max(_width(first), _width(second)) <= LINE:
        return [first, second]
    places = [at for at in range(1, len(title)) if title[:at].endswith(_ENDS)]
    fitting = [at for at in places if max(_width(title[:at]), _width(title[at:])) <= LINE]
    if not fitting:
        return [title]
    at = min(fitting, key=lambda one: abs(_width(title[:one]) - _width(title[one:])))
    return [title[:at], title[at:]]


def _width(text: str) -> float:
    return sum(1 if east_asian_width(one) in "WF" else 0.5 for one in text)
