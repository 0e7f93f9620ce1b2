"""The HTML of the owner's page. Every value is escaped; passages are shown as in the chat, HTML in them as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

from faqbot.admin.jobs import Job
from faqbot.admin.sessions import Outcome
from faqbot.admin.staging import Entry
from faqbot.readers import SUFFIXES
from faqbot.service import ErrorResponse
from faqbot.types import Answer
from faqbot.ui.markdown_html import Surroundings, passage_html

STATUS = {
    "published": "published",
    "new": "new, not published yet",
    "changed": "changed, not published yet",
    "removed": "will be removed",
    "skipped": "not read",
}
_LINKS = (("./", "Documents"), ("check", "Check"), ("try", "Try a question"), ("unanswered", "Unanswered questions"))
_KINDS = (
    "Tables saved as CSV, with the columns question and answer; Word (.docx), PDF, Markdown, HTML and text files. "
    "20 MB at once at most. A file of the same name is replaced."
)
_BADNESS = {
    "error": '<strong class="error">Mend this:</strong>',
    "warning": '<strong class="quiet">Look at this:</strong>',
}
_INTERRUPTED = {
    "publishing": "The last publication was broken off. Nothing is lost: publish again to finish it.",
    "rolling back": "The roll-back was broken off. Nothing is lost: finish it now.",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around its content: the title of the chat, the CSRF token, notices and the work under way."""

    site: str = ""
    csrf: str = ""
    notices: Sequence[str] = ()
    job: Job = field(default_factory=Job)


@dataclass(frozen=True, slots=True)
class Group:
    """Unanswered questions that ask the same, what people get for them today, and what became of the last attempt."""

    found: Mapping[str, Any]
    today: Answer | ErrorResponse
    outcome: Outcome | None


def layout(title: str, body: str, frame: Frame, *, here: str = "") -> str:
    """Return a whole page; without a CSRF token nobody is logged in and there is no navigation."""
    told = "".join(f"<p>{escape(notice)}</p>" for notice in frame.notices)
    links = "".join(
        f'<li><a href="{address}"{" aria-current=page" if address == here else ""}>{name}</a></li>'
        for address, name in _LINKS
    )
    top = (
        f'<nav aria-label="Parts of this page"><ul>{links}<li><a href="../">Open the chat</a></li></ul>'
        f"{_form('logout', frame, _button('Log out'))}</nav>"
        if frame.csrf
        else ""
    )
    site = f"{frame.site}: owner’s page" if frame.site else "Owner’s page"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} – {escape(site)}</title>"
        '<link rel="stylesheet" href="admin.css"><script src="admin.js" defer></script>'
        f'</head><body><header><p class="site">{escape(site)}</p>{top}</header><main><h1>{escape(title)}</h1>'
        f'<div id="notices" role="status">{told}</div>{body}</main></body></html>'
    )


def login_page(site: str = "", message: str = "") -> str:
    """Return the page that asks for the token, with what was wrong beside the field."""
    wrong = f'<p class="error" id="wrong" role="alert">{escape(message)}</p>' if message else ""
    described = ' aria-describedby="wrong"' if message else ""
    return layout(
        "Log in",
        '<form method="post" action="login"><label for="token">Token (from whoever set up the server)</label>'
        f'<input id="token" name="token" type="password" autocomplete="current-password" required{described}>'
        f"{_button('Log in')}</form>{wrong}",
        Frame(site),
    )


def message_page(title: str, message: str, frame: Frame) -> str:
    """Return a page that says why something cannot be shown."""
    return layout(title, f'<p class="error">{escape(message)}</p>', frame)


def too_large_page(limit: int) -> str:
    """Return the page for a request over the limit."""
    words = f"This is larger than {limit // 1_000_000} MB together, and was not read. Upload fewer or smaller files."
    return layout("Too large", f'<p class="error">{words}</p><p><a href="./">Back to the documents</a></p>', Frame())


