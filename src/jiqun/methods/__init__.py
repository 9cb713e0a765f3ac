"""Methods (办法): rules as data, compiled, evaluated on any engine, exact at every line, and explained."""

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.evaluate import evaluate
from jiqun.methods.ladder import choose_edition
from jiqun.methods.loading import LoadedMethod, load
from jiqun.methods.result import Result

__all__ = ["LoadedMethod", "Plan", "Result", "choose_edition", "compile_method", "evaluate", "load"]
