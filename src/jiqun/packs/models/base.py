"""What every object of a law book is made of: strict parts, numbers without floats, days, and the common header."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

Status = Literal["draft", "trial", "in_force", "repealed"]
Completeness = Literal["complete", "partial", "illustrative"]

ADCODE = r"^\d{6}$"
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
# no exponent: a text as short as 1e999999999 would fill the memory as an exact fraction
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DECIMAL = re.compile(r"(?=.{1,40}$)[-+]?[0-9]+(?:\.[0-9]+)?")


def _iso_date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_type", "not a date") from None


def _code(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _listed(value: Any) -> Any:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise PydanticCustomError("number", "a number is written as text or integer")
    text = str(value)
    if not _DECIMAL.fullmatch(text):
        raise PydanticCustomError("number", "a number is a plain decimal of at most 40 characters")
    return text


def _number_or_name(value: Any) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else _number(value)


def is_name(text: str) -> bool:
    """Tell the name of something computed from a number, where either may stand (`Line`)."""
    return _NAME.fullmatch(text) is not None


def _identifier(value: str) -> str:
    if not value or any(sign in value for sign in " \t\n/\\:#"):
        raise PydanticCustomError("identifier", "an id has no blank and none of / \\ : #")
    return value


Identifier = Annotated[str, AfterValidator(_identifier)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Code = Annotated[str, BeforeValidator(_code)]
Num = Annotated[str, BeforeValidator(_number)]
Line = Annotated[str, BeforeValidator(_number_or_name)]
Stated = Annotated[str | bool, BeforeValidator(_code)]  # a number, text, day or truth value, as its place wants it
Codes = Annotated[tuple[Code, ...], BeforeValidator(_listed)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class UnfitError(ValueError):
    """Says in Chinese and English why the parts of an object do not go together, and at which of them."""

    def __init__(self, zh: str, en: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(en)
        self.zh = zh
        self.at = at


class Model(BaseModel):
    """A frozen part of an object: unknown keys and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Span(Model):
    """Days from–to, both inclusive; an open end is left out."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    def covers(self, on: date) -> bool:
        """Tell whether the day lies in the span, first and last day included.

        >>> Span(from_=date(2022, 1, 1), to=date(2022, 12, 31)).covers(date(2022, 12, 31))
        True
        """
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on <= self.to)


class Header(Model):
    """The head of every object of a law book."""

    kind: str
    id: Identifier
    title: str
    title_en: str
    edition: Code | None = None
    status: Status = "draft"
    completeness: Completeness = "illustrative"
    in_force: Span = Span()
    document: Identifier | None = None
    clause: Code | None = None
    doubts: Names = ()
    description: str | None = None
