"""The only door to pymilvus: it is loaded without what a .env file that lies about would put into the environment."""

import os
import sys
import threading
from types import ModuleType

from faqbot.errors import need

SWITCH = "PYTHON_DOTENV_DISABLED"
_loading = threading.Lock()


def load_pymilvus() -> ModuleType:
    """The package, loaded on first use. Raises MissingExtraError where it is not installed."""
    with _loading:
        if sys.modules.get("pymilvus") is None:
            _load()
    return sys.modules["pymilvus"]


def _load() -> None:
    """The switch is set back, for it is the whole process's, and others may want their .env."""
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = "1"
    try:
        import pymilvus  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise need("pymilvus", "milvus", error) from error
    finally:
        del os.environ[SWITCH]
        if before is not None:
            os.environ[SWITCH] = before
