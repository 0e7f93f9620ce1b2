"""The HTML of the owner's page. Every value is escaped; documents are shown as text, never as HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from faqbot.admin.staging import Entry
from faqbot.readers import SUFFIXES
from faqbot.types import Answer

STATUS = {
    "published": "published",
    "new": "new, not published yet",
    "changed": "changed, not published yet",
    "removed": "will be removed",
    "skipped": "not read",
}
_LINKS = (("./", "Documents"), ("check", "Check"), ("try", "Try a question"), ("unanswered", "Unanswered questions"))


def layout(title: str, body: str, *, csrf: str = "", notices: Sequence[str] = (), here: str = "") -> str:
    """Return a whole page; without `csrf` nobody is logged in and there is no navigation."""
    told = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
    links = "".join(
        f'<li><a href="{address}"{" aria-current=page" if address == here else ""}>{name}</a></li>'
        for address, name in _LINKS
    )
    top = (
        f'<nav aria-label="Parts of this page"><ul>{links}</ul>{_form("logout", csrf, _button("Log out"))}</nav>'
        if csrf
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="admin.css"><script src="admin.js" defer></script>'
        f'</head><body><header><p class="site">Owner’s page</p>{top}</header><main><h1>{escape(title)}</h1>'
        f'<div id="notices" role="status">{told}</div>{body}</main></body></html>'
    )


def login_page(message: str = "") -> str:
    """Return the page that asks for the token."""
    return layout(
        "Log in",
        '<form method="post" action="login"><label for="token">Token</label>'
        '<input id="token" name="token" type="password" autocomplete="current-password" required>'
        f"{_button('Log in')}</form>",
        notices=[message] if message else [],
    )


def documents_page(
    entries: Sequence[Entry],
    csrf: str,
    notices: Sequence[str],
    *,
    job: Mapping[str, Any],
    pending: bool,
    undoable: bool,
) -> str:
    """Return the list of documents with the upload form, and what can be published or rolled back."""
    accepted = ",".join(sorted(SUFFIXES))
    upload = (
        "<h2>Add or replace documents</h2>"
        f'<form method="post" action="upload" enctype="multipart/form-data">{_csrf(csrf)}'
        '<label for="files">Drop files here or choose them (a file of the same name is replaced)</label>'
        f'<input id="files" name="files" type="file" multiple required accept="{accepted}">{_button("Upload")}</form>'
    )
    rows = "".join(_row(entry, csrf) for entry in entries)
    table = (
        '<table><thead><tr><th scope="col">Document</th><th scope="col">Status</th><th scope="col">Change</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        if rows
        else "<p>There are no documents yet.</p>"
    )
    return layout(
        "Documents",
        f"{_publishing(csrf, job, pending=pending, undoable=undoable)}{upload}<h2>All documents</h2>{table}",
        csrf=csrf,
        notices=notices,
        here="./",
    )


def _publishing(csrf: str, job: Mapping[str, Any], *, pending: bool, undoable: bool) -> str:
    if job["running"]:
        return (
            '<section id="job" data-running="yes"><h2>Publishing</h2><p id="step">Starting …</p>'
            '<progress id="bar" aria-label="Progress of publishing" max="100" value="0"></progress>'
            "<p>People get the old answers until it is done.</p></section>"
        )
    words = "Changes wait to be published." if pending else "Everything is published."
    back = _form("rollback", csrf, _button("Roll back the last publication")) if undoable else ""
    failed = f'<p class="error">{escape(job["error"])}</p>' if job["error"] else ""
    return (
        f'<section id="job"><h2>Publish</h2>{failed}<p>{words}</p>'
        f"{_form('publish', csrf, _button('Publish'))}{back}</section>"
    )


def _row(entry: Entry, csrf: str) -> str:
    name, link = escape(entry.document_id), quote(entry.document_id)
    shown = name if entry.status in ("removed", "skipped") else f'<a href="document?id={link}">{name}</a>'
    reason = f"<br>{escape(entry.reason)}" if entry.reason else ""
    hidden = f'<input type="hidden" name="id" value="{name}">'
    of = f'<span class="hidden"> {name}</span>'
    actions = ""
    if entry.status in ("published", "new", "changed"):
        actions += _form("remove", csrf, f'{hidden}<button type="submit">Remove{of}</button>')
    if entry.status in ("changed", "removed"):
        actions += _form("restore", csrf, f'{hidden}<button type="submit">Keep as published{of}</button>')
    return f'<tr><th scope="row">{shown}</th><td>{STATUS[entry.status]}{reason}</td><td>{actions}</td></tr>'


def preview_page(document_id: str, found: Mapping[str, Any], csrf: str) -> str:
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
        f"<dl>{facts}</dl>{warnings}<h2>{len(found['passages'])} passages</h2>"
        f'<ol class="passages">{"".join(_passage(each) for each in found["passages"])}</ol>'
        + (f"<h2>Left out</h2><ul>{left_out}</ul>" if left_out else ""),
        csrf=csrf,
    )


def _passage(passage: Mapping[str, Any]) -> str:
    head = " › ".join(dict.fromkeys([*passage["headings"], passage["question"]])).strip(" ›")
    variants = f"<p>Also asked as: {escape('; '.join(passage['variants']))}</p>" if passage["variants"] else ""
    text = "\n".join(filter(None, (passage["context"], passage["text"])))
    return f"<li><h3>{escape(head) or 'Without a heading'}</h3>{variants}<pre>{escape(text)}</pre></li>"


def message_page(title: str, message: str, csrf: str) -> str:
    """Return a page that says why something cannot be shown."""
    return layout(title, f'<p class="error">{escape(message)}</p>', csrf=csrf)


def check_page(found: Mapping[str, Any], csrf: str) -> str:
    """Return the lint issues in a table, errors first."""
    issues = sorted(found["issues"], key=lambda issue: issue["severity"] != "error")
    rows = "".join(
        f'<tr><th scope="row">{escape(issue["document_id"])}</th><td>{escape(issue["place"])}</td>'
        f"<td>{escape(issue['message'])}</td>"
        f"<td>{'Mend this' if issue['severity'] == 'error' else 'Look at this'}</td></tr>"
        for issue in issues
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Document", "Place", "What is wrong", "How bad"))
    table = (
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else "<p>Nothing is wrong.</p>"
    )
    return layout(
        "Check",
        f"<p>{found['documents']} documents, {found['passages']} passages, as they would be published.</p>{table}",
        csrf=csrf,
        here="check",
    )


def try_page(question: str, answer: Answer | None, problem: str, csrf: str) -> str:
    """Return the box to try a question, with the passages found for it and their scores."""
    body = (
        "<p>Questions are answered from what is published.</p>"
        '<form method="get" action="try"><label for="q">Question</label>'
        f'<input id="q" name="q" value="{escape(question)}" required maxlength="2000">{_button("Try")}</form>'
    )
    if problem:
        body += f'<p class="error">{escape(problem)}</p>'
    if answer:
        body += _tried(answer)
    return layout("Try a question", body, csrf=csrf, here="try")


def _tried(answer: Answer) -> str:
    rows = "".join(
        f"<tr><td>{number}</td><td>{hit.score:.3f}</td><td>{escape(hit.passage.document_id)}</td>"
        f"<td>{escape(hit.passage.question or ' › '.join(hit.passage.headings) or hit.passage.title)}</td>"
        f"<td>{escape(hit.passage.text)}</td></tr>"
        for number, hit in enumerate(answer.hits, 1)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Rank", "Score", "Document", "Question", "Passage"))
    reply = f"<p>Fixed reply: {escape(answer.reply)}</p>" if answer.reply else ""
    return (
        f"<h2>Answer</h2><p>Certainty: {escape(answer.certainty)}. Confidence: {answer.confidence:.2f}.</p>{reply}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def unanswered_page(found: Mapping[str, Any], by_day: Mapping[str, int], csrf: str, notices: Sequence[str] = ()) -> str:
    """Return the groups of unanswered questions with the forms that turn one into variants or a new entry."""
    options = "".join(f'<option value="{escape(question)}">' for question in found["questions"])
    groups = "".join(_group(group, csrf) for group in found["groups"]) or "<p>There are none.</p>"
    days = "".join(f'<tr><th scope="row">{escape(day)}</th><td>{count}</td></tr>' for day, count in by_day.items())
    counts = (
        '<h2>Questions per day</h2><table><thead><tr><th scope="col">Day</th><th scope="col">Questions</th></tr>'
        f"</thead><tbody>{days}</tbody></table>"
        if days
        else ""
    )
    return layout(
        "Unanswered questions",
        f'<datalist id="questions">{options}</datalist>{groups}{counts}',
        csrf=csrf,
        notices=notices,
        here="unanswered",
    )


def _group(group: Mapping[str, Any], csrf: str) -> str:
    key, questions = escape(group["id"]), group["questions"]
    listed = "".join(f"<li>{escape(question)}</li>" for question in questions)
    hidden = "".join(f'<input type="hidden" name="question" value="{escape(each)}">' for each in questions)
    return (
        f'<section class="group"><h2>{escape(questions[0])}</h2><p>Asked {group["count"]} times.</p><ul>{listed}</ul>'
        + _form(
            "promote",
            csrf,
            f'{hidden}<label for="to-{key}">The same as this question of the corpus</label>'
            f'<input id="to-{key}" name="to" list="questions" required>{_button("Add as variants")}',
        )
        + "<details><summary>Write a new answer</summary>"
        + _form(
            "entry",
            csrf,
            f'{hidden}<label for="answer-{key}">Answer to “{escape(questions[0])}”</label>'
            f'<textarea id="answer-{key}" name="answer" rows="4" required maxlength="10000"></textarea>'
            f"{_button('Add as new entry')}",
        )
        + "</details></section>"
    )


def _form(action: str, csrf: str, inside: str) -> str:
    return f'<form method="post" action="{action}">{_csrf(csrf)}{inside}</form>'


def _csrf(csrf: str) -> str:
    return f'<input type="hidden" name="csrf" value="{escape(csrf)}">'


def _button(name: str) -> str:
    return f'<button type="submit">{escape(name)}</button>'


def joined(parts: Iterable[str]) -> str:
    """Return texts as one notice."""
    return " ".join(parts)
