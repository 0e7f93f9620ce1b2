"""The parts of README.md that are made from the program itself: the command table. `--check` exits 1 if it is stale."""

import re
import sys
from pathlib import Path

from faqbot.cli.parser import COMMANDS

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- commands -->\n).*?(<!-- end -->\n)", re.DOTALL)


def commands() -> str:
    """The table of commands, from the parser."""
    rows = [f"| `faqbot {command.name}` | {command.help} |" for command in COMMANDS]
    return "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n"


def main() -> int:
    """Write the table into the README, or check that it is there."""
    text = README.read_text(encoding="utf-8")
    made = BLOCK.sub(lambda found: found[1] + commands() + found[2], text)
    if "--check" in sys.argv[1:]:
        return int(made != text)
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
