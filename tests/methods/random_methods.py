"""Random methods made of every step kind."""

from __future__ import annotations

CONDITIONS = (
    'scale == "above"', "land >= 2.5", "profit > 0", "exporter", 'industry in ("44", "3411")', "tax is not missing",
    "not exporter or rd > 1", "revenue / assets >= 0.5", 'district != "x" and land < 64.5', "liabilities / assets <= 0.335",
)  # fmt: skip
FORMULAS = (
    ("tax / land", "万元/亩"), ("value_added / energy", "万元/tce"), ("rd / main_revenue", "%"), ("liabilities / assets", "1"),
    ("profit", "万元"), ("(tax - profit) / land", "万元/亩"), ("max(tax, profit)", "万元"), ("tax if exporter else profit", "万元"),
    ("revenue / staff", "万元/人"), ("round(tax / land, 2) * 3", "万元/亩"), ("abs(profit)", "元"), ("value_added / emission", "万元/当量吨"),
    ("tax / (land - land)", "万元/亩"), ("floor(cod)", "t"),
)  # fmt: skip


def condition(random):
    return random.choice(CONDITIONS)


def measures(random):
    chosen = random.sample(FORMULAS, random.randint(1, 4))
    found = {
        f"m{i}": {"title": f"m{i}", "formula": text, "unit": unit, "digits": random.randint(0, 5)}
        for i, (text, unit) in enumerate(chosen)
    }
    if random.random() < 0.3:
        found["again"] = {"title": "again", "formula": "m0 / 3", "unit": chosen[0][1], "digits": random.randint(0, 4)}
    return found


def over(random, least=()):
    return random.choice(
        (["population"], ["district"], ["population", "district"], ["industry"], ["park", "district"], [*least])
    )


def prepared(random, names):
    if random.random() < 0.7:
        return {}
    steps = random.sample(
        [{"impute": "mean"}, {"impute": "median"}, {"winsorise": "0.4"}, {"beyond": {"of": "standard", "times": "1"}}, {"beyond": {"of": "population", "times": "0.5"}, "becomes": "missing"}, {"beyond": {"of": "median", "times": "1.5"}}, {"points": 2}, {"points": 1, "skewness": "0.5", "kurtosis": "0.5", "otherwise": "logarithm"}, {"natural_logarithm": True}, {"logarithm": True}, {"normalise": "min_max", "high": "100"},
         {"normalise": "z_score"}, {"normalise": "rank"}, {"normalise": "distance_to_best"}, {"normalise": "percentile_rank"}],
        random.randint(1, 3),
    )  # fmt: skip
    one = {
        "measure": random.choice(names),
        "steps": steps,
        "over": over(random, ("population",)),
        "digits": random.randint(0, 4),
        "direction": random.choice(("higher", "lower")),
    }
    return {"treated": one}


def statistic(random, name, benchmark):
    take = random.choice(("mean", "median", "max", "min", "sum", "percentile", "aggregate"))
    one = {
        "measure": name,
        "take": take,
        "over": over(random, ()),
        "members": random.choice(("scored", "graded")),
        "times": random.choice(("1", "2", "0.5")),
    }
    one["period"] = random.choice(("this", "this", "last"))
    if take == "percentile":
        one["percentile"] = random.choice(("0.25", "0.9", "1"))
    if take not in ("sum", "aggregate") and random.random() < 0.4:
        one |= random.choice(
            (
                {"without_lowest": "0.4", "without_highest": "0.1"},
                {"without_beyond": {"of": "standard", "times": "1"}},
                {"without_beyond": {"of": "population", "times": "1.5"}},
                {"without_beyond": {"of": "median", "times": "2"}},
            )
        )
    if random.random() < 0.4:
        one |= {"smallest_cohort": random.randint(2, 3), "otherwise": benchmark}
    return one


