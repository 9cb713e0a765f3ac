"""统一社会信用代码: the unified social credit code of GB 32100-2015."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(3**position % 31 for position in range(17))
# C_i·W_i for every character at every place: millions of codes are checked in one import
_PRODUCTS = tuple({character: value * weight for character, value in _VALUE.items()} for weight in _WEIGHTS)
_CHARACTERS = frozenset(ALPHABET)


def check_character(first_17: str) -> str:
    """Return C18 = 31 − (Σ C_i·W_i mod 31), 31 → "0", with W_i = 3^(i−1) mod 31 (GB 32100-2015, 5.2).

    Raises ValueError for a length other than 17 or a character outside the alphabet (no I O S V Z).

    >>> check_character("91350100M000100Y4")
    '3'
    """
    if len(first_17) != 17:
        raise ValueError("the check character is made from exactly 17 characters")
    try:
        total = sum(map(dict.__getitem__, _PRODUCTS, first_17))
    except KeyError as unknown:
        raise ValueError(f"{unknown.args[0]!r} is not in the alphabet of GB 32100") from None
    return ALPHABET[-total % 31]


def fault(code: str) -> str | None:
    """Say what is wrong with a code: `length`, `character` or `check`; None for a valid code.

    >>> fault("91350100M000100Y43"), fault("91310115MA1H8R7C6D")
    (None, 'check')
    """
    if len(code) != 18:
        return "length"
    if not _CHARACTERS.issuperset(code):
        return "character"
    return None if check_character(code[:17]) == code[17] else "check"


def is_valid(code: str) -> bool:
    """Tell whether a code has 18 characters of the alphabet and the right check character."""
    return fault(code) is None
