"""What the sections of a method are made of: formulas, clauses, lists, the key `all`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from jiqun.packs.models.base import Code, Model, Num, UnfitError
from jiqun.values import exact


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _also_one(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else _as_tuple(value)


T = TypeVar("T")
Listed = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
Some = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
OneOrSome = Annotated[tuple[T, ...], BeforeValidator(_also_one)]  # written as one, or as a list of several
Formula: TypeAlias = Code  # a whole number alone may be written without quotes
Clause: TypeAlias = Code  # a clause id of the method's document, or "document-id#clause-id"
ALL = "all"
MOST_DIGITS = 12


def _decimals(value: int) -> int:
    if not 0 <= value <= MOST_DIGITS:
        raise UnfitError(
            f"小数位是 0 到 {MOST_DIGITS} 的整数，写的是 {value}",
            f"decimals are a whole number from 0 to {MOST_DIGITS}, found {value}",
        )
    return value


Digits = Annotated[int, AfterValidator(_decimals)]


def exactly_one(model: Model, *names: str) -> None:
    """Refuse a model that does not set exactly one of the named fields."""
    given = [name for name in names if getattr(model, name) is not None]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(names)} is needed, found {', '.join(given) or 'none'}")


class Deviation(Model):
    """How far is too far: more than `times` deviations from the middle (mean ± 3σ, median ± 3 MAD).

    standard: from the mean, by the standard deviation of a sample, √(Σ(x − mean)² ÷ (n − 1)); population: the same over
    n; median: from the median, by the median of the distances to it.
    """

    of: Literal["standard", "population", "median"]
    times: Num

    @model_validator(mode="after")
    def _is_above_zero(self) -> Self:
        if exact(self.times) <= 0:
            raise UnfitError("times 要大于 0", "times is above 0")
        return self