def benchmark(random, name, ratio):
    """A benchmark of a measure: a value, a value by key, or a cohort's statistic."""
    kind = random.random()
    digits = random.randint(0, 6)
    if kind < 0.4:
        return {"value": random.choice(("2.5", "24.097", "0.3", "0")), "digits": max(digits, 3)}
    if kind < 0.5:
        return {"lookup": {"parameter": "std", "key": "industry"}, "digits": digits}
    one = statistic(random, name, "fallback")
    if one["take"] == "aggregate":
        if ratio is None:
            one["take"] = "mean"
        else:
            one |= {"numerator": ratio[0], "denominator": ratio[1]}
    return {"statistic": one, "digits": digits}


def score(random, name, benchmarks):
    one = {"weight": random.choice(("10", "20", "100")), "digits": random.randint(0, 4), "measure": name}
    b = random.choice(benchmarks)
    kind = random.choice(
        (
            "ratio",
            "reversed",
            "around",
            "between",
            "efficacy",
            "bands",
            "rank",
            "count",
            "flag",
            "value",
            "options",
            "choice",
            "cases",
        )
    )
    low, high = random.choice(benchmarks), random.choice(benchmarks)
    bands = [
        {"less_than": "1", "points": "0"},
        {"at_least": "1", "at_most": "10", "points": "5"},
        {"more_than": "33.33", "points": "10"},
    ]
    made = {
        "ratio": {"ratio": {"to": b, **random.choice(({}, {}, {"least": "0.6"}, {"least": "1"}))}},
        "reversed": {"ratio": {"to": b, "reversed": True}},
        "around": {"around": {"benchmark": b, "zero_at": random.choice(("2", "3", "1.5"))}},
        "between": {"between": {"low": low, "high": high, "start": random.choice(("0", "20")), "clamp": random.choice((True, False)), **({"flat": "60"} if random.random() < 0.5 else {}), **random.choice(({}, {"below": "0"}, {"below": "12.5"}))}},
        "efficacy": {"efficacy": {"standards": ["s1", "s2", "s3"], "coefficients": ["1", "0.7", "0.4"], "below": random.choice(("0", "0.2"))}},
        "bands": {"bands": bands},
        "rank": {"rank": {"over": over(random, ("population",)), "order": random.choice(("descending", "ascending")), **random.choice(({}, {"last": "60"}, {"by_count": True}, {"step": "0.35"}, {"places": ["10", "7.5", "7.5"], "beyond": "2"}))}},
        "count": {"count": {**random.choice(({"each": "3"}, {"each": "-0.7", "start": "10.25"}, {"each": "1", "start": "2"})), "every": random.choice(("1", "2.5")), **({"cap": "5"} if random.random() < 0.5 else {})}},
        "flag": {"flag": {"where": condition(random), "points": "7", "otherwise": "1"}},
        "value": {"value": True},
        "cases": {"cases": {"of": [{"where": condition(random), "points": "9"}, {"where": condition(random), "points": "4"}], "otherwise": random.choice(("0", "1"))}},
        "options": {"options": {"points": {"奖": "3", "体系": "3", "品牌": "2"}, "cap": "5", "zeroing": random.choice(([], ["品牌"]))}, "measure": "products"},
        "choice": {"choice": {"by": "basis", "options": {"first": {"measure": name, "digits": 0, "bands": bands}, "second": {"measure": name, "digits": min(1, one["digits"]), "weight": "10", "value": True, "missing": random.choice(("unknown", "cohort_mean_score"))}}}},
    }[kind]  # fmt: skip
    one |= made
    if random.random() < 0.4:
        one |= random.choice(({"cap": "6"}, {"cap_times": "1.5"}, {"floor": "2"}, {"cap": "8", "floor": "1"}))
    if random.random() < 0.2 and kind not in ("flag", "options", "choice", "cases"):
        one["not_positive"] = random.choice(("0", "-2"))
    if kind != "choice":
        one["missing"] = random.choice(("unknown", "cohort_mean_score", "-3"))
    return one


