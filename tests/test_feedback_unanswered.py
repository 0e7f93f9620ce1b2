"""`faqbot unanswered` and `faqbot stats` on a real index: what is listed, what is added, and that nothing gets worse unseen."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from command_line import run
from faqbot.bot import FaqBot
from faqbot.feedback import read_entries
from faqbot.feedback.store import append
from faqbot.index import build
from faqbot.promotion import group_questions
from faqbot.settings import Settings
from faqbot.variants import read_variants, write_variants
from index_samples import link_encoders
from unanswered_samples import FAQ, SWIM, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]) -> Path:
    folder = tmp_path_factory.mktemp("unanswered") / "made"
    with_encoder(folder / "index")
    make(folder)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to change, as the working folder; its encoder, which no build writes to, is the same."""
    shutil.copytree(made, tmp_path / "here", copy_function=link_encoders)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("FAQBOT_THREADS", "1")
    return tmp_path / "here"


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    code, out, _ = run(capsys, "unanswered", "feedback.db", "--json")
    assert code == 0
    return list(json.loads(out))


@pytest.fixture(scope="module")
def swim(made: Path) -> str:
    """The id of the group of questions about swimming."""
    entries = [each for each in read_entries(made / "feedback.db") if each.verdict != "helpful"]
    return group_questions(entries, made / "index", Settings())[0].id


