"""Feedback through REST and the page's own functions: off unless turned on, checked, and never in an answer's way."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.errors import FeedbackError, IndexMissingError
from faqbot.feedback import VERDICTS, FeedbackEntry, FeedbackRecorder, read_counts, read_entries
from faqbot.server.app import create_app
from faqbot.server.schemas import FeedbackBody
from faqbot.service import ErrorResponse, FeedbackRequest, FeedbackSaved, save_feedback
from faqbot.settings import Settings
from faqbot.ui.handlers import Handlers
from web_samples import answer

QUESTION = "does walking cause back pain"
UNANSWERED = "translate good night into Japanese"
ALARM = "I can't feel my legs and I've wet myself"
OFF = "Feedback is off on this server. Turn it on with: faqbot serve --feedback FILE"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feedback.db"


@pytest.fixture
def client(bot: FaqBot, path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(bot, Settings(feedback=str(path)))) as client:
        yield client


def judged(bot: FaqBot, verdict: str = "not_helpful") -> dict[str, Any]:
    """What a program sends of an answer."""
    found = bot.answer(QUESTION)
    first = found.hits[0].passage.id
    return {"question": QUESTION, "verdict": verdict, "passage_id": first, "confidence": found.confidence}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_rest_keeps_a_verdict_with_what_the_index_says_of_the_passage(
    client: TestClient, bot: FaqBot, path: Path, verdict: str
) -> None:
    response = client.post("/api/feedback", json=judged(bot, verdict))
    assert (response.status_code, response.json()) == (200, {"kept": True})
    (entry,) = read_entries(path)
    passage = bot.answer(QUESTION).hits[0].passage
    assert (entry.question, entry.verdict, entry.passage_id) == (QUESTION, verdict, passage.id)
    assert entry.title == f"{passage.title} > {passage.question}"
    assert (entry.source, entry.index_version) == (passage.document_id, bot.index_version)


def test_feedback_on_no_passage_is_kept_too(client: TestClient, path: Path) -> None:
    client.post("/api/feedback", json={"question": "my name is Jane, yoga?", "verdict": "did_not_answer"})
    (entry,) = read_entries(path)
    assert (entry.question, entry.passage_id, entry.title, entry.source) == ("my name is [name], yoga?", "", "", "")


def test_off_is_said_and_nothing_is_written(bot: FaqBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with TestClient(create_app(bot, Settings())) as off:
        response = off.post("/api/feedback", json=judged(bot))
        assert (response.status_code, response.json()) == (404, {"error": OFF})
        off.post("/api/answer", json={"question": UNANSWERED})
        assert "Feedback is on" not in off.get("/").text + off.get("/widget.js").text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question": " "}, "The question has 1 characters, expected 1 to 2,000"),
        ({"question": "x" * 2001}, "The question has 2,001 characters, expected 1 to 2,000"),
        ({"question": 7}, "question: Input should be a valid string"),
        ({"verdict": "unanswered"}, "verdict: Input should be 'helpful', 'not_helpful' or 'did_not_answer'"),
        ({"verdict": None}, "verdict: Input should be"),
        ({"confidence": 1.5}, "confidence: Input should be less than or equal to 1"),
        ({"confidence": "0.5"}, "confidence: Input should be a valid number"),
        ({"passage_id": "0123456789abcdef"}, "That passage is not in the index in use."),
        ({"passage_id": "planted <b>"}, "That passage is not in the index in use."),
        ({"name": "Jane"}, "name: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_used_is_refused_and_not_kept(
    client: TestClient, bot: FaqBot, path: Path, changes: dict[str, Any], said: str
) -> None:
    response = client.post("/api/feedback", json=judged(bot) | changes)
    assert response.status_code == 422
    assert said in response.json()["error"]
    assert read_entries(path) == ()


def test_it_is_described_with_its_errors(client: TestClient) -> None:
    how = client.get("/api/openapi.json").json()["paths"]["/api/feedback"]["post"]
    assert sorted(how["responses"]) == ["200", "400", "401", "404", "413", "415", "422", "500", "503"]
    assert how["responses"]["404"]["description"] == "Feedback is off on this server"
    assert get_args(FeedbackBody.model_fields["verdict"].annotation) == VERDICTS


def test_the_token_guards_it_too(bot: FaqBot, path: Path) -> None:
    with TestClient(create_app(bot, Settings(feedback=str(path), token="s3cret"))) as guarded:
        assert guarded.post("/api/feedback", json=judged(bot)).status_code == 401
        headers = {"Authorization": "Bearer s3cret"}
        assert guarded.post("/api/feedback", json=judged(bot), headers=headers).status_code == 200


def test_unanswered_questions_of_rest_are_kept_and_answered_ones_counted(
    client: TestClient, bot: FaqBot, path: Path
) -> None:
    assert not bot.answer(UNANSWERED).answered
    for question in (UNANSWERED, QUESTION, QUESTION):
        assert client.post("/api/answer", json={"question": question}).status_code == 200
    for _ in range(100):  # it is written soon, not at once
        if sum(each.count for each in read_counts(path)) == 3:
            break
        time.sleep(0.05)
    assert [(entry.question, entry.verdict) for entry in read_entries(path)] == [(UNANSWERED, "unanswered")]
    assert {each.band: each.count for each in read_counts(path)} == {"none": 1, bot.answer(QUESTION).band: 2}


def test_a_file_that_cannot_be_written_is_a_clear_answer_and_a_line_without_words(
    client: TestClient, bot: FaqBot, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path.write_bytes(b"no database " * 500)
    response = client.post("/api/feedback", json=judged(bot))
    assert response.status_code == 503
    assert response.json()["error"] == "Your feedback could not be kept. Questions are answered all the same."
    answered = client.post("/api/answer", json={"question": UNANSWERED})
    assert answered.json() == bot.answer(UNANSWERED).to_dict()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("faqbot")]
    assert next(line for line in ours if "is not a database" in line).startswith("Feedback is not kept: ")
    assert not any("Japanese" in line or QUESTION in line for line in ours)


def test_a_place_that_can_hold_no_file_stops_the_start(bot: FaqBot, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="is a folder, expected a file for feedback"):
        create_app(bot, Settings(feedback=str(tmp_path)))


def test_without_an_index_what_is_wrong_with_it_is_said(path: Path, bot: FaqBot) -> None:
    app = create_app(IndexMissingError("No index at index/. Run: faqbot build corpus"), Settings(feedback=str(path)))
    with TestClient(app) as closed:
        response = closed.post("/api/feedback", json=judged(bot))
        assert (response.status_code, response.json()["error"]) == (503, "No index at index/. Run: faqbot build corpus")
        assert closed.post("/api/feedback", json={"question": "q", "verdict": "helpful"}).status_code == 200
    assert [entry.index_version for entry in read_entries(path)] == [""]


def test_the_widget_says_that_questions_are_kept(client: TestClient) -> None:
    assert "Feedback is on: questions without an answer" in client.get("/widget.js").text
    assert len(client.get("/widget.js").content) < 25_000


def test_a_verdict_in_an_emergency_is_kept_without_its_words(bot: FaqBot, path: Path) -> None:
    reply = save_feedback(
        bot, FeedbackRecorder(path), FeedbackRequest(ALARM, "did_not_answer", judged(bot)["passage_id"]), most=2000
    )
    assert reply == FeedbackSaved()
    (entry,) = read_entries(path)
    assert (entry.question, entry.verdict) == ("", "did_not_answer")


@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), -0.1, 1.01])
def test_a_confidence_that_is_none_is_refused(bot: FaqBot, path: Path, confidence: float) -> None:
    reply = save_feedback(
        bot, FeedbackRecorder(path), FeedbackRequest("q", "helpful", confidence=confidence), most=2000
    )
    assert isinstance(reply, ErrorResponse)
    assert reply.message.startswith("The confidence is not between 0 and 1.")


@pytest.mark.parametrize(
    "given",
    [
        None, [], "x", {}, {"question": "q"}, {"question": 1, "verdict": "helpful"},
        {"question": "q", "verdict": "helpful", "confidence": "1"}, {"question": "q", "verdict": "helpful", "x": 1},
        {"question": "q", "verdict": ["helpful"]}, {"question": "q", "verdict": "splendid"},
    ],
)  # fmt: skip
def test_the_page_takes_nothing_that_it_cannot_read(bot: FaqBot, path: Path, given: object) -> None:
    value = Handlers(bot, Settings(), FeedbackRecorder(path)).tell(given)  # type: ignore[arg-type]
    assert value["kept"] is False
    assert value["words"]
    assert read_entries(path) == ()


def test_the_page_keeps_a_verdict_only_where_feedback_is_on(bot: FaqBot, path: Path) -> None:
    given = {"question": QUESTION, "verdict": "helpful", "passage_id": "", "confidence": 1}
    assert Handlers(bot, Settings()).tell(given)["kept"] is False
    value = Handlers(bot, Settings(), FeedbackRecorder(path)).tell(given)
    assert (value["kept"], value["words"]) == (True, "Thank you. This helps to make the articles better.")
    assert [(entry.question, entry.verdict) for entry in read_entries(path)] == [(QUESTION, "helpful")]


def test_an_answer_has_buttons_only_where_it_is_one_and_nobody_is_in_danger(bot: FaqBot, path: Path) -> None:
    from faqbot.ui.options import PageOptions, View
    from faqbot.ui.render_answer import answer_turn
    from web_samples import EMERGENCY

    view = View(PageOptions(feedback=True))
    assert 'class="opinion"' in answer_turn(answer(), view)
    assert "&lt;again&gt;" in answer_turn(answer(), view).split("data-opinion")[1].split(">", 1)[0]
    for shown in (
        answer_turn(answer(), View()),
        answer_turn(answer(band="none"), view),
        answer_turn(answer(alert=EMERGENCY), view),
    ):
        assert 'class="opinion"' not in shown


def test_an_entry_names_no_person() -> None:
    assert [name for name in FeedbackEntry.__slots__] == [
        "question", "verdict", "passage_id", "title", "source", "confidence", "index_version", "day",
    ]  # fmt: skip