def nodes(random, items):
    if random.random() < 0.5:
        return {}
    found = {}
    for name in ("n0", "n1")[: random.randint(1, 2)]:
        of = random.sample(items, random.randint(1, len(items))) + (["n0"] if name == "n1" else [])
        take = random.choice(("sum", "arithmetic", "geometric", "harmonic", "min", "max", "topsis", "grey"))
        compares = take in ("topsis", "grey")
        one = {"of": of, "take": take, "digits": random.randint(0, 4)}
        if not compares:
            one |= {"missing": random.choice(("unknown", "available")), "least_share": random.choice(("0", "0.5"))}
        one |= {"lower": random.sample(of, 1), "rho": "0.4"} if compares and random.random() < 0.5 else {}
        weighting = random.choice(
            (
                {"equal": True},
                {"entropy": {"of": random.choice(("share", "min_max"))}},
                {"critic": True},
                {"ahp": {"matrix": [["1"] * len(of)] * len(of), "by": "geometric_mean"}},
                None,
            )
        )
        if take not in ("min", "max"):
            one |= (
                {"weights": {of[0]: "2"}}
                if weighting is None
                else {"weighting": weighting, "over": random.choice((["population"], ["district"]))}
            )
            if weighting is None and not compares and len(of) > 1 and random.random() < 0.5:
                del one["weights"]
                one["best"] = random.randint(1, len(of) - 1)
        one |= random.choice(({}, {}, {"cap": "6"}, {"floor": "3", "cap": "20"}))
        found[name] = one
    return found


def total(random, names):
    one = {"digits": random.randint(0, 3)}
    if names and random.random() < 0.5:
        one |= {
            "of": random.sample(names, random.randint(1, len(names))),
            "take": random.choice(("sum", "arithmetic", "geometric", "harmonic", "min", "max")),
        }
    if random.random() < 0.4:
        one |= {
            "factor": random.choice(("1.1 if exporter else 1", "tax / (tax + 3)" if False else "rd / main_revenue")),
            "factor_digits": random.randint(1, 6),
        }
    addition = {
        "title": "b",
        "points": random.choice(("3", "2.5", "rd / main_revenue * 10")),
        "where": condition(random),
        "digits": random.randint(1, 3),
    }
    if random.random() < 0.5:
        one["bonuses"] = {"b1": addition, "b2": {"title": "c", "points": "1.5", "cap": "1", "digits": 1}}
        one |= {"bonus_cap": "3"} if random.random() < 0.5 else {}
    if random.random() < 0.5:
        one["deductions"] = {"d1": {**addition, "where": condition(random)}}
        one |= {"deduction_cap": "2"} if random.random() < 0.5 else {}
    return one | random.choice(({}, {"cap": "50"}, {"floor": "0"}))


CLASSES = ["A", "B", "C", "D"]


def quota(random, of):
    one = {
        "of": of,
        "shares": random.choice(
            (
                {"A": "0.2", "B": "0.4", "C": "0.35", "D": "0.05"},
                {"A": "0.25", "B": "0.25", "C": "0.25", "D": "0.25"},
                {"A": "0.5", "B": "0.3", "C": "0.2"},
            )
        ),
        "order": random.choice(("descending", "ascending")),
        "pools": random.choice((["population"], ["population", "district"], ["industry"])),
        "denominator": random.choice(("graded", "scored", "evaluated")),
        "rounding": random.choice(("half_up", "floor", "ceil", "largest_remainder")),
        "ties": {
            "by": random.choice(([], ["profit"], ["-land", "district"], ["m0"], ["enterprise"])),
            "then": random.choice(("better", "worse")),
        },
    }
    if one["rounding"] != "largest_remainder" and random.random() < 0.5:
        one |= {
            "counting": "each",
            "rest": random.choice(("B", "C")),
            "class_rounding": random.choice(({}, {"A": "floor"}, {"A": "ceil"})),
        }
    if random.random() < 0.4:
        small = random.choice(
            (
                {"grade": "B"},
                {"wider": ["population"]},
                {"cuts": [{"grade": "A", "at_least": "5"}, {"grade": "C", "less_than": "4.5"}]},
            )
        )
        one["small_pool"] = {"smallest": random.randint(2, 4), **small}
    if one["order"] == "descending" and random.random() < 0.4:
        one["minimum"] = {"A": "5", "B": "1.25"}
    if random.random() < 0.3:
        by, most = random.choice(("district", "industry")), random.choice(({"A": 1}, {"A": 2, "B": 1}))
        one["per_group"] = {"by": by, "most": most}
        if random.random() < 0.5:  # two limits at once
            other = {"district": "industry", "industry": "district"}[by]
            one["per_group"] = [one["per_group"], {"by": other, "most": {"A": 1, "B": 2}}]
    return {"classes": CLASSES, "quota": one}