def documents_page(
    entries: Sequence[Entry],
    frame: Frame,
    *,
    uploads: Sequence[Outcome],
    undoable: bool,
    interrupted: str,
) -> str:
    """Return the list of documents with the upload form, and what can be published or rolled back."""
    accepted = ",".join(sorted(SUFFIXES))
    upload = (
        '<section id="uploads"><h2>Add or replace documents</h2>'
        f'<form method="post" action="upload" enctype="multipart/form-data">{_csrf(frame)}'
        '<label for="files">Drop files here, or choose them</label>'
        f'<input id="files" name="files" type="file" multiple required accept="{accepted}" aria-describedby="kinds">'
        f'{_button("Upload")}</form><p id="kinds" class="quiet">{_KINDS}</p>'
        f'<div id="refused" role="alert"></div>{_outcomes(uploads)}</section>'
    )
    rows = "".join(_row(entry, frame) for entry in entries)
    table = (
        '<table><thead><tr><th scope="col">Document</th><th scope="col">Status</th><th scope="col">Change</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        if rows
        else "<p>There are no documents yet. Add the first one above, then publish.</p>"
    )
    waiting = [entry for entry in entries if entry.status in ("new", "changed", "removed")]
    publishing = _publishing(frame, waiting, undoable=undoable, interrupted=interrupted)
    return layout("Documents", f"{publishing}{upload}<h2>All documents</h2>{table}", frame, here="./")


def _publishing(frame: Frame, waiting: Sequence[Entry], *, undoable: bool, interrupted: str) -> str:
    if frame.job.running:
        return _progress(frame)
    rolling = interrupted == "rolling back"
    broken_off = f'<p class="error">{_INTERRUPTED[interrupted]}</p>' if interrupted else ""
    words = "Everything is published. Changes that you make below wait here until you publish them."
    if waiting:
        changes = counted(len(waiting), "change waits", "changes wait")
        words = f"{changes}. People get the old answers until you publish."
    names = "".join(f"<li>{escape(entry.document_id)}: {STATUS[entry.status]}</li>" for entry in waiting[:20])
    more = f"<li>and {len(waiting) - 20} more</li>" if len(waiting) > 20 else ""
    button = _button("Publish" if waiting else "Build again", plain=not waiting)
    publish = "" if rolling else _form("publish", frame, button)
    back = _button("Finish rolling back" if rolling else "Roll back the last publication", plain=not rolling)
    return (
        f'<section id="job"><h2>Publish</h2>{broken_off}{_ended(frame)}<p>{words}</p><ul>{names}{more}</ul>'
        f'<div class="actions">{publish}{_form("rollback", frame, back) if undoable else ""}'
        "</div></section>"
    )


def _ended(frame: Frame) -> str:
    """How the last work ended, as long as nothing else was begun."""
    error, notice = frame.job.error, frame.job.notice
    failed = f'<p class="error" role="alert">{escape(error)}</p>' if error and not frame.job.group else ""
    return failed + (f'<p class="done">{escape(notice)}</p>' if notice else "")


def _progress(frame: Frame) -> str:
    name = "Trying the new questions" if frame.job.group else "Publishing"
    return (
        f'<section id="job" data-running="yes"><h2>{name}</h2><p id="step">Starting …</p>'
        f'<progress id="bar" aria-label="{name}" max="100" value="0"></progress>'
        "<p>People get the old answers until it is done. You may leave this page; it goes on.</p></section>"
    )


def _row(entry: Entry, frame: Frame) -> str:
    name, link = escape(entry.document_id), quote(entry.document_id)
    shown = name if entry.status in ("removed", "skipped") else f'<a href="document?id={link}">{name}</a>'
    reason = f'<br><span class="error">{escape(entry.reason)}</span>' if entry.reason else ""
    hidden = f'<input type="hidden" name="id" value="{name}">'
    of = f'<span class="hidden"> {name}</span>'
    actions = ""
    if entry.status != "removed":
        actions += _form("remove", frame, f'{hidden}<button type="submit">Remove{of}</button>')
    if entry.status in ("changed", "removed"):
        actions += _form("restore", frame, f'{hidden}<button type="submit">Keep as published{of}</button>')
    return f'<tr><th scope="row">{shown}</th><td>{STATUS[entry.status]}{reason}</td><td>{actions}</td></tr>'


def _outcomes(outcomes: Sequence[Outcome]) -> str:
    items = "".join(
        f'<li class="{"error" if each.failed else "done"}">{escape(each.text)}'
        + (f' <a href="document?id={quote(each.document_id)}">See how it was read</a>' if each.document_id else "")
        + "</li>"
        for each in outcomes
    )
    return f'<div role="status"><ul class="outcomes">{items}</ul></div>' if items else ""


