"""The words of reports in both languages."""

from __future__ import annotations

from jiqun.problems import Language

_PHRASES: dict[str, tuple[str, str]] = {
    "official": ("正式", "Official"),
    "trial": ("试算　不具行政效力", "TRIAL — no official force"),
    "fact.period": ("评价期 {value}", "period {value}"),
    "fact.edition": ("版本 {value}", "edition {value}"),
    "fact.method": ("办法 {value}", "method {value}"),
    "fact.snapshot": ("数据快照 {value}", "data snapshot {value}"),
    "fact.run": ("运行 {value}", "run {value}"),
    "fact.signed": ("{value}", "{value}"),
    "sheet.results": ("结果", "Results"),
    "sheet.summary": ("汇总", "Summary"),
    "sheet.moves": ("调整", "Moves"),
    "sheet.rule": ("办法", "Rule"),
    "sheet.problems": ("问题", "Problems"),
    "title.results": ("评价结果", "Results"),
    "title.summary": ("各区县、行业、规模的档次", "Grades by district, industry and size"),
    "title.counts": ("各区县、行业、规模的户数", "Counts by district, industry and size"),
    "title.moves": ("档次调整记录", "Changes of grade after the ranking"),
    "title.rule": ("办法条文", "The rule in words"),
    "title.problems": ("提示与问题", "Notices and problems"),
    "title.indicator": ("{item}怎么得分", "How {item} got its points"),
    "subject": ("代码", "code"),
    "name": ("名称", "name"),
    "district": ("区县", "district"),
    "industry_code": ("行业代码", "industry code"),
    "industry": ("行业", "industry"),
    "population": ("评价类别", "population"),
    "status": ("评价情况", "status"),
    "total": ("总分", "total"),
    "points_unit": ("分", "points"),
    "rank": ("名次", "rank"),
    "pool": ("排名范围", "ranked within"),
    "pool_size": ("同组户数", "firms ranked"),
    "grade": ("档次", "grade"),
    "treated_as": ("视同档次", "treated as"),
    "reason": ("说明", "reason"),
    "moves": ("调整", "moves"),
    "value": ("指标值", "value"),
    "benchmark": ("基准值", "benchmark"),
    "weight": ("权重", "weight"),
    "points": ("得分", "points"),
    "how": ("怎样得来", "how it came to be"),
    "clause": ("条款", "clause"),
    "order": ("次序", "order"),
    "move": ("调整事项", "move"),
    "from": ("调整前", "from"),
    "to": ("调整后", "to"),
    "basis": ("依据", "basis"),
    "document": ("文件", "document"),
    "group": ("分组", "by"),
    "member": ("组别", "group"),
    "firms": ("户数", "firms"),
    "households": ("户", "firms"),
    "graded": ("定档户数", "graded"),
    "evaluated": ("已评价", "evaluated"),
    "scored": ("计分不定档", "scored only"),
    "exempt": ("免评", "exempt"),
    "ungraded": ("未能定档", "no grade"),
    "outside": ("不在范围或类别未知", "outside or unknown"),
    "grade_count": ("{grade}档户数", "{grade}"),
    "grade_share": ("{grade}档占比", "{grade} share"),
    "of_graded": ("占定档户数", "of graded"),
    "average_total": ("平均总分", "mean total"),
    "by_all": ("全部", "all"),
    "by_population": ("评价类别", "population"),
    "by_district": ("区县", "district"),
    "by_division": ("行业大类", "industry division"),
    "by_scale": ("规模", "size"),
    "nobody_said": ("未填报", "not reported"),
    "severity": ("程度", "severity"),
    "severity.error": ("错误", "error"),
    "severity.warning": ("警告", "warning"),
    "severity.notice": ("提示", "notice"),
    "problem_code": ("编号", "code"),
    "place": ("位置", "place"),
    "what": ("是什么", "what"),
    "why": ("为什么要紧", "why it matters"),
    "fix": ("怎么办", "what to do"),
    "no_problems": ("没有提示和问题。", "No notices, no problems."),
    "no_moves": ("没有调整。", "No moves."),
    "unknown_not_zero": ("空白表示未知，不是零。", "A blank is unknown, not zero."),
    "colon": ("：", ": "),
    "state": ("效力", "state"),
    "scale.above": ("规上", "above scale"),
    "scale.below": ("规下", "below scale"),
}


_OF_OTHERS: dict[str, tuple[str, str]] = {
    "pool_size": ("同组个数", "ranked"),
    "firms": ("个数", "count"),
    "households": ("个", ""),
    "graded": ("定档个数", "graded"),
    "title.counts": ("各组个数", "Counts by group"),
    "grade_count": ("{grade}档个数", "{grade}"),
    "of_graded": ("占定档个数", "of graded"),
}


def say(phrase: str, language: Language, of_firms: bool = True, **values: object) -> str:
    """Say a phrase with its values; without `of_firms` it is of parks, projects or other things.

    >>> say("grade_count", "zh", grade="A"), say("grade_count", "zh", of_firms=False, grade="A")
    ('A档户数', 'A档个数')
    """
    found = _PHRASES[phrase] if of_firms else _OF_OTHERS.get(phrase, _PHRASES[phrase])
    return found[0 if language == "zh" else 1].format(**values)
