"""What the page's events give, whatever the browser sends them."""

import pytest

from faqbot import FaqBot
from faqbot.safety import questions
from faqbot.service import FAULT
from faqbot.settings import Settings
from faqbot.texts import Texts
from faqbot.ui.handlers import Handlers
from faqbot.ui.symptom_check import check_form
from test_service import Breaking

ALARM = "I can't feel my legs and I've wet myself"
QUESTION = "does walking cause back pain"
KEPT = [{"title": "Shoes <b>", "document": "shoes.md", "url": "https://shoes.example/a"}]


@pytest.fixture
def handlers(bot: FaqBot) -> Handlers:
    return Handlers(bot, Settings())


def test_an_exchange_is_shown_remembered_and_leaves_the_box_empty(handlers: Handlers, bot: FaqBot) -> None:
    value, said, box = handlers.ask(QUESTION, ["my back aches"])
    assert bot.answer(QUESTION, ["my back aches"]).hits[0].passage.id in value["html"]
    assert value["banner"]["level"] == "none"
    assert value["fresh"] is False
    assert said == ["my back aches", QUESTION]
    assert box == ""


def test_two_equal_exchanges_are_two_values(handlers: Handlers) -> None:
    assert handlers.ask(QUESTION, [])[0]["n"] != handlers.ask(QUESTION, [])[0]["n"]


def test_an_emergency_raises_the_banner_and_is_short_when_said_again(handlers: Handlers) -> None:
    value, said, _ = handlers.ask(ALARM, [])
    assert value["banner"]["level"] == "emergency"
    assert "This still holds" not in value["html"]
    again, _, _ = handlers.ask("which shoes help", said)
    assert again["banner"]["level"] == "emergency"
    assert "This still holds, because of what you wrote before." in again["html"]


@pytest.mark.parametrize("question", ["", "   ", "x" * 2001])
def test_a_refused_question_says_why_and_stays_in_the_box(handlers: Handlers, question: str) -> None:
    value, said, box = handlers.ask(question, ["before"])
    assert '<p class="problem">' in value["html"]
    assert said == ["before"]
    assert box == question


def test_the_length_limit_holds_in_the_function_and_the_advice_with_it(handlers: Handlers) -> None:
    value, _, _ = handlers.ask("my back aches. " * 200 + ALARM, [])
    assert value["banner"]["level"] == "emergency"
    assert "at most 2,000 are answered" in value["html"]


@pytest.mark.parametrize("said", [None, "text", [1], [["nested"]], {"a": 1}])
def test_earlier_messages_that_are_no_texts_are_refused(handlers: Handlers, said: object) -> None:
    value, _, _ = handlers.ask(ALARM, said)  # type: ignore[arg-type]
    assert "What the page sent cannot be read." in value["html"]
    assert value["banner"]["level"] == "emergency"


def test_a_conversation_of_thousands_is_not_even_read(handlers: Handlers) -> None:
    value, _, _ = handlers.ask(ALARM, ["x"] * 2001)
    assert "What the page sent cannot be read." in value["html"]
    assert value["banner"]["level"] == "emergency"


def test_too_long_a_conversation_is_refused_not_trimmed(handlers: Handlers) -> None:
    value, said, _ = handlers.ask(QUESTION, ["x"] * 201)
    assert "Start a new conversation" in value["html"]
    assert len(said) == 201


def test_whatever_breaks_the_advice_is_shown() -> None:
    handlers = Handlers(Breaking(MemoryError()), Settings())
    value, _, box = handlers.ask("q", [])
    assert FAULT in value["html"]
    assert value["banner"]["level"] == "urgent"
    assert box == "q"


def test_the_check_concludes_by_the_rules(handlers: Handlers) -> None:
    value = handlers.check({"both_legs": "yes", "where": "lower back"})
    assert value["banner"]["level"] == "emergency"
    assert "care-emergency" in value["html"]
    assert "It cannot rule anything out." in value["html"]


def test_a_check_without_a_warning_sign_says_when_to_get_help_and_never_that_all_is_well(handlers: Handlers) -> None:
    value = handlers.check({"both_legs": "no"})
    assert value["banner"]["level"] == "none"
    assert 'class="care care-none' in value["html"]
    assert "no red flags" not in value["html"].lower()


@pytest.mark.parametrize("answers", [None, [], {"both_legs": 1}, {"both_legs": "maybe"}, {"planted<b>": "yes"}, "x"])
def test_answers_that_cannot_be_are_refused_as_text(handlers: Handlers, answers: object) -> None:
    value = handlers.check(answers)  # type: ignore[arg-type]
    assert value["html"].startswith('<p class="problem">')
    assert "<b>" not in value["html"]


def test_the_form_asks_every_question_by_name() -> None:
    form = check_form(Texts())
    for question in questions():
        assert form.count(f'data-name="{question.id}"') == 1


def test_the_summary_holds_what_was_said_answered_and_kept(handlers: Handlers) -> None:
    value = handlers.summarise(["my <i>back</i> aches", ALARM], {"since": "May"}, KEPT)
    for html in (value["html"], value["page"]):
        assert "my &lt;i&gt;back&lt;/i&gt; aches" in html
        assert "Shoes &lt;b&gt;" in html
        assert "May" in html
        assert "Call your local emergency number" in html
    assert value["page"].startswith("<!doctype html>")


def test_an_address_that_is_no_web_address_is_no_source(handlers: Handlers) -> None:
    value = handlers.summarise([], {}, [KEPT[0] | {"url": "javascript:alert(1)"}])
    assert "javascript" not in value["html"] + value["page"]
    assert "shoes.md" in value["page"]


@pytest.mark.parametrize(
    ("said", "answers", "kept"),
    [(None, {}, []), ([], None, []), ([], {}, None), ([], {}, [1]), ([], {}, [{"title": 1}]), ([], {"x": "yes"}, [])],
)
def test_a_summary_of_what_cannot_be_is_refused(
    handlers: Handlers, said: object, answers: object, kept: object
) -> None:
    value = handlers.summarise(said, answers, kept)  # type: ignore[arg-type]
    assert value["html"].startswith('<p class="problem">')
    assert value["page"] == ""
