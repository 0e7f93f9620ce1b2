"""The command line as tests use it: arguments go in, the exit code and both outputs come out."""

import pytest

from faqbot.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process."""
    try:
        code = main(list(arguments))
    except SystemExit as stopped:
        code = int(str(stopped.code))
    shown = capsys.readouterr()
    return code, shown.out, shown.err
