"""A program: two people take the same step at the same moment, again and again; prints what came of it as JSON.

Each line of a scenario is what became of both people and how many events stand afterwards.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from unittest.mock import patch

import django
from django.core.management import call_command

FIRM = "91500112MA5W000014"
Step = Callable[[], object]


def at_once(*steps: Step) -> list[str]:
    """Take steps in threads of their own that start together; say of each what became of it."""
    from django.db import connection

    told, start = ["lost"] * len(steps), threading.Barrier(len(steps))

    def take(place: int) -> None:
        start.wait()
        try:
            steps[place]()
            told[place] = "done"
        except ValueError:  # both kinds of RefusedError
            told[place] = "refused"
        except Exception as broken:
            told[place] = f"{type(broken).__name__}: {broken}"
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(len(steps))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(told)


class Rounds:
    """One round of every scenario, on a campaign, a case or a draft of its own."""

    def __init__(self, number: int) -> None:
        from jiqun.web.campaigns.models import Campaign
        from jiqun.web.people.models import User

        self.number = number
        self.of = Campaign.objects.create(method="m", year=2000 + number, title="评价", answer_days=2)
        self.people = {one.username: one for one in User.objects.all()}

    def event(self, what: str, /, about: int = 0, by: str = "proposer", **said: object) -> int:
        from django.utils import timezone

        from jiqun.web.campaigns.models import Event

        made = Event.objects.create(campaign=self.of, at=timezone.now(), by=by, kind=what, about=about, details=said)
        return int(made.pk)

    def stage(self, name: str) -> None:
        day = ("2026-01-01", "2030-01-01")
        self.event("campaign.created", plan=dict.fromkeys(("collect", "check", "trial", "adjust", "notice"), day))
        self.event("stage.entered", stage=name, reason="")

    def count(self, kind: str) -> int:
        return int(self.of.events.filter(kind=kind).count())

    def adjustment(self) -> tuple[list[str], int]:
        from jiqun.web.campaigns.actions import decide_adjustment

        self.stage("adjust")
        said = {"enterprise": FIRM, "kind": "raise", "grade": "", "steps": 1, "reason": "r", "document": "d"}
        about = str(self.event("adjustment.proposed", **said))
        yes, no = {"about": about, "decision": "confirmed"}, {"about": about, "decision": "refused", "reason": "x"}
        told = at_once(
            lambda: decide_adjustment(self.of, self.people["first"], yes),
            lambda: decide_adjustment(self.of, self.people["second"], no),
        )
        return told, self.count("adjustment.decided")

    def appeal(self) -> tuple[list[str], int]:
        from jiqun.web.campaigns.appealing import decide_appeal

        self.stage("notice")
        said = {"enterprise": FIRM, "request": "r", "evidence": "e", "field": "", "value": ""}
        about = str(self.event("appeal.registered", **said))
        yes, no = ({"about": about, "decision": one, "reason": "x"} for one in ("granted", "refused"))
        told = at_once(
            lambda: decide_appeal(self.of, self.people["first"], yes),
            lambda: decide_appeal(self.of, self.people["second"], no),
        )
        return told, self.count("appeal.decided")

    def signature(self) -> tuple[list[str], int]:
        from jiqun.web.campaigns import actions

        self.stage("sign")
        self.event("trial.done", run="r", snapshot="s")
        asked = [{"document": one, "organ": "市经信委"} for one in ("1 号", "2 号")]
        with (
            patch.object(actions, "lacking_for", lambda state, stage: []),
            patch.object(actions, "doubts_to_accept", lambda run: None),
            patch.object(actions, "run_of", lambda run: None),
        ):
            told = at_once(
                lambda: actions.ask_sign(self.of, self.people["signer"], asked[0]),
                lambda: actions.ask_sign(self.of, self.people["signer2"], asked[1]),
            )
        return told, self.count("sign.asked")

    def answer(self) -> tuple[list[str], int]:
        """Two clerks of a firm answer; both answers stay and the last one counts."""
        from jiqun.web.campaigns import actions
        from jiqun.web.campaigns.state import state_of

        self.stage("check")
        said = [{"answer": "right"}, {"answer": "wrong", "words": "税收应为 120"}]
        with patch.object(actions, "firm_meant", lambda campaign, user, asked: FIRM):
            told = at_once(
                lambda: actions.check(self.of, self.people["clerk"], said[0]),
                lambda: actions.check(self.of, self.people["clerk2"], said[1]),
            )
        last = self.of.events.filter(kind="firm.checked").last()
        assert last is not None and last.details["answer"] in str(state_of(self.of).checked[FIRM])
        return told, self.count("firm.checked")

    def disposal(self) -> tuple[list[str], int]:
        from django.utils import timezone

        from jiqun.web.disposals.actions import decide
        from jiqun.web.disposals.models import Disposal, DisposalEvent

        case = Disposal.objects.create(enterprise=FIRM, year=2000 + self.number, run="r")
        said = {"way": "merge", "unit": "u", "due": "2030-01-01"}
        DisposalEvent.objects.create(disposal=case, at=timezone.now(), by="proposer", kind="proposed", details=said)
        told = at_once(
            lambda: decide(case, self.people["first"], True, ""),
            lambda: decide(case, self.people["signer"], False, "x"),
        )
        return told, case.events.exclude(kind="proposed").count()

    def draft(self) -> tuple[list[str], int]:
        """Two analysts save a draft they both opened: the second is told."""
        from jiqun.web.drafts import actions
        from jiqun.web.drafts.models import RuleDraft
        from jiqun.web.drafts.state import state_of

        made = RuleDraft.objects.create(about="m", base="", edition="2027")
        actions.note(made, "proposer", "revised", {"files": {"a.yaml": "id: m\n"}, "reason": "r"})
        seen = state_of(made).digest
        with patch.object(actions, "_is_same_object", lambda state, files: None):
            told = at_once(
                *(
                    lambda who=who: actions.save(made, self.people[who], {"a.yaml": f"id: m\n# {who}\n"}, "r", seen)
                    for who in ("first", "second")
                )
            )
        return told, made.events.filter(kind="revised").count() - 1

    def publication(self) -> tuple[list[str], int]:
        """Two workers come to the note that a draft was published."""
        from jiqun.web.drafts.models import RuleDraft
        from jiqun.web.drafts.work import note_published

        made = RuleDraft.objects.create(about="m", base="", edition="2027")
        done = {"by": "signer", "number": 7, "document": "1 号"}
        told = at_once(lambda: note_published(made, done), lambda: note_published(made, done))
        return told, made.events.filter(kind="published").count()


def main(rounds: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connection

    from jiqun.web.people.models import User

    roles = {"first": "analyst", "second": "analyst", "signer": "signer", "signer2": "signer"}
    roles |= {"clerk": "enterprise", "clerk2": "enterprise"}
    for name, role in roles.items():
        User.objects.create(username=name, role=role, place=FIRM if role == "enterprise" else "")
    scenarios = ("adjustment", "appeal", "signature", "answer", "disposal", "draft", "publication")
    told = {
        one: [getattr(Rounds(10 * number + place), one)() for number in range(rounds)]
        for place, one in enumerate(scenarios)
    }
    print(json.dumps({"vendor": connection.vendor, **told}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
