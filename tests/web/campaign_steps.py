"""A campaign taken step by step by a process of its own, which may kill itself in the middle; prints what stands.

`python campaign_steps.py WORKSPACE PART [STOP]`; STOP names where the process ends as by `kill -9`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import date, timedelta
from typing import Any

import django


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def stop_at(where: str) -> None:
    """Let the process die where it is told to: before the event of a job, or before an import counts."""
    from jiqun.ledger import imports
    from jiqun.web.campaigns import work

    if where == "import":
        imports._commit_event = die
        return
    real = work.note

    def note(campaign: Any, who: str, kind: str, *rest: Any, **more: Any) -> Any:
        return die() if kind == where else real(campaign, who, kind, *rest, **more)

    work.note = note


def main(part: str, stop: str) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from jiqun.web.campaigns import actions, appealing
    from jiqun.web.campaigns.models import Campaign
    from jiqun.web.campaigns.state import state_of
    from jiqun.web.jobs.models import Job
    from jiqun.web.jobs.queue import SILENT, do_all
    from jiqun.web.people.actions import Person, add
    from jiqun.web.people.models import User

    if part == "open":
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody logs in here
        call_command("migrate", verbosity=0)
        for name, role in (("zhou", "analyst"), ("wu", "analyst"), ("zheng", "signer")):
            add(Person(name, role, full_name=name), "青山绿水-2026-集群", "test")
        today = date.today()
        days = {
            f"last_{one}": (today + timedelta(days=at)).isoformat()
            for at, one in enumerate(("collect", "check", "trial", "adjust", "notice", "appeal", "sign", "publish"))
        }
        actions.create(User.objects.get(username="zhou"), {"method": "own.rule", "year": "2024", "start": today.isoformat(), **days})  # fmt: skip
    zhou, wu, zheng = (User.objects.get(username=one) for one in ("zhou", "wu", "zheng"))
    campaign = Campaign.objects.get()
    Job.objects.filter(state="running").update(beat_at=django.utils.timezone.now() - 2 * SILENT)
    if stop:
        stop_at(stop)
    if part == "open":
        for stage in ("check", "trial"):
            actions.advance(campaign, zhou, {"stage": stage})
        actions.ask_trial(campaign, zhou, {})
    do_all()  # what was left behind comes first
    if part == "appeal":
        for stage in ("adjust", "notice"):
            actions.advance(campaign, zhou, {"stage": stage})
        actions.replan(campaign, zhou, {"stage": "notice", "to": date.today().isoformat(), "reason": "x"})
        actions.publish_notice(campaign, zhou, {"organ": "示例市经济和信息化委员会"})
        actions.advance(campaign, zhou, {"stage": "appeal"})
        firm = sys.argv[4]
        said = {"enterprise": firm, "request": "税收漏报", "evidence": "证明", "field": "enterprise_year.tax@2024", "value": "490"}  # fmt: skip
        about = str(appealing.register_appeal(campaign, zhou, said).number)
        do_all()
        appealing.decide_appeal(campaign, wu, {"about": about, "decision": "granted", "reason": "属实"})
        do_all()
    if part == "sign":
        actions.ask_trial(campaign, zhou, {})
        do_all()
        actions.advance(campaign, zhou, {"stage": "sign"})
        actions.ask_sign(campaign, zheng, {"document": "示〔2026〕1号", "organ": "示范区"})
        do_all()
    state = state_of(campaign)
    kinds = [one.kind for one in state.events]
    jobs = list(Job.objects.exclude(state="done").values_list("kind", "state"))
    print(json.dumps({"kinds": kinds, "run": state.run, "signed": state.signed, "jobs": jobs}))


if __name__ == "__main__":
    os.environ.update(JIQUN_WORKSPACE=sys.argv[1], DJANGO_SETTINGS_MODULE="jiqun.web.settings")
    main(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