def preview_page(document_id: str, found: Mapping[str, Any], frame: Frame) -> str:
    """Return how a document was read and split into passages."""
    facts = "".join(
        f"<dt>{escape(name.capitalize())}</dt><dd>{escape(str(value))}</dd>"
        for name, value in {"title": found["title"], **found["facts"]}.items()
        if value
    )
    warnings = "".join(f'<p class="error">{escape(text)}</p>' for text in found["warnings"])
    left_out = "".join(
        f"<li>{escape(part['reason'])}: <q>{escape(part['text'])}</q></li>" for part in found["left_out"]
    )
    return layout(
        f"How {document_id} was read",
        '<p><a href="./">Back to the documents</a></p>'
        f"<dl>{facts}</dl>{warnings}<h2>{counted(len(found['passages']), 'passage')}</h2>"
        '<p class="quiet">People get these passages word for word as answers.</p>'
        f'<ol class="cards">{"".join(_passage(each, document_id) for each in found["passages"])}</ol>'
        + (f"<h2>Left out</h2><ul>{left_out}</ul>" if left_out else ""),
        frame,
    )


def _passage(passage: Mapping[str, Any], document_id: str) -> str:
    head = " › ".join(dict.fromkeys([*passage["headings"], passage["question"]])).strip(" ›")
    variants = f"<p>Also asked as: {escape('; '.join(passage['variants']))}</p>" if passage["variants"] else ""
    text = _text(passage["text"], passage["context"], document_id)
    return f"<li><h3>{escape(head) or 'Without a heading'}</h3>{variants}{text}</li>"


def _text(text: str, context: str, document_id: str) -> str:
    """A passage as the chat shows it: Markdown made harmless, with tags of documents as text."""
    place = Surroundings(document_id=document_id, root="../")
    return f'<div class="text">{passage_html(text, (), context, place=place)}</div>'


def check_page(found: Mapping[str, Any], frame: Frame) -> str:
    """Return the lint issues, errors first, each with its document and place."""
    issues = sorted(found["issues"], key=lambda issue: issue["severity"] != "error")
    items = "".join(
        f'<li><h3><a href="document?id={quote(issue["document_id"])}">{escape(issue["document_id"])}</a>'
        f"{': ' if issue['place'] else ''}{escape(issue['place'])}</h3><p>"
        f"{_BADNESS[issue['severity']]} {escape(issue['message'])}</p></li>"
        for issue in issues
    )
    number = counted(len(issues), "thing")
    listed = f'<h2>{number} to look at</h2><ul class="cards">{items}</ul>' if items else "<p>Nothing is wrong.</p>"
    documents, passages = counted(found["documents"], "document"), counted(found["passages"], "passage")
    return layout("Check", f"<p>{documents}, {passages}, as they would be published.</p>{listed}", frame, here="check")


def try_page(question: str, answer: Answer | ErrorResponse | None, frame: Frame) -> str:
    """Return the box to try a question, with the passages found for it and their scores."""
    body = (
        "<p>Answers come from what is published. Nothing that you try here is counted.</p>"
        '<form method="get" action="try"><label for="q">Question</label>'
        f'<input id="q" name="q" value="{escape(question)}" required maxlength="2000">{_button("Try")}</form>'
    )
    if isinstance(answer, ErrorResponse):
        body += f'<p class="error" role="alert">{escape(answer.message)}</p>'
    elif answer:
        body += _tried(answer)
    return layout("Try a question", body, frame, here="try")


def _tried(answer: Answer) -> str:
    cards = "".join(
        f"<li><h3>{escape(hit.passage.question or ' › '.join(hit.passage.headings) or hit.passage.title)}</h3>"
        f"{_text(hit.passage.text, hit.passage.context, hit.passage.document_id)}"
        f'<p class="quiet">{escape(hit.passage.document_id)}, score {hit.score:.3f}</p></li>'
        for hit in answer.hits
    )
    seen = (
        f"<p>Fixed reply: {escape(answer.reply)}</p>"
        if answer.reply
        else f"<p>{escape(answer.certainty_text or 'There is no answer to that.')}</p>"
    )
    alert = f'<p class="error">Alert: {escape(answer.alert.heading)}</p>' if answer.alert.level != "none" else ""
    unmatched = f" Not mentioned: {escape(', '.join(answer.unmatched))}." if answer.unmatched else ""
    found = "Passages found, best first" if answer.answered else "The nearest there is, and no answer"
    return (
        f"<h2>What people are told</h2>{alert}{seen}"
        f'<p class="quiet">Certainty: {escape(answer.certainty)}. Confidence: {answer.confidence:.2f}.{unmatched}</p>'
        + (f'<h2>{found}</h2><ol class="cards">{cards}</ol>' if cards else "")
    )


