"""Reading runs, explanations, ledger tables and snapshots; problems are told as on the pages."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import polars as pl
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth

from jiqun.desk.datapackage import write_package
from jiqun.ledger.snapshot import snapshots
from jiqun.reports.items import ItemColumns, item_columns
from jiqun.reports.layout import Field, Value
from jiqun.reports.results import moves_in_words
from jiqun.web.api.answers import without_traces
from jiqun.web.api.cuts import cut_for
from jiqun.web.api.limits import PerMinute
from jiqun.web.kept import Kept
from jiqun.web.land import queries
from jiqun.web.ledger.handing import attachment
from jiqun.web.ledger.queries import told_rows
from jiqun.web.people.audit import FIRM, record
from jiqun.web.people.models import User
from jiqun.web.people.places import places_said
from jiqun.web.people.scope import scope_of
from jiqun.web.people.tokens import user_of
from jiqun.web.region import evaluated, frozen, region, run_of
from jiqun.web.told_results import explained_to, run_for, runs_for

_MOST = 1000
_TOLD = frozenset({400, 401, 403, 404, 422, 429})
_LONG = 414  # said by the server itself, in its own words: the request has not been read yet


class Bearer(HttpBearer):
    """`Authorization: Bearer jq_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = user_of(token)
        if found is not None and found.chooses:
            FIRM.set(scope_of(found).place)  # until the middleware takes it back
        return found


class Session(SessionAuth):
    """The login of the browser."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        user: Any = request.user
        return user if user.is_authenticated and not user.must_change_password else None


class Described(NinjaAPI):
    """An API whose description is made once in a process: it is the same for everybody and follows from the code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._under = Kept(self._described, most=2)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return self._under(self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)

    def _described(self, prefix: str) -> OpenAPISchema:
        return super().get_openapi_schema(path_prefix=prefix)


api = Described(
    title="集群 Jiqun",
    version="1",
    description="Read-only. Rows are limited to the user's district, park or firm; restricted columns are masked.",
    auth=[Bearer(), Session()],
    throttle=[PerMinute()],
    docs_url=None,
    urls_namespace="api",
)


without_traces(api)


class RunOut(Schema):
    id: str
    method: str
    edition: str
    period: str
    snapshot: str
    official: bool


class Problems(Schema):
    problems: list[dict[str, str]]


class ItemOut(Schema):
    """An indicator of a firm: values with their units, points, and why in words; None is unknown, never 0."""

    title: str
    values: list[dict[str, str | None]]
    points: str | None
    reason: str


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
    moves: str
    items: dict[str, ItemOut]


class ResultsOut(Schema):
    """Results of a run; `places` are the districts, parks or the firm that they are limited to, none for all."""

    places: list[str]
    run: str
    official: bool
    count: int
    rows: list[ResultOut]


class RowsOut(Schema):
    """Rows of a table; `places` are the districts, parks or the firm that they are limited to, none for all."""

    places: list[str]
    table: str
    count: int
    rows: list[dict[str, Any]]


class SnapshotOut(Schema):
    id: str
    content: str
    made_at: str
    note: str
    tables: dict[str, int | None]


class PlaceOut(Schema):
    code: str
    name: str


class MeOut(Schema):
    """Whose account a program acts as, and which rows it sees.

    `places` are the districts or parks, or the firm, that every answer is limited to; none for the whole region.
    """

    account: str
    role: str
    restricted: bool
    places: list[PlaceOut]


class Package(Schema):
    format: Literal["csv", "parquet"] = "csv"


class Page(Schema):
    offset: Annotated[int, Query(0, ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Query(100, ge=1, le=_MOST)] = 100


def _user(request: HttpRequest) -> User:
    user: User = request.auth  # type: ignore[attr-defined]
    return user


def _note(request: HttpRequest, action: str, about: str, details: dict[str, Any]) -> None:
    """Write a line of the log for who calls, with the address they call from."""
    record(_user(request).get_username(), action, about, details, request.META.get("REMOTE_ADDR") or None)


@api.get("/me", response={200: MeOut, _TOLD: Problems, _LONG: None}, summary="本账号 · own account")
def me(request: HttpRequest) -> MeOut:
    user = _user(request)
    scope, named = scope_of(user), places_said([user])
    places = [PlaceOut(code=one, name=named.get(one, one)) for one in scope.places]
    return MeOut(account=user.get_username(), role=user.role, restricted=scope.sees_restricted, places=places)


@api.get("/runs", response={200: list[RunOut], _TOLD: Problems, _LONG: None}, summary="评价结果 · runs")
def list_runs(request: HttpRequest) -> list[RunOut]:
    return [_run_out(one.id) for one in runs_for(scope_of(_user(request)))]


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


@api.get("/runs/{id_}", response={200: RunOut, _TOLD: Problems, _LONG: None}, summary="一次评价 · one run")
def one_run(request: HttpRequest, id_: str) -> RunOut:
    return _run_out(run_for(_user(request), id_).id)


@api.get("/runs/{id_}/results", response={200: ResultsOut, _TOLD: Problems, _LONG: None}, summary="结果 · results")
def results(request: HttpRequest, id_: str, page: Query[Page]) -> ResultsOut:
    run = run_for(_user(request), id_)
    data, scope = evaluated(run.id, "zh"), scope_of(_user(request))
    count = 0
    out: list[ResultOut] = []
    for population in data.plan.populations:
        rows = queries.chosen(data, scope, queries.Wanted(population))
        first = min(max(page.offset - count, 0), rows.height)
        part = rows.slice(first, max(0, min(page.limit - len(out), rows.height - first)))
        items = queries.items_of(data, population)
        shown = queries.grid_rows(data, part, items, with_cuts=False, hidden=queries.hidden_from(data, scope))
        told = queries.narrowed(data, scope)
        of_page = pl.col(run.subject).is_in(part[run.subject].to_list())
        told = dataclasses.replace(told, trace=told.trace.filter(of_page), moves=told.moves.filter(of_page))
        whys, moves = list(item_columns(told)), moves_in_words(told)
        out += [_result_out(population, items, one, whys, moves.get(one.subject, "")) for one in shown]
        count += rows.height
    return ResultsOut(places=list(scope.places), run=run.id, official=run.official, count=count, rows=out)


def _item_out(one: ItemColumns, subject: str) -> ItemOut:
    *cells, words = one.of(subject)
    *values, points = [_written(field, cell) for field, cell in zip(one.fields, cells, strict=False)]
    shown = [
        {"title": field.title, "unit": field.unit, "value": value}
        for field, value in zip(one.fields, values, strict=False)
    ]
    return ItemOut(title=one.title, values=shown, points=points, reason=str(words or ""))


def _written(field: Field, value: Value) -> str | None:
    return f"{value:.{field.digits}f}" if isinstance(value, (int, float)) else None if value is None else str(value)


def _result_out(
    population: str, items: list[queries.Item], one: queries.GridRow, whys: Sequence[ItemColumns], moves: str
) -> ResultOut:
    points = {item.name: _plain(earned.said) for item, earned in zip(items, one.points, strict=True)}
    return ResultOut(
        enterprise=one.subject,
        name=one.name,
        district=one.district,
        industry=one.industry,
        population=population,
        total=_plain(one.total),
        rank=one.rank,
        ranked=one.ranked,
        grade=one.grade,
        points=points,
        moves=moves,
        items={why.item: _item_out(why, one.subject) for why in whys if one.subject in why.rows},
    )


def _plain(shown: str | None) -> str | None:
    """Return a shown number as a JSON reader wants it: no separators, an ASCII minus."""
    return None if shown is None else shown.replace(",", "").replace("−", "-")


@api.get("/runs/{id_}/firms/{subject}", response={200: dict, _TOLD: Problems, _LONG: None}, summary="解释 · why")
def explanation(request: HttpRequest, id_: str, subject: str) -> dict[str, Any]:
    run = run_for(_user(request), id_)
    scope = scope_of(_user(request))
    rows = queries.within(evaluated(run.id, "zh"), scope)
    if subject not in set(rows[run.subject].to_list()):
        raise Http404
    _note(request, "api.explain", subject, {"run": run.id})
    told_of = dataclasses.asdict(explained_to(scope, run, subject, "zh"))
    found: dict[str, Any] = json.loads(json.dumps(told_of, default=str))
    return found


@api.get("/ledger/{table}", response={200: RowsOut, _TOLD: Problems, _LONG: None}, summary="台账 · ledger table")
def ledger_rows(request: HttpRequest, table: str, page: Query[Page]) -> RowsOut:
    user = _user(request)
    scope, contract = scope_of(user), region().contract(table)
    rows = told_rows(table, scope)
    if scope.sees_restricted and scope.restricted_among(rows.columns, contract):
        _note(request, "api.restricted", table, {"offset": page.offset, "limit": page.limit})
    part = scope.masked(rows.slice(page.offset, page.limit), contract)
    return RowsOut(
        places=list(scope.places),
        table=table,
        count=rows.height,
        rows=json.loads(json.dumps(part.to_dicts(), default=str)),
    )


@api.get("/snapshots", response={200: list[SnapshotOut], _TOLD: Problems, _LONG: None}, summary="数据快照 · snapshots")
def list_snapshots(request: HttpRequest) -> list[SnapshotOut]:
    """List the snapshots that runs were made on, the newest first.

    Rows are counted for the whole region, and so for those who see all of it; for everybody else they are null.
    """
    counts = scope_of(_user(request)).whole
    return [
        SnapshotOut(
            id=one.id,
            content=one.content,
            made_at=one.when,
            note=one.note,
            tables={name: table.rows if counts else None for name, table in one.tables.items()},
        )
        for one in reversed(snapshots(region().workspace))
    ]


@api.get(
    "/snapshots/{id_}/datapackage",
    response={_TOLD: Problems, _LONG: None},
    summary="数据包 · Frictionless Data Package",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/zip": {}}}}},
)
def datapackage(request: HttpRequest, id_: str, package: Query[Package]) -> HttpResponse:
    """Hand out a snapshot as a zip file with datapackage.json; rows and columns as the user may see them."""
    user = _user(request)
    if not user.may("export"):
        raise PermissionDenied("export")
    snapshot, cut = frozen(id_), cut_for(user)
    details = {"format": package.format, "for": cut.whose, "restricted": cut.sees_restricted}
    _note(request, "snapshot.export", snapshot.id, details)
    out = io.BytesIO()
    write_package(region(), snapshot, out, package.format, cut)
    answer = attachment(out.getvalue(), f"jiqun-snapshot-{snapshot.id}-{package.format}.zip")
    answer["Content-Type"] = "application/zip"
    return answer
