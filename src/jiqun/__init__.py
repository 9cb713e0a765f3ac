"""集群 Jiqun: a region's industrial ledgers turned into decisions that anyone can check."""

__version__ = "0.1.0"