def unanswered_page(
    groups: Sequence[Group], questions: Sequence[str], by_day: Mapping[str, int], frame: Frame, total: int
) -> str:
    """Return the groups of unanswered questions with the forms that turn one into variants or a new entry."""
    options = "".join(f'<option value="{escape(question)}">' for question in questions)
    shown = "".join(_group(group, frame) for group in groups) or "<p>There are none.</p>"
    more = f"<p>{total - len(groups)} smaller groups are not shown.</p>" if total > len(groups) else ""
    days = "".join(f'<tr><th scope="row">{escape(day)}</th><td>{count}</td></tr>' for day, count in by_day.items())
    counts = (
        '<h2>Questions per day</h2><table><thead><tr><th scope="col">Day</th><th scope="col">Questions</th></tr>'
        f"</thead><tbody>{days}</tbody></table>"
        if days
        else ""
    )
    ended = _ended(frame) if frame.job.group else ""
    job = f'<div id="job">{ended}</div>' if ended else ""
    return layout(
        "Unanswered questions",
        "<p>Questions that got no answer, or one that did not help, grouped by what they ask. Link a group to a "
        "question that has the answer, or write a new answer. Both wait under <a href='./'>Documents</a> until you "
        "publish.</p>"
        f'{job}<datalist id="questions">{options}</datalist>{shown}{more}{counts}',
        frame,
        here="unanswered",
    )


def busy_page(title: str, frame: Frame) -> str:
    """Return a page in place of one that has to wait for the work under way."""
    return layout(title, _progress(frame), frame, here="unanswered")


def promoted(found: Mapping[str, Any]) -> str:
    """Return in words what was added to which question, and what that does to the answers."""
    before, after = found["found_first"]
    first_before, first_after = (sum(ranks[at] == 1 for ranks in found["ranks"].values()) for at in (0, 1))
    parts = [
        f"Added to “{found['question']}”: {'; '.join(found['added'])}. It waits to be published.",
        f"That answer comes first for {first_after} of {len(found['ranks'])} of them, before for {first_before}.",
        f"Of all other questions {after} find their answer first, before {before}.",
    ]
    parts += [f"Left out: {question}: {reason}." for question, reason in found["left_out"].items()]
    return " ".join(parts)


def _group(group: Group, frame: Frame) -> str:
    key, questions = escape(group.found["id"]), group.found["questions"]
    boxes = "".join(
        f'<label class="box"><input type="checkbox" name="question" value="{each}" checked> {each}</label>'
        for each in map(escape, questions)
    )
    left_out = "; ".join(group.found["left_out"])
    private = (
        f'<p class="quiet">Not used, because personal data was taken out: {escape(left_out)}</p>' if left_out else ""
    )
    outcome = f'<p class="error" role="alert">{escape(group.outcome.text)}</p>' if group.outcome else ""
    times = "once" if group.found["count"] == 1 else f"{group.found['count']} times"
    return (
        f'<section class="group" id="{key}"><h2>{escape(questions[0])}</h2>{_today(group.today)}{outcome}'
        f'<form method="post" action="promote" class="stack">{_csrf(frame)}'
        f'<input type="hidden" name="group" value="{key}">'
        f"<fieldset><legend>Asked {times}, in these words</legend>{boxes}</fieldset>{private}"
        f'<label for="to-{key}">This question has the answer</label>'
        f'<input id="to-{key}" name="to" list="questions" placeholder="Type to choose a question">'
        f'<button type="submit">Try it, and add it if no answer gets worse</button>'
        "<details><summary>Or write a new answer</summary>"
        f'<label for="asked-{key}">Question</label><input id="asked-{key}" name="asked" value="{escape(questions[0])}">'
        f'<label for="answer-{key}">Answer</label>'
        f'<textarea id="answer-{key}" name="answer" rows="4" maxlength="10000"></textarea>'
        f'<button type="submit" formaction="entry">Add this answer</button></details></form></section>'
    )


def _today(today: Answer | ErrorResponse) -> str:
    """What people get for a group at present."""
    if isinstance(today, ErrorResponse) or not today.hits:
        return ""
    passage = today.hits[0].passage
    said = "No answer today" if today.certainty == "none" else f"Today: {today.certainty}"
    return f'<p class="quiet">{said}; the nearest is “{escape(passage.name)}” in {escape(passage.document_id)}.</p>'


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _form(action: str, frame: Frame, inside: str) -> str:
    return f'<form method="post" action="{action}">{_csrf(frame)}{inside}</form>'


def _csrf(frame: Frame) -> str:
    return f'<input type="hidden" name="csrf" value="{escape(frame.csrf)}">'


def _button(name: str, *, plain: bool = False) -> str:
    return f'<button type="submit"{" class=plain" if plain else ""}>{escape(name)}</button>'
