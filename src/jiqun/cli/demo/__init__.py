"""The demo region: invented firms on Chongqing's real districts, handed over as departments hand files over."""

from jiqun.cli.demo.generate import generate
from jiqun.cli.demo.handover import Closeness, HandedFile, Handover, lines

__all__ = ["Closeness", "HandedFile", "Handover", "generate", "lines"]
