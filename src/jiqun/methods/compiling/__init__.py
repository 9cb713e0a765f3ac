"""From a method and a period to a plan: names, formulas, dated numbers; every fault told at its place."""
