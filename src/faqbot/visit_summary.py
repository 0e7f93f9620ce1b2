"""The summary for a visit: a conversation and a guided check become one page, as Markdown or printable HTML.

Made on the spot and stored nowhere. Everything that a person wrote is quoted as text: marks of Markdown or HTML in it
stay marks of theirs.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from faqbot.config import SafetyConfig
from faqbot.safety import assess, conclude, questions, standing_banner
from faqbot.types import Alert, Passage

MOST_MESSAGES = 8
MOST_PASSAGES = 6
LONGEST_QUOTE = 280
QUESTIONS_TO_ASK = (
    "What do you think is causing my pain, and what else could it be?",
    "Do I need tests or a scan, and what would they change?",
    "How much may I walk, and when should I stop?",
    "Which treatments help, and what are their risks?",
    "When should I come back, and which signs mean that I must not wait?",
)
_OPEN_LABELS = {"where": "Where", "since": "Since", "worse": "Worse with", "better": "Better with"}
_SHEET_TITLE = "Summary for my visit"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm }}
body {{ font: 11pt/1.35 sans-serif; max-width: 46em; margin: 1em auto; color: #000; background: #fff }}
h1 {{ font-size: 16pt }} h2 {{ font-size: 12pt; margin: .8em 0 .2em }} ul {{ margin: 0; padding-left: 1.2em }}
.alert {{ border: 2px solid #000; padding: .2em .8em }} section {{ break-inside: avoid }}
li {{ overflow-wrap: anywhere }}
</style>
</head>
<body>
{body}
</body>
</html>
"""
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?=//)|(?<=www)\.")


@dataclass(frozen=True, slots=True)
class Read:
    """A passage that was read, by its title and where it comes from."""

    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One page for a clinician: `reported` and `answered` are pairs of label and the person's words or answer."""

    alert: Alert
    banner: str
    reported: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    answered: tuple[tuple[str, str], ...]
    to_ask: tuple[str, ...]
    read: tuple[Read, ...]


def summarise(
    messages: Sequence[str],
    *,
    answers: Mapping[str, str] | None = None,
    passages: Iterable[Passage] = (),
    config: SafetyConfig = SafetyConfig(),  # noqa: B008 - frozen
) -> Visit:
    """The summary of a conversation, of the answers to the guided check by question id, and of the passages read.

    The higher of the two levels, of the messages and of the check, stands on the page. Only the last MOST_MESSAGES
    messages are quoted, each up to LONGEST_QUOTE characters, so that the page stays one.
    Raises AnswerError for an answer that the check does not know, and SettingsError without the shipped rules.
    """
    config.need_back_pain("The summary for a visit")
    given = dict(answers or {})
    alert = assess([*messages, *_open_answers(given)], config=config)
    checked = conclude(given, config=config) if given else Alert()
    return Visit(
        alert=_graver(alert, checked),
        banner=standing_banner(config.region),
        reported=tuple(
            (label, _short(given[name])) for name, label in _OPEN_LABELS.items() if given.get(name, "").strip()
        ),
        words=tuple(_short(message) for message in messages if message.strip())[-MOST_MESSAGES:],
        answered=tuple((q.text, given[q.id]) for q in questions() if not q.open and q.id in given),
        to_ask=QUESTIONS_TO_ASK,
        read=tuple(dict.fromkeys(_read(passage) for passage in passages))[:MOST_PASSAGES],
    )


def _open_answers(given: Mapping[str, str]) -> list[str]:
    return [given[question.id] for question in questions() if question.open and question.id in given]


def _graver(first: Alert, second: Alert) -> Alert:
    """The alert of the higher level; at the same level the first, unless it has nothing to say."""
    order = ("none", "conditional", "urgent", "emergency")
    return second if order.index(second.level) > order.index(first.level) or not first.heading else first


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_QUOTE else flat[: LONGEST_QUOTE - 1].rstrip() + "…"


def _read(passage: Passage) -> Read:
    return Read(_short(passage.name), passage.url or passage.document_id)


def write_markdown(visit: Visit) -> str:
    """The page as Markdown."""
    parts = [f"# {_SHEET_TITLE}", _plain(visit.banner)]
    if visit.alert.heading:
        parts += [f"**{_plain(visit.alert.heading)}**", *(_plain(line) for line in visit.alert.body)]
    for title, lines in _sections(visit):
        parts.append(f"## {title}")
        parts.append("\n".join(f"- {_pair(label, text, _plain)}" for label, text in lines))
    return "\n\n".join(parts) + "\n"


def write_html(visit: Visit) -> str:
    """The page as an HTML document of its own, to print on one sheet; it loads nothing."""
    body = [f"<h1>{_SHEET_TITLE}</h1>", f"<p>{html.escape(visit.banner)}</p>"]
    if visit.alert.heading:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in visit.alert.body)
        body.append(f'<section class="alert"><h2>{html.escape(visit.alert.heading)}</h2>{lines}</section>')
    for title, pairs in _sections(visit):
        items = "".join(f"<li>{_pair(label, text, html.escape)}</li>" for label, text in pairs)
        body.append(f"<section><h2>{title}</h2><ul>{items}</ul></section>")
    return _PAGE.format(title=_SHEET_TITLE, body="\n".join(body))


def _sections(visit: Visit) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """The parts of the page that have something in them: a title and pairs of label (or "") and text."""
    sections = (
        ("The pain", list(visit.reported)),
        ("In my own words", [("", text) for text in visit.words]),
        ("What I answered", list(visit.answered)),
        ("Questions to ask", [("", text) for text in visit.to_ask]),
        ("What I have read", [(read.title, read.source) for read in visit.read]),
    )
    return ((title, lines) for title, lines in sections if lines)


def _pair(label: str, text: str, escape: Callable[[str], str]) -> str:
    if not label:
        return escape(text)
    return f"{escape(label)} {escape(text)}" if label.endswith("?") else f"{escape(label)}: {escape(text)}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\g<0>", text)