def state(folder: Path) -> dict[str, str]:
    """Every file with a digest of what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(("feedback.db-", "LOCK"))
    }


def test_groups_are_listed_the_largest_first_with_what_the_bot_says_today(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    swim, parking = listed(capsys)
    with FaqBot.load("index") as bot:
        today = bot.answer(str(swim["questions"][0]))  # type: ignore[index]
    assert set(swim["questions"]) == {*SWIM, "my name is [name], is swimming really good for me"}  # type: ignore[call-overload]
    assert (swim["count"], swim["days"]) == (5, ["2026-11-20", "2026-11-22"])
    assert swim["verdicts"] == {"did_not_answer": 1, "not_helpful": 1, "unanswered": 3}
    assert (swim["band"], swim["confidence"]) == (today.band, round(today.confidence, 4))
    best = today.hits[0].passage
    assert swim["nearest"] == {
        "id": best.id, "document_id": "faq.yaml", "title": "Moving > Can I swim with back pain?",
    }  # fmt: skip
    assert parking["questions"] == ["what does parking cost at the clinic"]


def test_people_get_the_same_as_text(capsys: pytest.CaptureFixture[str], here: Path, swim: str) -> None:
    code, out, _ = run(capsys, "unanswered", "feedback.db", "--most", "1")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{swim}  5 (1 did not answer, 1 not helpful, 3 unanswered); 2 days, 2026-11-20 to 2026-11-22"
    assert lines[-2].startswith("    today: ")
    assert lines[-2].endswith("nearest: Moving > Can I swim with back pain? (faq.yaml)")
    assert lines[-1] == "feedback.db: 6 questions in 2 groups, 1 of them shown"


def test_earlier_days_can_be_left_out(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    _, out, _ = run(capsys, "unanswered", "feedback.db", "--since", "2026-11-22")
    assert out.endswith("feedback.db: 2 questions in 1 groups, 1 of them shown\n")
    code, out, _ = run(capsys, "unanswered", "feedback.db", "--since", "2027-01-01")
    assert (code, out) == (0, "feedback.db: 0 questions in 0 groups, 0 of them shown\n")


def test_a_dry_run_shows_the_change_and_makes_none(capsys: pytest.CaptureFixture[str], here: Path, swim: str) -> None:
    before = state(here)
    code, out, _ = run(
        capsys, "unanswered", "feedback.db", "--promote", swim, "--to", "can I swim with back pain", "--dry-run"
    )
    assert code == 0
    assert f"+ {SWIM[0]}\n" in out
    assert "left out: my name is [name], is swimming really good for me: personal data was taken out of it" in out
    assert out.endswith("nothing was changed: --dry-run\n")
    assert state(here) == before
    assert sorted(path.name for path in here.iterdir()) == sorted(
        path.name for path in here.iterdir() if "trial" not in path.name
    )


def test_promoting_writes_variants_rebuilds_and_shows_both_evaluations(
    capsys: pytest.CaptureFixture[str], here: Path, swim: str
) -> None:
    arguments = ("--promote", swim, "--to", "Can I swim with back pain?", "--eval", "questions.jsonl")
    code, out, _ = run(capsys, "unanswered", "feedback.db", *arguments)
    assert code == 0
    assert "right passage first, of 1 questions" in out
    assert "questions and variants of the corpus that find their entry first" in out
    assert (here / "corpus" / "faq.yaml").read_text() == FAQ
    assert read_variants(here / "corpus").keys() == {"Can I swim with back pain?"}
    assert set(read_variants(here / "corpus")["Can I swim with back pain?"]) == set(SWIM)
    with FaqBot.load("index") as bot:
        assert bot.index_version.startswith("000002-")
        best = bot.answer(SWIM[1]).hits[0].passage
        assert (best.question, set(best.alternates) >= set(SWIM)) == ("Can I swim with back pain?", True)
    code, _, err = run(capsys, "unanswered", "feedback.db", *arguments)
    assert code == 1
    assert "Nothing of group" in err


def test_questions_that_do_not_belong_are_left_out(capsys: pytest.CaptureFixture[str], here: Path, swim: str) -> None:
    arguments = ("--promote", swim, "--to", "Can I swim with back pain?", "--dry-run")
    _, out, _ = run(
        capsys, "unanswered", "feedback.db", *arguments, "--leave-out", SWIM[0].upper(), "--leave-out", SWIM[2]
    )
    assert [line.removeprefix("+ ") for line in out.splitlines() if line.startswith("+ ")] == [SWIM[1]]


def test_a_change_that_makes_answers_worse_is_refused_unless_forced(
    capsys: pytest.CaptureFixture[str], here: Path, swim: str
) -> None:
    before = state(here)
    arguments = ("--promote", swim, "--to", "Can I cycle with back pain?", "--eval", "questions.jsonl")
    code, out, _ = run(capsys, "unanswered", "feedback.db", *arguments)
    assert code == 1
    assert "WORSE questions answered first: 1 -> 0" in out
    assert out.endswith("nothing was changed: answers would get worse. Choose another entry, or add --force\n")
    assert state(here) == before
    code, out, _ = run(capsys, "unanswered", "feedback.db", *arguments, "--force")
    assert code == 0
    assert SWIM[0] in read_variants(here / "corpus")["Can I cycle with back pain?"]


def test_a_heading_of_a_page_takes_variants_too_and_those_that_were_there_stay(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    write_variants(here / "corpus", {"Can I cycle with back pain?": ["is cycling ok"]})
    build(here / "corpus", here / "index", settings=Settings())
    parking = str(listed(capsys)[1]["id"])
    code, _, _ = run(
        capsys, "unanswered", "feedback.db", "--promote", parking, "--to", "how should i lie at night", "--force"
    )
    assert code == 0
    assert read_variants(here / "corpus") == {
        "Can I cycle with back pain?": ("is cycling ok",),
        "How should I lie at night?": ("what does parking cost at the clinic",),
    }
    with FaqBot.load("index") as bot:
        assert bot.answer("what does parking cost at the clinic").hits[0].passage.document_id == "sleep.md"


def test_a_corpus_that_changed_since_the_build_is_built_first(
    capsys: pytest.CaptureFixture[str], here: Path, swim: str
) -> None:
    (here / "corpus" / "new.md").write_text("# New\n\nA new page about something.\n")
    code, _, err = run(capsys, "unanswered", "feedback.db", "--promote", swim, "--to", "which shoes help")
    assert code == 1
    assert (
        "index was not made from corpus as it is now with these settings. Run: faqbot build corpus --index index" in err
    )
    assert (here / "corpus" / "faq.yaml").read_text() == FAQ


def test_stats_count_index_and_feedback(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    code, out, _ = run(capsys, "stats", "--feedback", "feedback.db", "--json")
    found = json.loads(out)
    assert code == 0
    assert found.pop("feedback") == {
        "questions": 10,
        "answered": 0.7,
        "by_day": {"2026-11-20": 9, "2026-11-21": 1},
        "verdicts": {"did_not_answer": 1, "helpful": 1, "not_helpful": 1, "unanswered": 4},
        "helpful": 1 / 3,
    }
    assert found.pop("bytes") == sum(path.stat().st_size for path in (here / "index").rglob("*") if path.is_file())
    assert found.pop("version").startswith("000001-")
    assert found.pop("created").startswith("20")
    assert found == {
        "documents": 2, "passages": 4, "pairs": 4, "alternates": 2, "words": [11.5, 15], "sources": 2, "dated": 1,
        "oldest_review": "2025-03-04", "unreviewed": 0, "encoder": "all-MiniLM-L6-v2",
    }  # fmt: skip


def test_stats_are_a_table_for_people(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    _, out, _ = run(capsys, "stats", "--feedback", "feedback.db")
    rows = dict(line.split("  ", 1) for line in out.splitlines())
    table = {name: value.strip() for name, value in rows.items()}
    assert table["question-answer pairs"] == "4"
    assert table["sources with a date, without"] == "1, 1"
    assert table["of them answered"] == "70%"
    assert table["2026-11-20"] == "9 questions"
    _, out, _ = run(capsys, "stats")
    assert "questions" not in out


def _newer(path: Path) -> None:
    append(path, [])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")


WRONG_USE = [
    (("unanswered",), 2, "the following arguments are required: file"),
    (("unanswered", "none.db"), 1, "No feedback file at none.db. Run: faqbot serve --feedback none.db"),
    (("unanswered", "corpus"), 1, "No feedback file at corpus."),
    (("unanswered", "questions.jsonl"), 1, "questions.jsonl cannot be read: file is not a database"),
    (
        ("unanswered", "newer.db"),
        1,
        "newer.db has feedback of version 7, made by a newer faqbot; this one knows version 2.",
    ),
    (("unanswered", "feedback.db", "--index", "none"), 1, "No index at none."),
    (
        ("unanswered", "feedback.db", "--since", "yesterday"),
        2,
        "must be a date such as 2026-11-22, got 'yesterday'",
    ),
    (("unanswered", "feedback.db", "--most", "0"), 2, "argument --most: "),
    (("unanswered", "feedback.db", "--promote", "abc"), 2, "--promote GROUP and --to QUESTION go together"),
    (("unanswered", "feedback.db", "--to", "x"), 2, "--promote GROUP and --to QUESTION go together"),
    (("unanswered", "feedback.db", "--promote", "abc", "--to", "x"), 1, "There is no group abc now. Groups: "),
    (
        ("unanswered", "feedback.db", "--promote", "{group}", "--to", "which shoes help", "--leave-out", "zumba"),
        1,
        "has no question 'zumba'. It has: ",
    ),
    (("unanswered", "feedback.db", "--promote", "{group}", "--to", "x"), 1, "No entry of the corpus asks 'x'"),
    (
        ("unanswered", "feedback.db", "--promote", "{group}", "--to", "which shoes help", "--corpus", "none"),
        1,
        "No corpus at none",
    ),
    (
        ("unanswered", "feedback.db", "--promote", "{group}", "--to", "which shoes help", "--eval", "none.jsonl"),
        1,
        "The questions in none.jsonl cannot be read",
    ),
    (
        (
            "unanswered",
            "feedback.db",
            "--promote",
            "{group}",
            "--to",
            "which shoes help",
            "--store",
            "milvus-lite:x.db",
        ),
        1,
        "--store",
    ),
    (("stats", "--index", "none"), 1, "No index at none."),
    (("stats", "--feedback", "none.db"), 1, "No feedback file at none.db."),
    (("serve", "--feedback", "corpus", "--port", "0"), 1, "corpus is a folder, expected a file for feedback."),
    (("serve", "--feedback", "no/feedback.db", "--port", "0"), 1, "is in a folder that is not there"),
    (("serve", "--feedback", "newer.db", "--port", "0"), 1, "made by a newer faqbot"),
    (("serve", "--feedback", "newer.db", "--port", "0", "--workers", "2"), 1, "made by a newer faqbot"),
    (("serve", "--feedback"), 2, "argument --feedback: expected one argument"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG_USE, ids=[" ".join(row[0]) for row in WRONG_USE])
def test_wrong_use_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], here: Path, swim: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    _newer(here / "newer.db")
    found, _, err = run(capsys, *(part.format(group=swim) for part in arguments))
    assert found == code
    assert said in err
    assert "Traceback" not in err
    if code == 1:
        assert len(err.strip().splitlines()) == 1, err
    assert (here / "corpus" / "faq.yaml").read_text() == FAQ


def test_the_feedback_setting_is_the_default_of_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    from faqbot.cli.parser import make_parser
    from faqbot.settings import read_settings

    settings = read_settings({"FAQBOT_FEEDBACK": "kept.db"})
    assert make_parser(settings).parse_args(["serve"]).feedback == "kept.db"
    assert make_parser(read_settings({})).parse_args(["serve"]).feedback == ""


@pytest.mark.parametrize(
    ("arguments", "bars"),
    [
        (("lint",), {"trying questions"}),
        (
            ("unanswered", "feedback.db", "--to", "which shoes help", "--dry-run", "--promote"),
            {"evaluating, before", "evaluating, after"},
        ),
    ],
)
def test_long_work_shows_how_far_it_is(
    capsys: pytest.CaptureFixture[str],
    here: Path,
    swim: str,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    bars: set[str],
) -> None:
    given = (*arguments, swim) if arguments[0] == "unanswered" else arguments
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _, _, err = run(capsys, *given)
    assert {bar for bar in bars if f"{bar}: " in err} == bars
