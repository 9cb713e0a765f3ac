"""Reading text, codes, categories and truth words: a code is never a number, and what Excel made of it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import count

import polars as pl

from jiqun.ledger.intake.code_columns import valid
from jiqun.ledger.intake.excel_safety import original
from jiqun.ledger.intake.raw import BLANKS, nothing, shown
from jiqun.ledger.intake.reading import Change, Reading, Task, by_text, is_excel_error, is_missing
from jiqun.packs.models.table import Column
from jiqun.values import comparable, narrow
from jiqun.values.uscc import check_character, fault

_EXACT = 10.0**15
_TRUE = {"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "t", "1"}
_FALSE = {"否", "没有", "错", "×", "✗", "✘", "x", "n", "no", "false", "f", "0"}
_SECTION_CODE = re.compile(r"[A-T](\d{2,4})")
_USCC_LIKE = re.compile(r"[0-9A-Za-z]{16,20}")
_CODE_AND_NAME = re.compile(r"[a-t]?(?P<code>\d{2,9})[-_:.、（(]?(?P<name>[^\d)）].*?)[)）]?")
_INSIDE = re.compile(f"[{BLANKS}]+")
_OTHER_KEY = re.compile(r"[\w\u4e00-\u9fff-]*[0-9A-Z]{2}[\w-]*")  # an old registration number, 京东01234 among them
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"})
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u00a0\u3000]+")

_ODD_TEXT = r"_x000D_|[\x00-\x1f\x7f\x{a0}\x{200b}-\x{200f}\x{3000}\x{feff}\x{2060}#']|^\s|\s$"
_BLANKS_ALLOWED = 8  # a missing word with blanks inside is longer than the word
_MOST_SUGGESTIONS = 100
_FINER = 3  # finer classes named for a code that is too broad

Read = str | tuple[str, dict[str, str]]  # the value, or a code with the values of its message


def read_texts(task: Task) -> Reading:
    """Read a column of text in the form its field asks for: free text, code, category, or 统一社会信用代码."""
    reader = _reader(task)
    numbers_as_text = _from_numbers(task.raw.numbers)
    unsafe = (task.raw.numbers.abs() >= _EXACT) | task.raw.numbers.is_nan() | task.raw.moments.is_not_null()
    faults = task.faults(unsafe.fill_null(False).arg_true().to_list(), "LEDGER-031")
    flags = task.raw.flags.replace_strict({True: "TRUE", False: "FALSE"}, return_dtype=pl.String)
    written = task.raw.texts.zip_with(task.raw.texts.is_not_null(), flags)
    done = _at_once(task, written)
    written = written.set(done.is_not_null(), None)
    values: dict[int, str] = {}
    changes: list[Change] = []
    for series, from_number in ((written, False), (numbers_as_text, True)):
        for text, rows in by_text(series):
            if is_missing(text, task.missing):
                continue
            found = _code(text, "LEDGER-023") if is_excel_error(text) else reader(text, from_number)
            if isinstance(found, tuple):
                faults += task.faults(rows, found[0], **found[1])
                continue
            values.update(dict.fromkeys(rows, found))
            if _is_restored(task, text, found):
                changes += task.change(rows, found)
    result = done.clone().scatter(list(values), list(values.values())) if values else done
    return Reading(result, tuple(faults), _merged(changes))


def _at_once(task: Task, texts: pl.Series) -> pl.Series:
    """Read the cells that stand as they are, by the column: clean free text, valid 统一社会信用代码, known codes."""
    column = task.field
    text = pl.col("text")
    if column.format == "uscc":
        clean = pl.Series(valid(texts))
    elif column.allowed or task.codes is not None or column.taxonomy or column.constraints.pattern:
        return nothing(len(texts), pl.String)
    else:
        longest = max(map(len, task.missing), default=0) + _BLANKS_ALLOWED
        odd = _ODD_TEXT + (r"|[;；]" if column.delimiter else "")
        frame = pl.DataFrame({"text": texts})
        clean = frame.select((text.str.len_chars() > longest) & ~text.str.contains(odd)).to_series()
    return texts.set(~clean.fill_null(False), None)


def _code(text: str, code: str, **values: str) -> tuple[str, dict[str, str]]:
    return code, {"text": text, **values}


def _reader(task: Task) -> Callable[[str, bool], Read]:
    column = task.field
    if column.format == "uscc":
        return lambda text, _: _uscc(text)
    if column.allowed:
        words, one = category_words(column), _several if column.delimiter else _category
        return lambda text, _: one(text, column, words)
    if task.codes is not None:
        codes, suggestions = task.codes, count()
        return lambda text, from_number: (
            _named(text, task.names) or _known_code(text, from_number, column, codes, suggestions)
        )
    if column.taxonomy or column.constraints.pattern:
        return lambda text, _: _named(text, task.names) or _matching(narrow(text), column)
    return lambda text, _: _free(text, column)


def _from_numbers(numbers: pl.Series) -> pl.Series:
    whole = (numbers == numbers.floor()) & (numbers.abs() < _EXACT)
    texts = numbers.set(~whole.fill_null(False), None).cast(pl.Int64, strict=False).cast(pl.String)
    rest = (numbers.is_finite() & ~whole & (numbers.abs() < _EXACT)).fill_null(False).arg_true()
    return texts.clone().scatter(rest, [shown(numbers[row]) for row in rest]) if len(rest) else texts


def _free(text: str, column: Column) -> Read:
    cleaned = _BREAKS.sub(" ", original(text.replace("_x000D_", "").strip(BLANKS))).strip()
    if column.delimiter:
        parts = (
            part.strip() for part in re.split(r"[;；\n]" if column.delimiter == ";" else column.delimiter, cleaned)
        )
        return column.delimiter.join(part for part in parts if part)
    return cleaned


def _named(text: str, names: Mapping[str, str] | None) -> str | None:
    """Return the code that a name stands for, or a code with its own name behind it; None for anything else."""
    if not names:
        return None
    word = comparable(_INSIDE.sub("", text))
    written = _CODE_AND_NAME.fullmatch(word)
    if written is None:
        return names.get(word)
    code = names.get(written["name"])
    return code if code is not None and code == written["code"] else names.get(word)


def _matching(text: str, column: Column) -> Read:
    pattern = column.constraints.pattern
    if pattern and not re.fullmatch(pattern, text):
        return _code(text, "LEDGER-036", pattern=pattern)
    return text


def _known_code(
    text: str, from_number: bool, column: Column, codes: frozenset[str], suggestions: Iterator[int]
) -> Read:
    """Take a code of the set; a lost leading zero comes back only where one code alone can be meant."""
    cleaned = _free(text, column)
    cleaned = narrow(text) if column.taxonomy or column.constraints.pattern else str(cleaned)
    pattern = column.constraints.pattern or r".*"
    section = _SECTION_CODE.fullmatch(cleaned)
    candidates = {cleaned, section.group(1)} if section else {cleaned}
    padded = {cleaned.zfill(size) for size in range(len(cleaned) + 1, 7)} if cleaned.isdigit() else set()
    as_is = {one for one in candidates if one in codes and re.fullmatch(pattern, one)}
    restored = {one for one in padded if one in codes and re.fullmatch(pattern, one)}
    meant = as_is | restored if from_number or not as_is else as_is
    if len(meant) == 1:
        return meant.pop()
    if meant:
        return _code(cleaned, "LEDGER-031")
    finer = sorted(one for one in codes if re.fullmatch(pattern, one) and one.startswith(cleaned))
    if candidates & codes and finer:
        return _code(cleaned, "LEDGER-105", finer="、".join(finer[:_FINER]) + ("…" if len(finer) > _FINER else ""))
    near = get_close_matches(cleaned, sorted(codes), n=1) if next(suggestions) < _MOST_SUGGESTIONS else []
    return _code(cleaned, "LEDGER-038", nearest=near[0] if near else "—")


def category_words(column: Column) -> dict[str, str]:
    """Return every word that means one of the allowed values, in comparable form."""
    words = {comparable(value): value for value in column.allowed}
    for one in column.categories:
        for word in (one.title, one.title_en, *one.aliases):
            words.setdefault(comparable(word), one.value)
    return words


def _category(text: str, column: Column, words: dict[str, str]) -> Read:
    key = comparable(original(text.strip(BLANKS)))
    if key in words:
        return words[key]
    return _code(text, "LEDGER-035", allowed=allowed_text(column))


def _several(text: str, column: Column, words: dict[str, str]) -> Read:
    """Read a cell that names several of the allowed values, by whatever sign the department put between them."""
    parts = [one for one in re.split(r"[;；、,，\n]", text) if one.strip(BLANKS)]
    read = [_category(one, column, words) for one in parts]
    wrong = next((one for one in read if not isinstance(one, str)), None)
    if wrong is not None:
        return wrong
    named = list(dict.fromkeys(map(str, read)))
    alone = next((one for one in named if one in column.alone), None)
    if alone is not None and len(named) > 1:
        return _code(text, "LEDGER-116", alone=alone, others="、".join(one for one in named if one != alone))
    return (column.delimiter or ";").join(named)


def allowed_text(column: Column) -> str:
    """Name the allowed values as the departments write them."""
    return "、".join(one.title for one in column.categories) or "、".join(column.allowed)


def _uscc(text: str) -> Read:
    """Take a valid code, or a key of another kind (an old registration number); refuse what tries to be a code.

    A letter typed for the digit it looks like is put right only where the check character agrees.
    """
    code = _INSIDE.sub("", narrow(text)).removeprefix("'").upper()
    wrong = fault(code)
    if wrong is None:
        return code
    if _SCIENTIFIC.fullmatch(code):
        return _code(code, "LEDGER-031")
    if not _OTHER_KEY.fullmatch(code):
        return _code(code, "LEDGER-032", reason="有代码里没有的字符 (characters of no code)")
    if not _USCC_LIKE.fullmatch(code):
        return code
    mended = code.translate(_LOOKALIKES)
    if wrong == "character" and fault(mended) is None:
        return mended  # I, O, S, V, Z stand in no code, and the check character confirms the digit that was meant
    return _code(code, "LEDGER-032", **_uscc_reason(code, wrong))


def _uscc_reason(code: str, wrong: str) -> dict[str, str]:
    if wrong == "length":
        return {"reason": f"{len(code)} ≠ 18 位 (characters)"}
    if wrong == "character":
        return {"reason": f"不用字母 (letters not in use): {'、'.join(sorted(set(code) & set('IOSVZ')))}"}
    right = check_character(code[:17])
    return {"reason": f"校验位 (check character) {code[-1]} 不对，按前 17 位应是 (should be) {right}"}


def _is_restored(task: Task, text: str, found: str) -> bool:
    """Tell whether a value is in other signs than its cell: beyond blanks, and of a code beyond case."""
    column = task.field
    if column.format == "uscc" or task.codes is not None or task.names:
        return found != _INSIDE.sub("", text).removeprefix("'").upper()
    return not column.allowed and not column.delimiter and found.split() != original(text.strip(BLANKS)).split()


def _merged(changes: Iterable[Change]) -> tuple[Change, ...]:
    listed = list(changes)
    if not listed:
        return ()
    first = min(listed, key=lambda one: one.first_row)
    return (Change(first.column, sum(one.rows for one in listed), first.first_row, first.written, first.read),)


def read_truths(task: Task) -> Reading:
    """Read a column of 是/否, √/×, 1/0, TRUE/FALSE."""
    values: dict[int, bool] = {}
    faults = task.faults(task.raw.moments.is_not_null().arg_true().to_list(), "LEDGER-030")
    for series in (task.raw.texts, _from_numbers(task.raw.numbers)):
        for text, rows in by_text(series):
            key = comparable(text)
            if is_excel_error(text):
                faults += task.faults(rows, "LEDGER-023", text)
            elif key in _TRUE or key in _FALSE:
                values.update(dict.fromkeys(rows, key in _TRUE))
            elif not is_missing(text, task.missing):
                faults += task.faults(rows, "LEDGER-030", text)
    result = task.raw.flags
    return Reading(result.clone().scatter(list(values), list(values.values())) if values else result, tuple(faults))
