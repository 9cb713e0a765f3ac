"""Results that the threads of a server share: computed once, also where several ask for one at the same moment.

After a commit everybody who clicks wants the same new sums. With `functools.lru_cache` each of their threads computes
them, all at once on one interpreter, and everybody waits for all of it; here one computes and the others wait.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from functools import update_wrapper
from threading import Lock
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Kept(Generic[P, R]):
    """A function of hashable arguments whose last `most` results are kept (all of them where that is None).

    Who waits for a computation that fails computes for himself, and so gets an error of his own. A function must not
    ask for the very result that it is computing.
    """

    def __init__(self, compute: Callable[P, R], most: int | None) -> None:
        self._compute, self._most = compute, most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, Future[R]] = OrderedDict()
        update_wrapper(self, compute)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(sorted(kwargs.items()))) if kwargs else args
        while True:
            with self._lock:
                held = self._found.get(key)
                if held is None:
                    own = self._found[key] = Future()
                    while self._most is not None and len(self._found) > self._most:
                        self._found.popitem(last=False)
                else:
                    self._found.move_to_end(key)
            if held is None:
                return self._computed(key, own, *args, **kwargs)
            try:
                return held.result()
            except CancelledError:
                continue

    def _computed(self, key: Hashable, own: Future[R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            value = self._compute(*args, **kwargs)
        except BaseException:
            with self._lock:
                if self._found.get(key) is own:
                    del self._found[key]
            own.cancel()
            raise
        own.set_result(value)
        return value

    def __len__(self) -> int:
        return len(self._found)

    def forget(self) -> None:
        """Compute everything anew from now on."""
        with self._lock:
            self._found.clear()


def kept(most: int | None) -> Callable[[Callable[P, R]], Kept[P, R]]:
    """Keep the last results of a function, each computed once whoever asks for it at the same moment."""
    return lambda compute: Kept(compute, most)
