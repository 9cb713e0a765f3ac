"""Methods (办法): rules as data, compiled, evaluated on any engine, exact at every line, and explained."""

from jiqun.methods.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.loading import LoadedMethod, load
from jiqun.methods.plan import Plan
from jiqun.methods.result import Result

__all__ = ["LoadedMethod", "Plan", "Result", "compile_method", "evaluate", "load"]
