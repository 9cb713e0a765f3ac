"""Reading runs, explanations and ledger tables as JSON; problems are told as on the pages."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.security import HttpBearer, SessionAuth

from jiqun.problems import ProblemsError
from jiqun.web.land import queries
from jiqun.web.people.audit import record
from jiqun.web.people.models import User
from jiqun.web.people.scope import scope_of
from jiqun.web.people.tokens import user_of
from jiqun.web.region import evaluated, explained, ledger, region, run_of, runs

_MOST = 1000


class Bearer(HttpBearer):
    """`Authorization: Bearer jq_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return user_of(token)


class Session(SessionAuth):
    """The login of the browser."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        user: Any = request.user
        return user if user.is_authenticated and not user.must_change_password else None


api = NinjaAPI(
    title="集群 Jiqun",
    version="1",
    description="Read-only. Rows are limited to the user's district, park or firm; restricted columns are masked.",
    auth=[Bearer(), Session()],
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(ProblemsError)
def told(request: HttpRequest, exception: ProblemsError) -> HttpResponse:
    """Tell problems with code, place and text in both languages."""
    missing = any(one.code in ("CLI-001", "CLI-003", "PACK-040", "LEDGER-056") for one in exception.problems)
    problems = [
        {"code": one.code, "place": str(one.place), "text": one.text("zh"), "text_en": one.text("en")}
        for one in exception.problems
    ]
    return api.create_response(request, {"problems": problems}, status=404 if missing else 422)


class RunOut(Schema):
    id: str
    method: str
    edition: str
    period: str
    snapshot: str
    official: bool


class Problems(Schema):
    problems: list[dict[str, str]]


class ResultOut(Schema):
    enterprise: str
    name: str
    district: str
    industry: str
    population: str
    total: str | None
    rank: int | None
    ranked: str | None
    grade: str | None
    points: dict[str, str | None]


class ResultsOut(Schema):
    run: str
    official: bool
    count: int
    rows: list[ResultOut]


class RowsOut(Schema):
    table: str
    count: int
    rows: list[dict[str, Any]]


class Page(Schema):
    offset: Annotated[int, Query(0, ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Query(100, ge=1, le=_MOST)] = 100


def _user(request: HttpRequest) -> User:
    user: User = request.auth  # type: ignore[attr-defined]
    return user


@api.get("/runs", response=list[RunOut], summary="评价结果 · runs")
def list_runs(request: HttpRequest) -> list[RunOut]:
    return [_run_out(one.id) for one in runs()]


def _run_out(id_: str) -> RunOut:
    run = run_of(id_)
    return RunOut(
        id=run.id,
        method=run.method_id,
        edition=run.edition,
        period=run.period,
        snapshot=run.snapshot,
        official=run.official,
    )


@api.get("/runs/{id_}", response={200: RunOut, 404: Problems, 422: Problems}, summary="一次评价 · one run")
def one_run(request: HttpRequest, id_: str) -> RunOut:
    return _run_out(id_)


@api.get("/runs/{id_}/results", response={200: ResultsOut, 404: Problems, 422: Problems}, summary="结果 · results")
def results(request: HttpRequest, id_: str, page: Query[Page]) -> ResultsOut:
    run = run_of(id_)
    data, found = evaluated(run.id, "zh"), []
    for population in data.plan.populations:
        items = queries.items_of(data, population)
        rows = queries.chosen(data, scope_of(_user(request)), queries.Wanted(population))
        for one in queries.grid_rows(data, rows, items, with_cuts=False):
            points = {item.name: value for item, value in zip(items, one.points, strict=True)}
            found.append((population, one, points))
    part = found[page.offset : page.offset + page.limit]
    out = [
        ResultOut(
            enterprise=one.subject,
            name=one.name,
            district=one.district,
            industry=one.industry,
            population=population,
            total=_plain(one.total),
            rank=one.rank,
            ranked=one.ranked,
            grade=one.grade,
            points={name: _plain(value) for name, value in points.items()},
        )
        for population, one, points in part
    ]
    return ResultsOut(run=run.id, official=run.official, count=len(found), rows=out)


def _plain(shown: str | None) -> str | None:
    """Return a shown number as a JSON reader wants it: no separators, an ASCII minus."""
    return None if shown is None else shown.replace(",", "").replace("−", "-")


@api.get("/runs/{id_}/firms/{subject}", response={200: dict, 404: Problems, 422: Problems}, summary="解释 · why")
def explanation(request: HttpRequest, id_: str, subject: str) -> dict[str, Any]:
    run = run_of(id_)
    rows = queries.within(evaluated(run.id, "zh"), scope_of(_user(request)))
    if subject not in set(rows[run.subject].to_list()):
        raise Http404
    record(_user(request).get_username(), "api.explain", subject, {"run": run.id})
    told_of = dataclasses.asdict(explained(run.id, subject, "zh", scope_of(_user(request)).sees_restricted))
    found: dict[str, Any] = json.loads(json.dumps(told_of, default=str))
    return found


@api.get("/ledger/{table}", response={200: RowsOut, 404: Problems, 422: Problems}, summary="台账 · ledger table")
def ledger_rows(request: HttpRequest, table: str, page: Query[Page]) -> RowsOut:
    user = _user(request)
    scope, contract = scope_of(user), region().contract(table)
    rows = ledger().table(table)
    if not scope.whole:
        if "enterprise" not in rows.columns:
            raise Http404
        rows = rows.filter(rows["enterprise"].is_in(list(scope.firms(ledger().table("enterprise")))))
    if scope.sees_restricted and scope.restricted_among(rows.columns, contract):
        record(user.get_username(), "api.restricted", table, {"offset": page.offset, "limit": page.limit})
    part = scope.masked(rows.slice(page.offset, page.limit), contract)
    return RowsOut(table=table, count=rows.height, rows=json.loads(json.dumps(part.to_dicts(), default=str)))
