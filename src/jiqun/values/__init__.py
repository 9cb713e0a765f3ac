"""Periods, units, exact numbers, codes: the values everything else is made of."""

from jiqun.values.digest import canonical, digest, digest_of_parts, file_digest, in_order
from jiqun.values.disk import is_running, to_disk
from jiqun.values.exact import Number, decimal_text, exact, exact_sum, from_scaled, half_up, plain, rescale, to_scaled
from jiqun.values.period import Period
from jiqun.values.powers import logarithm, power
from jiqun.values.roots import nth_root
from jiqun.values.text import cited, comparable, filled, grouped, narrow, printable, text_width
from jiqun.values.units import Unit, known_units, unit_said

__all__ = [
    "Number",
    "Period",
    "Unit",
    "canonical",
    "cited",
    "comparable",
    "decimal_text",
    "digest",
    "digest_of_parts",
    "exact",
    "exact_sum",
    "file_digest",
    "filled",
    "grouped",
    "from_scaled",
    "half_up",
    "in_order",
    "is_running",
    "known_units",
    "logarithm",
    "nth_root",
    "narrow",
    "plain",
    "power",
    "printable",
    "rescale",
    "text_width",
    "to_scaled",
    "to_disk",
    "unit_said",
]
