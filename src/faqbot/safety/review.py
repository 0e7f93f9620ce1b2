"""The rules as a page to review, and every example tried: what `faqbot safety-rules` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faqbot.safety.rules import Rule, RuleSet
from faqbot.safety.rules_file import SHIPPED_RULES, load_rules, read_rules_file, shipped_files
from faqbot.safety.triage import met_rules


@dataclass(frozen=True, slots=True)
class RulesCheck:
    """How many rules and examples were tried, and each example that does not hold, with file and line."""

    rules: int
    examples: int
    problems: tuple[str, ...]


def list_rules(rules: str | Path | None = None) -> str:
    """Return every rule as a paragraph: level, category, the signs it takes, reason, source and examples."""
    rule_set = load_rules(rules)
    return "\n\n".join(_described(rule_set, rule) for rule in rule_set.rules)


def _described(rules: RuleSet, rule: Rule) -> str:
    stays = ", never downgraded" if rule.never_downgrade else ""
    lines = [f"{rule.id}: {rule.level} ({rule.category}{stays})"]
    for names in rule.any_of:
        lines.append("  if     " + ", together with ".join(_sign(rules, name) for name in names))
    lines += [f"  reason {rule.reason}", f"  source {rule.source}"]
    lines += [f"  yes    {text}" for text in rule.positive_examples]
    lines += [f"  no     {text}" for text in rule.negative_examples]
    return "\n".join(lines)


def _sign(rules: RuleSet, name: str) -> str:
    description = rules.signs[name].description
    return f"{description} [{name}]" if description else f"[{name}]"


def check_rules(path: str | Path | None = None) -> RulesCheck:
    """Return what came of trying the examples of an operator's file, or of the shipped rules without one.

    Raises RulesError, with the line, for a file that cannot be used at all.
    """
    rules = load_rules(path)
    own = path and path != SHIPPED_RULES
    rules_files = (read_rules_file(path),) if own and path else shipped_files()
    known = {rule.id: rule for rule in rules.rules}
    entries = [entry for file in rules_files for entry in file.entries("rule") if entry.fields.get("id") in known]
    checked = [known[entry.string("id")] for entry in entries]
    problems = [
        f"{entry.file}, line {entry.line(key)}: {problem}"
        for entry, rule in zip(entries, checked, strict=True)
        for key, problem in _problems(rules, rule)
    ]
    examples = sum(len(rule.positive_examples) + len(rule.negative_examples) for rule in checked)
    return RulesCheck(len(checked), examples, tuple(problems))


def _problems(rules: RuleSet, rule: Rule) -> Iterator[tuple[str, str]]:
    for text in rule.positive_examples:
        if not _meets(rules, rule, text):
            yield "positive_examples", f"rule {rule.id} is not met by {text!r}. Add a phrase or a pattern for it"
    for text in rule.negative_examples:
        if _meets(rules, rule, text):
            yield "negative_examples", f"rule {rule.id} is met by {text!r}. Make a pattern narrower or add an exclusion"


def _meets(rules: RuleSet, rule: Rule, text: str) -> bool:
    return any(found.rule is rule and found.level == rule.level for found in met_rules(rules, [text]))
