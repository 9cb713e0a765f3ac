"""Which firm is meant: reported codes and names matched to enterprise ids, with the reason, and never by a guess.

The order: a person's decision → social credit code (GB 32100) → former code → name → former name → normalised name
within the district → a name that the register had before. Whatever is masked, fake, ambiguous or unknown stays open for
a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from jiqun.ledger.names import is_fake_code, is_masked, listed, normal_name, organisation_code
from jiqun.values import comparable, narrow, uscc

_REPORTED = {"code": pl.String(), "name": pl.String(), "district": pl.String()}
_REGISTER = {"enterprise": pl.String(), "name": pl.String(), "former_names": pl.String(), "district": pl.String()}
DECISION_SCHEMA = {"reported": pl.String(), "verdict": pl.String(), "enterprise": pl.String()}
_DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class Resolution:
    """Rows matched (`index`, `enterprise`, `reason`) and rows left open (`index`, `reported`, …, `why`).

    Reasons: decision, code, valid_code, local_id, former_code, name, former_name, name_and_district,
    earlier_name.
    Why open: masked, fake_code, no_identity, ambiguous, district_differs, other_code, different, not_found,
    same_firm_twice.
    """

    matched: pl.DataFrame
    open: pl.DataFrame

    def reopen(self, rows: pl.DataFrame, why: str) -> Resolution:
        """Return the same with the rows (`index`, `code`, `name`, `district`) open again."""
        left = rows.join(self.matched.select("index", "reported"), on="index").with_columns(why=pl.lit(why))
        return Resolution(
            matched=self.matched.join(rows, on="index", how="anti"),
            open=pl.concat([self.open, left.select(self.open.columns)]).sort("index"),
        )


@dataclass(frozen=True)
class _Firm:
    code: str
    name: str
    district: str
    reported: str


@dataclass(frozen=True)
class _Register:
    ids: Mapping[str, str]
    by_organisation: Mapping[str, frozenset[str]]
    by_name: Mapping[str, frozenset[str]]
    by_former_name: Mapping[str, frozenset[str]]
    by_normal_name: Mapping[str, frozenset[str]]
    by_earlier_name: Mapping[str, frozenset[str]]
    district: Mapping[str, str]


@dataclass(frozen=True)
class _Verdicts:
    same: Mapping[str, str]
    different: frozenset[tuple[str, str]]


def reported_key(code: str | None, name: str | None, district: str | None) -> str:
    """Return the text under which a report about a firm is asked and answered: code, name and district.

    >>> reported_key(None, "重庆＊＊公司", "500112")
    '|重庆**公司|500112'
    """
    return _firm(code, name, district).reported


def resolve(
    reported: pl.DataFrame, register: pl.DataFrame, decisions: pl.DataFrame | None = None, registers: bool = False
) -> Resolution:
    """Match reported firms (`code`, `name`, `district`) to the register (`enterprise`, `name`, `former_names`, …).

    The register may have `earlier_names`: what its rows said before. Such a name speaks for a row without a code alone.
    `decisions` (`reported`, `verdict` same|different|new|aside, `enterprise`) stand before every rule, the latest last.
    With `registers` the rows are themselves the register's: a code that is no social credit code is taken as an id.
    """
    firms = _with(reported, _REPORTED).select(list(_REPORTED))
    distinct = firms.unique(maintain_order=True)
    known = _register(_with(register, {**_REGISTER, **dict.fromkeys(("former_codes", "earlier_names"), pl.String())}))
    verdicts = _verdicts(decisions)
    found = [_match(_firm(*row), known, verdicts, registers) for row in distinct.iter_rows()]
    answers = distinct.with_columns(
        pl.Series("reported", [one[0] for one in found], dtype=pl.String),
        pl.Series("enterprise", [one[1] for one in found], dtype=pl.String),
        pl.Series("reason", [one[2] for one in found], dtype=pl.String),
    )
    joined = (
        firms.with_row_index("index")
        .join(answers, on=list(_REPORTED), how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("index").cast(pl.Int64))
    )
    return Resolution(
        matched=joined.filter(pl.col("enterprise").is_not_null()).select("index", "reported", "enterprise", "reason"),
        open=joined.filter(pl.col("enterprise").is_null()).select(
            "index", "reported", *_REPORTED, pl.col("reason").alias("why")
        ),
    )


def _match(firm: _Firm, known: _Register, verdicts: _Verdicts, registers: bool) -> tuple[str, str | None, str]:
    """Return the reported key, the enterprise (None where open) and the reason."""
    if firm.reported in verdicts.same:
        return firm.reported, verdicts.same[firm.reported], "decision"
    enterprise, reason = _by_rule(firm, known, registers)
    if enterprise is not None and (firm.reported, enterprise) in verdicts.different:
        return firm.reported, None, "different"
    return firm.reported, enterprise, reason


def _by_rule(firm: _Firm, known: _Register, registers: bool) -> tuple[str | None, str]:
    if firm.code in known.ids:
        return known.ids[firm.code], "code"
    if is_masked(firm.code) or is_masked(firm.name):
        return None, "masked"
    is_valid = uscc.is_valid(firm.code)
    if not is_valid and is_fake_code(firm.code):
        return None, "fake_code"
    if not firm.code and not firm.name:
        return None, "no_identity"
    by_name, name_reason = _by_name(firm, known)
    renamed = known.by_organisation.get(firm.code) if firm.code else None  # a former code may be a valid one
    if is_valid and renamed is None:
        named = by_name is not None and name_reason != "earlier_name"
        return (None, "other_code") if named else (firm.code, "valid_code")
    former = _former_code(firm, known)
    if former:
        return (next(iter(former)), "former_code") if len(former) == 1 else (None, "ambiguous")
    if by_name is not None or name_reason != "not_found":
        return by_name, name_reason
    return (firm.code, "local_id") if registers and firm.code else (None, "not_found")


def _former_code(firm: _Firm, known: _Register) -> frozenset[str]:
    organisation = organisation_code(firm.code) or ""
    return known.by_organisation.get(firm.code) or known.by_organisation.get(organisation) or frozenset()


def _by_name(firm: _Firm, known: _Register) -> tuple[str | None, str]:
    """Return the one firm of that name, or None with the reason why there is not exactly one."""
    if not firm.name:
        return None, "not_found"
    normal = normal_name(firm.name)
    stages: tuple[tuple[Mapping[str, frozenset[str]], str, str, bool], ...] = (
        (known.by_name, comparable(firm.name), "name", False),
        (known.by_former_name, comparable(firm.name), "former_name", False),
        (known.by_normal_name, normal, "name_and_district", True),
        (known.by_earlier_name, comparable(firm.name), "earlier_name", False),
    )
    for names, text, reason, needs_district in stages:
        candidates = names.get(text, frozenset())
        if not candidates:
            continue
        here = [one for one in sorted(candidates) if _fits(firm.district, known.district[one], needs_district)]
        if len(here) == 1:
            return here[0], reason
        return None, "ambiguous" if here or len(candidates) > 1 else "district_differs"
    return None, "not_found"


def _fits(reported: str, registered: str, needed: bool) -> bool:
    if not reported or not registered:
        return not needed
    return reported[:_DISTRICT_DIGITS] == registered[:_DISTRICT_DIGITS]


def _firm(code: str | None, name: str | None, district: str | None) -> _Firm:
    parts = _code(code), comparable(name or ""), narrow(district or "")
    reported = "|".join(part.replace("|", "/") for part in parts)
    return _Firm(parts[0], narrow(name or ""), parts[2], reported)


def _code(code: str | None) -> str:
    return narrow(code or "").replace(" ", "").upper()


def _register(register: pl.DataFrame) -> _Register:
    organisation: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    former: dict[str, set[str]] = {}
    normal: dict[str, set[str]] = {}
    earlier: dict[str, set[str]] = {}
    district: dict[str, str] = {}
    columns = ("enterprise", "name", "former_names", "district", "former_codes", "earlier_names")
    for enterprise, name, former_names, where, former_codes, earlier_names in register.select(columns).iter_rows():
        district[enterprise] = narrow(where or "")
        codes = [organisation_code(enterprise), *map(_code, listed(former_codes))]
        _note(organisation, (one for one in codes if one), enterprise)
        _note(names, (comparable(one) for one in (name,) if one), enterprise)
        _note(former, (comparable(one) for one in listed(former_names)), enterprise)
        _note(normal, (normal_name(one) for one in (name, *listed(former_names)) if one), enterprise)
        _note(earlier, (comparable(one) for one in listed(earlier_names)), enterprise)
    return _Register(
        ids={_code(enterprise): enterprise for enterprise in district},
        by_organisation=_frozen(organisation),
        by_name=_frozen(names),
        by_former_name=_frozen(former),
        by_normal_name=_frozen(normal),
        by_earlier_name=_frozen(earlier),
        district=district,
    )


def _note(index: dict[str, set[str]], texts: Iterable[str], enterprise: str) -> None:
    for text in texts:
        index.setdefault(text, set()).add(enterprise)


def _frozen(index: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {text: frozenset(enterprises) for text, enterprises in index.items()}


def _verdicts(decisions: pl.DataFrame | None) -> _Verdicts:
    same: dict[str, str] = {}
    different: set[tuple[str, str]] = set()
    if decisions is not None:
        for reported, verdict, enterprise in decisions.select(list(DECISION_SCHEMA)).iter_rows():
            if verdict == "different":
                different.add((reported, enterprise))
                if same.get(reported) == enterprise:
                    del same[reported]
            elif enterprise:
                same[reported] = enterprise
                different.discard((reported, enterprise))
            else:  # set aside: no firm now, and whatever a later register says of it stands
                same.pop(reported, None)
    return _Verdicts(same, frozenset(different))


def _with(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in frame.columns
    )
