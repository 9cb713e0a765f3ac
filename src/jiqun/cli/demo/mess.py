"""The usual mess, put into clean sheets on purpose and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import median

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.sheets import Column, Line, Mark, Shown
from jiqun.values.uscc import ALPHABET

_FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
_NO_NUMBERS = ("详见附件", "待核实", "企业未报")


@dataclass(frozen=True)
class Mess:
    """One kind of mess for one column of one file; `per_mille` of its rows, at least one."""

    kind: str
    column: str
    per_mille: int
    expectation: str


def spoil(lines: list[Line], columns: Sequence[Column], messes: Sequence[Mess], chance: Chance) -> None:
    """Put each kind of mess into some rows, never two kinds into one row; rows are added for doubles and strangers."""
    places = {one.column: place for place, one in enumerate(columns)}
    _note_negative(lines, places)
    extra: list[tuple[int, Line]] = []
    for mess in messes:
        if mess.column not in places:
            continue
        wanted = max(1, len(lines) * mess.per_mille // 1000)
        usual = _usual(lines, places[mess.column])
        for position in chance.shuffled(range(len(lines))):
            if not wanted:
                break
            line = lines[position]
            if line.marks or not _suits(mess, line, places, usual):
                continue
            made = _rows(mess, line, places, chance) if mess.kind in _ROWS else None
            if made:
                if mess.kind != "unknown_name":
                    truth = line.cells[places[mess.column]]
                    line.marks.append(Mark(mess.column, f"original_of_{mess.kind}", mess.expectation, truth))
                extra.append((chance.whole(position + 1, len(lines)), made))
            else:
                _change(mess, line, places, chance)
            wanted -= 1
    for position, line in sorted(extra, key=lambda one: one[0], reverse=True):
        lines.insert(position, line)
    _number(lines, places)


def _number(lines: Sequence[Line], places: Mapping[str, int]) -> None:
    """Count the rows anew after rows came in, as the person at the keyboard would."""
    if "#" in places:
        for number, line in enumerate(lines, start=1):
            line.cells[places["#"]] = number


def _note_negative(lines: Sequence[Line], places: Mapping[str, int]) -> None:
    """Write down true negative taxes (net refunds): right, but worth a notice."""
    if "tax" in places:
        for line in lines:
            cell = line.cells[places["tax"]]
            if isinstance(cell, (int, float)) and cell < 0:
                line.marks.append(Mark("tax", "negative_tax", "notice", cell))


def _usual(lines: Sequence[Line], place: int) -> float:
    numbers = [line.cells[place] for line in lines]
    return median([one for one in numbers if isinstance(one, (int, float))] or [0])


def _suits(mess: Mess, line: Line, places: Mapping[str, int], usual: float) -> bool:
    """Tell whether a row can carry this mess; a unit slip is planted on values big enough to be seen."""
    cell = line.cells[places[mess.column]]
    if mess.kind in ("former_name", "former_name_without_code"):
        return bool(line.record.get("_former_name"))
    if mess.kind == "code_letter_o":
        return isinstance(cell, str) and "0" in cell
    if mess.kind == "times_10000":
        return isinstance(cell, (int, float)) and cell > usual
    if mess.kind == "thousands":
        return isinstance(cell, (int, float)) and cell >= 1000
    if mess.kind in ("full_width", "text_for_number", "contradicting_row"):
        return isinstance(cell, (int, float)) and cell > 0
    return cell is not None


def _change(mess: Mess, line: Line, places: Mapping[str, int], chance: Chance) -> None:
    place = places[mess.column]
    truth = line.cells[place]
    if mess.kind in _CELLS:
        line.cells[place] = _CELLS[mess.kind](truth, chance)
    elif mess.kind == "former_name":
        line.cells[place] = str(line.record["_former_name"])
    else:
        line.cells[place] = None
        if mess.kind == "former_name_without_code":
            line.cells[places["name"]] = str(line.record["_former_name"])
    line.marks.append(Mark(mess.column, mess.kind, mess.expectation, truth))


def _rows(mess: Mess, line: Line, places: Mapping[str, int], chance: Chance) -> Line:
    """Make the added row: the same again, the same firm with another number, or a name that nobody bears."""
    made = Line(line.record, list(line.cells))
    place = places[mess.column]
    truth = made.cells[place]
    if mess.kind == "contradicting_row" and isinstance(truth, (int, float)):
        made.cells[place] = _product(truth, "1.07") if isinstance(truth, float) else max(truth + 1, truth * 107 // 100)
    if mess.kind == "unknown_name":
        number = chance.whole(100, 999)
        made = replace(made, record={**line.record, "enterprise": None})
        made.cells[places["name"]] = f"渝示范无登记{number}号加工点"
        made.cells[place] = truth = None
        made.cells[places["_account"]] = f"98{number:08d}"
    made.marks.append(Mark(mess.column, mess.kind, mess.expectation, truth))
    return made


def _product(value: float, factor: str) -> float:
    return float(round(Decimal(repr(value)) * Decimal(factor), 6))


def _wide(cell: Shown, chance: Chance) -> Shown:
    return str(cell).translate(_FULL_WIDTH)


def _thousands(cell: Shown, chance: Chance) -> Shown:
    return f"{Decimal(str(cell)):,}"


def _blanks(cell: Shown, chance: Chance) -> Shown:
    return f"{cell}{chance.pick((' ', '　', ' 　 '))}"


def _blanks_inside(cell: Shown, chance: Chance) -> Shown:
    code = str(cell)
    return f"{code[:2]} {code[2:8]} {code[8:17]} {code[17:]}"


def _wrong_check(cell: Shown, chance: Chance) -> Shown:
    code = str(cell)
    return code[:-1] + chance.pick([one for one in ALPHABET if one != code[-1]])


def _ten_thousand(cell: Shown, chance: Chance) -> Shown:
    value = Decimal(str(cell)) * 10000
    return int(value) if value == int(value) else float(value)


def another_form(day: date, chance: Chance) -> str:
    """Write a day in one of the forms found in departments' files."""
    forms = (
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
    )
    return chance.pick(forms)


def _day(cell: Shown, chance: Chance) -> Shown:
    return another_form(cell, chance) if isinstance(cell, date) else cell


_CELLS: Mapping[str, Callable[[Shown, Chance], Shown]] = {
    "full_width": _wide,
    "thousands": _thousands,
    "trailing_blanks": _blanks,
    "code_lower_case": lambda cell, chance: str(cell).lower(),
    "code_with_blanks": _blanks_inside,
    "code_letter_o": lambda cell, chance: str(cell).replace("0", "O", 1),
    "code_wrong_check": _wrong_check,
    "text_for_number": lambda cell, chance: chance.pick(_NO_NUMBERS),
    "times_10000": _ten_thousand,
    "date_form": _day,
    "date_impossible": lambda cell, chance: chance.pick(("2021-02-30", "2022年13月1日", "2023/0/15")),
}
_ROWS = ("repeated_row", "contradicting_row", "unknown_name")
