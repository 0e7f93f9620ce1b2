"""The rules as data: their own examples, the loader's errors, an operator's file."""

from pathlib import Path

import pytest

from faqbot.errors import RulesError
from faqbot.lexicon import spellings
from faqbot.safety import NO_RULES, SHIPPED_RULES, assess, check_rules, list_rules
from faqbot.safety.matcher import find_mentions
from faqbot.safety.normalize import read_words
from faqbot.safety.rules import Concept, Rule, compile_rules
from faqbot.safety.rules_file import load_rules
from faqbot.safety.triage import met_rules
from faqbot.types import Alert

RULES = load_rules().rules
OWN_RULE = """
extends = "back-pain"

[[concept]]
name = "weaver_word"
phrases = "loom elbow"

[[sign]]
id = "loom"
description = "loom elbow"
patterns = "weaver_word"

[[rule]]
id = "weavers-loom"
category = "local"
level = "urgent"
any_of = "loom"
reason = "Loom elbow needs to be seen today."
source = "Weavers' clinic"
positive_examples = "my loom elbow is back"
negative_examples = "no loom elbow"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_met_by_its_positive_examples_only(rule: Rule) -> None:
    rules = load_rules()
    met = {
        text: [found.level for found in met_rules(rules, [text]) if found.rule.id == rule.id]
        for text in rule.positive_examples + rule.negative_examples
    }
    assert [text for text in rule.positive_examples if met[text] != [rule.level]] == []
    assert [text for text in rule.negative_examples if rule.level in met[text]] == []


def test_no_phrase_is_matched_by_another_of_its_concept() -> None:
    shipped = load_rules()
    alone = {f"{name}: {phrase}": Concept(name, "state", (phrase,)) for phrase, name in shipped.phrases}
    rules = compile_rules(alone, (), {}, (), shipped.vocabulary)

    def is_matched(text: str, name: str, phrase: str) -> bool:
        words = read_words(rules, text)
        mentions = find_mentions(rules, words)
        return any(
            found.start == 0 and found.end == len(words.words)
            for key, listed in mentions.items()
            if key.startswith(f"{name}: ") and key != f"{name}: {phrase}"
            for found in listed
        )

    written = ((concept.name, phrase) for concept in shipped.concepts.values() for phrase in concept.phrases)
    assert [
        (name, phrase)
        for name, phrase in written
        if "<" not in phrase and all(is_matched(text, name, phrase) for text in spellings(phrase))
    ] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_reason_source_and_examples(rule: Rule) -> None:
    assert rule.reason.endswith(".") and rule.source and rule.positive_examples and rule.negative_examples


def test_every_sign_of_a_rule_has_a_description() -> None:
    rules = load_rules()
    named = {name for rule in RULES for name in rule.signs}
    assert sorted(name for name in named if not rules.signs[name].description) == []


def test_emergency_rules_are_never_downgraded() -> None:
    assert [rule.id for rule in RULES if rule.level == "emergency" and not rule.never_downgrade] == []


def test_ids_are_not_used_twice() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) > 35


def test_the_packaged_rules_pass_their_own_check() -> None:
    checked = check_rules()
    assert checked.problems == ()
    assert checked.rules == len(RULES)
    assert checked.examples == sum(len(rule.positive_examples) + len(rule.negative_examples) for rule in RULES)


def test_the_listing_shows_level_reason_source_and_examples() -> None:
    listing = list_rules()
    rule = next(rule for rule in RULES if rule.id == "saddle-numbness")
    assert "saddle-numbness: emergency (cauda_equina, never downgraded)" in listing
    for text in (rule.reason, rule.source, rule.positive_examples[0], rule.negative_examples[0]):
        assert text in listing


def test_an_operator_adds_a_rule(tmp_path: Path) -> None:
    path = _write(tmp_path, OWN_RULE)
    alert = assess(["my loom elbow is back"], rules=path)
    assert (alert.level, alert.rules, alert.matches) == ("urgent", ("weavers-loom",), ("loom elbow",))
    assert assess(["my loom elbow is back"]).level == "none"
    assert assess(["my groin is numb"], rules=path).level == "emergency"
    assert check_rules(path).problems == ()
    assert "weavers-loom" in list_rules(path)


def test_an_operator_adds_words_to_the_packaged_ones(tmp_path: Path) -> None:
    path = _write(tmp_path, 'extends = "back-pain"\n[[concept]]\nname = "saddle"\nphrases = "wagon seat part"\n')
    assert assess(["my wagon seat part is numb"], rules=path).level == "emergency"


def test_an_operator_takes_a_rule_out_or_replaces_it(tmp_path: Path) -> None:
    off = _write(tmp_path, 'extends = "back-pain"\n[[disable]]\nrule = "new-lump"\n')
    assert "new-lump" not in assess(["a new lump on my spine"], rules=off).rules
    changed = OWN_RULE.replace("weavers-loom", "new-lump").replace('any_of = "loom"', 'any_of = "lump"')
    assert check_rules(_write(tmp_path, changed.replace("my loom elbow is back", "new lump on my back"))).problems == ()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    import os

    path = _write(tmp_path, OWN_RULE)
    assert assess(["loom elbow"], rules=path).level == "urgent"
    _write(tmp_path, OWN_RULE.replace('level = "urgent"', 'level = "emergency"'))
    os.utime(path, ns=(1, 1))
    assert assess(["loom elbow"], rules=path).level == "emergency"


def test_the_check_names_the_line_of_an_example_that_does_not_hold(tmp_path: Path) -> None:
    broken = OWN_RULE.replace('"my loom elbow is back"', '"my elbow"').replace('"no loom elbow"', '"loom elbow!"')
    problems = check_rules(_write(tmp_path, broken)).problems
    assert [problem.split(": ", 1)[1] for problem in problems] == [
        "rule weavers-loom is not met by 'my elbow'. Add a phrase or a pattern for it",
        "rule weavers-loom is met by 'loom elbow!'. Make a pattern narrower or add an exclusion",
    ]
    assert ["line 20" in problems[0], "line 21" in problems[1]] == [True, True]


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        (
            ('level = "urgent"', 'level = "dire"'),
            16,
            "level is 'dire', expected one of: conditional, urgent, emergency",
        ),
        (('any_of = "loom"', 'any_of = "lo om"'), 17, "there is no sign 'lo om'"),
        (('= "weaver_word"\n\n[[rule', '= "weaver"\n\n[[rule'), 11, "there is no concept 'weaver'"),
        (('patterns = "weaver_word"', 'patterns = "weaver_word NEAR"'), 11, "is not of the form"),
        (('"loom elbow"', '"<loomy> elbow"'), 6, "there is no concept 'loomy'"),
        (('"loom elbow"', '["loom elbow"]'), 6, "expected a text in quotes"),
        (('description = "loom elbow"', 'descriptoin = "loom elbow"'), 10, "has no field 'descriptoin'"),
        (('positive_examples = "my loom elbow is back"', ""), 13, "needs at least one example"),
        (('reason = "Loom elbow needs to be seen today."', ""), 13, "reason of [[rule]] is None"),
        (("[[sign]]", "[[signs]]"), 8, "'signs' is not known"),
        (('id = "loom"', "id = loom"), 9, "not valid TOML"),
        (('extends = "back-pain"', 'extends = "backs"'), 2, "expected 'back-pain'"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, change: tuple[str, str], line: int, problem: str
) -> None:
    path = _write(tmp_path, OWN_RULE.replace(*change, 1))
    with pytest.raises(RulesError) as caught:
        assess(["hello"], rules=path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert problem in str(caught.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(RulesError, match=r"No rules file at nowhere\.toml"):
        assess(["hello"], rules="nowhere.toml")


def test_taking_out_a_rule_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="line 2: there is no rule 'gone' to disable"):
        assess(["hello"], rules=_write(tmp_path, '[[disable]]\nrule = "gone"\n'))


def test_a_file_that_extends_nothing_replaces_the_shipped_rules(tmp_path: Path) -> None:
    path = _write(tmp_path, OWN_RULE.replace('extends = "back-pain"', ""))
    assert assess(["my loom elbow is back"], rules=path).level == "urgent"
    assert assess(["I have no loom elbow"], rules=path).level == "none"
    assert assess(["my groin is numb"], rules=path).level == "none"


def test_without_rules_nothing_raises_an_alert() -> None:
    assert assess(["I want to die, my groin is numb"], rules=NO_RULES) == Alert()
    assert assess(["my groin is numb"], rules=SHIPPED_RULES) == assess(["my groin is numb"])
