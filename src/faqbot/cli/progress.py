"""Progress bars on standard error, for a person who watches."""

import sys
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from tqdm import tqdm

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Progress:
    """One bar after the other, each with its rate and the time left; none where standard error is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._name = ""
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, name: str, done: int, total: int) -> None:
        """What is being done, and how far it is."""
        if self._quiet:
            return
        if self._bar is None or name != self._name:
            from tqdm import tqdm

            self.__exit__()
            self._name, self._bar = name, tqdm(total=total, desc=name, unit="", leave=False)
        self._bar.update(done - self._bar.n)

    def counted(self, name: str, total: int, call: Callable[Given, Found]) -> Callable[Given, Found]:
        """Return a function that does the same, each call of which is shown as one more of so many."""
        done = count(1)

        def counting(*given: Given.args, **named: Given.kwargs) -> Found:
            found = call(*given, **named)
            self.show(name, next(done), total)
            return found

        return counting
