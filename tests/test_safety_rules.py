"""The rules as data: their own examples, the loader's errors, an operator's file."""

from pathlib import Path

import pytest

from faqbot.errors import RulesError
from faqbot.safety import assess, check_rules, list_rules
from faqbot.safety.book import Rule
from faqbot.safety.conversation import fired_rules
from faqbot.safety.loading import load_book

RULES = load_book().rules
OWN_RULE = """
[[words]]
name = "weaver_word"
phrases = ["loom elbow"]

[[finding]]
id = "loom"
says = "loom elbow"
patterns = ["weaver_word"]

[[rule]]
id = "weavers-loom"
category = "local"
level = "urgent"
when = ["loom"]
reason = "Loom elbow needs to be seen today."
source = "Weavers' clinic"
fires = ["my loom elbow is back"]
quiet = ["no loom elbow"]
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_fires_on_its_examples_and_only_on_those(rule: Rule) -> None:
    book = load_book()
    fired = {
        text: [f.level for f in fired_rules(book, [text]) if f.rule.id == rule.id] for text in rule.fires + rule.quiet
    }
    assert [text for text in rule.fires if fired[text] != [rule.level]] == []
    assert [text for text in rule.quiet if rule.level in fired[text]] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_why_and_from_where(rule: Rule) -> None:
    assert rule.reason.endswith(".") and rule.source and rule.fires and rule.quiet


def test_every_symptom_of_a_rule_can_be_listed_in_plain_words() -> None:
    book = load_book()
    named = {name for rule in RULES for names in rule.when for name in names}
    assert sorted(name for name in named if not book.findings[name].says) == []


def test_ids_are_not_used_twice() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) > 35


def test_the_packaged_rules_pass_their_own_check() -> None:
    checked = check_rules()
    assert checked.problems == ()
    assert checked.rules == len(RULES)
    assert checked.examples == sum(len(rule.fires) + len(rule.quiet) for rule in RULES)


def test_the_listing_shows_level_reason_source_and_examples() -> None:
    listing = list_rules()
    rule = next(rule for rule in RULES if rule.id == "saddle-numbness")
    assert "saddle-numbness: emergency (cauda_equina)" in listing
    for text in (rule.reason, rule.source, rule.fires[0], rule.quiet[0]):
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
    path = _write(tmp_path, '[[words]]\nname = "saddle"\nphrases = ["wagon seat part"]\n')
    assert assess(["my wagon seat part is numb"], rules=path).level == "emergency"


def test_an_operator_takes_a_rule_out_or_replaces_it(tmp_path: Path) -> None:
    off = _write(tmp_path, '[[off]]\nrule = "new-lump"\n')
    assert "new-lump" not in assess(["a new lump on my spine"], rules=off).rules
    changed = OWN_RULE.replace("weavers-loom", "new-lump").replace('when = ["loom"]', 'when = ["lump"]')
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
        "rule weavers-loom does not fire on 'my elbow'. Add a pattern or words for it",
        "rule weavers-loom fires on 'loom elbow!'. Make a pattern narrower or shield the saying",
    ]
    assert ["line 18" in problems[0], "line 19" in problems[1]] == [True, True]


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        (('level = "urgent"', 'level = "dire"'), 14, "level is 'dire', expected one of: urgent, emergency"),
        (('when = ["loom"]', 'when = ["lo om"]'), 15, "there is no finding 'lo om'"),
        (('["weaver_word"]', '["weaver"]'), 9, "there are no words 'weaver'"),
        (('["weaver_word"]', '["weaver_word > "]'), 9, "is not of the form"),
        (('["loom elbow"]', '["<loomy> elbow"]'), 4, "names <loomy>, which is neither words nor a concept"),
        (('["loom elbow"]', '"loom elbow"'), 4, "expected a list of texts"),
        (('says = "loom elbow"', 'sais = "loom elbow"'), 8, "has no field 'sais'"),
        (('fires = ["my loom elbow is back"]', "fires = []"), 11, "needs at least one example in fires"),
        (('reason = "Loom elbow needs to be seen today."', ""), 11, "reason of [[rule]] is None"),
        (("[[finding]]", "[[findings]]"), 6, "'findings' is not known"),
        (('id = "loom"', "id = loom"), 7, "not valid TOML"),
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
    with pytest.raises(RulesError, match="line 2: there is no rule 'gone' to take out"):
        assess(["hello"], rules=_write(tmp_path, '[[off]]\nrule = "gone"\n'))