def cuts(of):
    return {
        "classes": CLASSES,
        "cuts_of": of,
        "cuts": [
            {"grade": "A", "at_least": "10"},
            {"grade": "B", "more_than": "2.5", "less_than": "10"},
            {"grade": "D", "at_most": "1"},
        ],
    }


LADDER = {
    "classes": CLASSES,
    "ladder": {
        "rungs": [
            {"grade": "A", "requires": "r_all"},
            {"grade": "B", "requires": "r_some"},
            {"grade": "C", "requires": "c1"},
        ]
    },
}


def grade(random, of):
    ladder = {**LADDER, "ladder": {**LADDER["ladder"], **({"otherwise": "D"} if random.random() < 0.5 else {})}}
    lines = [
        {"grade": "A", "at_least": "b_m0_0"},
        {"grade": "B", "at_least": "b_m0_1", "less_than": "b_m0_0"},
        {"grade": "D", "less_than": "10"},
    ]
    if of == "total":
        lines = [{"grade": "A", "at_least": "all_totals"}, {"grade": "B", "less_than": "all_totals"}]
    by_lines = {"classes": CLASSES, "cuts_of": "total" if of == "total" else "m0", "cuts": lines}
    kinds = [quota(random, of), quota(random, of), quota(random, "m0"), cuts(of), by_lines, ladder]
    kinds.append({"classes": CLASSES, "lowest_of": random.sample(kinds, 2)})
    return random.choice(kinds)


def moves(random):
    every = [
        {"title": "fix", "move": "fix", "to": "B", "listed": "fix"},
        {"title": "raise", "move": "raise", "listed": "raise"},
        {"title": "lower", "move": "lower", "steps": 2, "where": condition(random)},
        {"title": "veto", "move": "veto", "to": random.choice(("C", "D")), "where": condition(random)},
        {"title": "floor", "move": "not_below", "to": "B", "where": condition(random)},
        {"title": "roof", "move": "not_above", "to": "C", "where": 'grade == "A"'},
        {"title": "tenant", "move": "inherit", "inherit": {"from_subject": "landlord"}},
        {"title": "small tenant", "move": "inherit", "inherit": {"from_subject": "landlord"}, "where": "land < 10"},
        {"title": "mates", "move": "share", "share": {"group": "parcel", "take": random.choice(("worst", "best"))}},
        {"title": "some", "move": "raise", "populations": ["p0"], "where": condition(random)},
    ]
    chosen = random.sample(every, random.randint(0, 4))
    return {f"move{index}": one for index, one in enumerate(chosen)}


def entitlements(random):
    amount, unit = random.choice((("power * 0.1", "万kWh"), ("land / 3", "亩"), ("rd", "元")))
    first = {
        "title": "e",
        "grades": random.choice(([], ["A"], ["C", "D"])),
        "digits": random.randint(0, 3),
        "exclusive": "g",
        "unit": unit,
        "amount": amount,
    }
    first |= {"cap": "5"} if random.random() < 0.5 else {}
    second = {
        "title": "f",
        "grades": ["A", "B", "D"],
        "where": condition(random),
        "amount": amount,
        "unit": unit,
        "digits": 1,
        "exclusive": "g",
    }
    return {
        "e1": first,
        "e2": second,
        "e3": {"title": "h", "where": 'grade == "B" or rank <= 2'},
        "e5": {"title": "j", "where": "total >= all_totals_benchmark"},
        "e4": {"title": "i", "amount": "tax", "unit": "元", "digits": 0},
    }


