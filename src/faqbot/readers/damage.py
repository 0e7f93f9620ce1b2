"""What parsers raise for files that are not what they claim, as one ReadError."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from faqbot.errors import ReadError

# Parsers of binary formats trust their input in places, so that a damaged file shows as nearly any of these.
_SIGNS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def readable(kind: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a parser raises inside the block, its own `errors` among them, into "not a readable <kind>"."""
    try:
        yield
    except RecursionError as error:
        raise ReadError(f"not a readable {kind}: nested too deeply") from error
    except (*_SIGNS, *errors) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ReadError(f"not a readable {kind}: {reason}") from error
