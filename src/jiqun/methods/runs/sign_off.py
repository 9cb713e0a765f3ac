"""Who signed an official result, when, and under which document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiqun.methods.wording.phrases import say
from jiqun.problems import Language


@dataclass(frozen=True)
class SignOff:
    """A signature under a result.

    `organ` is the authority in whose name the result is published: its name, not that of the signer, stands under
    official documents. `accepts_doubts` says that the signer knows the rule was read only in part and has gone through
    its doubts.
    """

    by: str
    on: date
    document: str
    accepts_doubts: bool = False
    organ: str = ""

    def words(self, language: Language = "zh") -> str:
        """Say who signed, when and under which document.

        >>> SignOff("张三", date(2026, 3, 1), "亩均办〔2026〕1号").words()
        '张三于 2026-03-01 签发，文号：亩均办〔2026〕1号'
        """
        document = self.document + (say("signed.organ", language, organ=self.organ) if self.organ else "")
        phrase = "signed.partly" if self.accepts_doubts else "signed"
        return say(phrase, language, by=self.by, on=self.on.isoformat(), document=document)