RATIOS = {
    "tax / land": ("tax", "land"),
    "value_added / energy": ("value_added", "energy"),
    "rd / main_revenue": ("rd", "main_revenue"),
    "liabilities / assets": ("liabilities", "assets"),
}


def method(random):
    names = measures(random)
    ready = prepared(random, list(names))
    figures = [*names, *ready]
    populations = {
        f"p{index}": {"title": f"p{index}", "where": condition(random) if random.random() < 0.7 else "year > 2000"}
        for index in range(random.randint(1, 2))
    }
    benchmarks = {
        "fallback": {"value": "3.3333", "digits": 4},
        "s1": {"value": "10"},
        "s2": {"value": random.choice(("5", "20"))},
        "s3": {"value": random.choice(("1", "40"))},
    }
    if benchmarks["s2"]["value"] == "20" and benchmarks["s3"]["value"] != "40":
        benchmarks["s2"]["value"] = "5"
    if benchmarks["s3"]["value"] == "40" and benchmarks["s2"]["value"] != "20":
        benchmarks["s3"]["value"] = "1"
    late = statistic(random, "total", "fallback")
    late |= {"period": "this", "take": "mean" if late["take"] == "aggregate" else late["take"]}
    benchmarks["all_totals"] = {"statistic": late, "digits": random.randint(0, 4)}
    scores = {}
    for name in figures:
        source = names.get(name, {}).get("formula", "")
        own = []
        for index in range(2):
            benchmarks[f"b_{name}_{index}"] = benchmark(random, name, RATIOS.get(source))
            own.append(f"b_{name}_{index}")
        scores[f"i_{name}"] = score(random, name, own)
    keyed = (
        {"all": scores}
        if random.random() < 0.7
        else {"all": scores, "p0": {"only": {"measure": figures[0], "digits": 2, "value": True}}}
    )
    items = list(scores)
    blocks = nodes(random, items)
    first = next(iter(blocks), None)
    everywhere = [f"{items[0]}_points", *([first] if first else [])] if "p0" not in keyed else []
    of = random.choice(["total", "total", "m0", *everywhere])
    grades = {"all": grade(random, of)}
    return {
        "populations": populations,
        "exceptions": {name: one for name, one in {
            "out": {"title": "out", "where": condition(random), "effect": "exempt"},
            "only": {"title": "only", "where": condition(random), "effect": "scored_not_graded", "treated_as": "B"},
            "unfit": {"title": "unfit", "unless": random.choice(("r_all", "c1", "r_some")), "effect": "scored_not_graded", "treated_as": "C"},
            "unsure": {"title": "unsure", "unless": "c3", "effect": "scored_not_graded", "populations": ["p0"]},
            "safe": {"title": "safe", "where": condition(random), "effect": "protected", "treated_as": "B", "populations": ["p0"]},
        }.items() if random.random() < 0.3},
        "measures": names, "prepared": ready, "benchmarks": benchmarks, "scores": keyed, "nodes": blocks,
        "totals": {"all": total(random, [*items, *blocks] if "p0" not in keyed else [*blocks])},
        "criteria": {
            "c1": {"title": "c1", "test": condition(random)},
            "c2": {"title": "c2", "test": condition(random), "applies": condition(random)},
            "c3": {"title": "c3", "manual": True, "recorded": "exporter"},
            "c4": {"title": "c4", "manual": True},
        },
        "requirements": {
            "r_all": {"all": ["c1", "c2"]}, "r_any": {"any": ["c1", "c2", "c3"]},
            "r_some": {"at_least": random.randint(1, 3), "of": ["r_any", "c2", "c3", *(["c4"] if random.random() < 0.3 else [])]},
        },
        "grades": grades, "moves": moves(random), "entitlements": entitlements(random),
    }  # fmt: skip
