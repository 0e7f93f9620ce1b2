"""The rules made readable, and a rules file put to its own test: texts for `faqbot safety-rules`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faqbot.safety.book import Book, Rule
from faqbot.safety.conversation import fired_rules
from faqbot.safety.loading import load_book, operator_sheet, packaged_sheets


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of rules found: how many rules and examples, and each example that did not hold, with its line."""

    rules: int
    examples: int
    problems: tuple[str, ...]


def list_rules(rules: str | Path | None = None) -> str:
    """Every rule as a paragraph: level, category, what it takes, reason, source and examples."""
    book = load_book(rules)
    return "\n\n".join(_described(book, rule) for rule in book.rules)


def _described(book: Book, rule: Rule) -> str:
    lines = [f"{rule.id}: {rule.level} ({rule.category})"]
    for names in rule.when:
        lines.append("  when   " + ", together with ".join(_says(book, name) for name in names))
    lines += [f"  says   {rule.reason}", f"  source {rule.source}"]
    lines += [f"  fires  {text}" for text in rule.fires]
    lines += [f"  quiet  {text}" for text in rule.quiet]
    return "\n".join(lines)


def _says(book: Book, name: str) -> str:
    says = book.findings[name].says
    return f"{says} [{name}]" if says else f"[{name}]"


def check_rules(path: str | Path | None = None) -> Checked:
    """Try the examples of every rule of an operator's file, or of the packaged rules without one.

    Raises RulesError, with the line, for a file that cannot be used at all.
    """
    book = load_book(path)
    sheets = (operator_sheet(path),) if path else packaged_sheets()
    known = {rule.id: rule for rule in book.rules}
    entries = [entry for sheet in sheets for entry in sheet.entries("rule") if entry.fields.get("id") in known]
    checked = [known[entry.string("id")] for entry in entries]
    problems = [
        f"{entry.file}, line {entry.line(key)}: {problem}"
        for entry, rule in zip(entries, checked, strict=True)
        for key, problem in _problems(book, rule)
    ]
    return Checked(len(checked), sum(len(rule.fires) + len(rule.quiet) for rule in checked), tuple(problems))


def _problems(book: Book, rule: Rule) -> Iterator[tuple[str, str]]:
    for text in rule.fires:
        if not _fires(book, rule, text):
            yield "fires", f"rule {rule.id} does not fire on {text!r}. Add a pattern or words for it"
    for text in rule.quiet:
        if _fires(book, rule, text):
            yield "quiet", f"rule {rule.id} fires on {text!r}. Make a pattern narrower or shield the saying"


def _fires(book: Book, rule: Rule, text: str) -> bool:
    return any(found.rule is rule and found.level == rule.level for found in fired_rules(book, [text]))
