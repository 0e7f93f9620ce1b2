"""Pages beside the chat: an article with one passage marked, the list of all topics, and the articles' pictures."""

from collections import defaultdict
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse, Response

from faqbot.errors import FaqbotError
from faqbot.service import Answering
from faqbot.texts import Texts
from faqbot.types import Document, Span
from faqbot.ui.assets import Assets
from faqbot.ui.header import standing_aside
from faqbot.ui.html import escape, joined, link, words
from faqbot.ui.markdown_html import Surroundings, article_html
from faqbot.ui.options import PageOptions
from faqbot.ui.passage_card import source_list, written_by

# A picture is shown by <img>, where no script in it runs; opened by itself it can neither run nor load anything.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def article_routes(bot: Answering, options: PageOptions, assets: Assets) -> APIRouter:
    """Return `GET /documents/{id}?passage=`, `GET /topics` and `GET /pictures/{path}`.

    A document is also found with `?start=&end=`, the place of a passage in its text.
    """
    router = APIRouter()
    pages = _Pages(options, assets)

    @router.get("/documents/{document_id:path}", include_in_schema=False)
    def document(document_id: str, passage: str = "", start: int = 0, end: int = 0) -> HTMLResponse:
        root = "../" * (document_id.count("/") + 1)
        try:
            found = bot.document(document_id)
        except FaqbotError as error:
            return HTMLResponse(pages.page(root, options.texts.not_found, f"<p>{escape(str(error))}</p>"), 404)
        span = _span_of(bot, found, passage) if passage else (start, end)
        return HTMLResponse(pages.page(root, found.title or found.id, pages.article(found, span, root)))

    @router.get("/topics", include_in_schema=False)
    def topics() -> HTMLResponse:
        try:
            listed = pages.topics(tuple(bot.documents()))
        except FaqbotError as error:
            return HTMLResponse(pages.page("", options.texts.topics_heading, f"<p>{escape(str(error))}</p>"), 503)
        return HTMLResponse(pages.page("", options.texts.topics_heading, listed))

    @router.get("/pictures/{path:path}", include_in_schema=False)
    def picture(path: str) -> Response:
        try:
            asset = bot.asset(path)
        except FaqbotError as error:
            return JSONResponse({"error": str(error)}, 404)
        headers = {"Content-Security-Policy": _PICTURE_POLICY, "Cache-Control": "public, max-age=86400"}
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    return router


def _span_of(bot: Answering, document: Document, passage_id: str) -> Span:
    """Where the passage stands in the document, (0, 0) where it is not in it (any more)."""
    try:
        passage = bot.passage(passage_id)
    except FaqbotError:
        return (0, 0)
    return (passage.start, passage.end) if passage.document_id == document.id else (0, 0)


class _Pages:
    """Pages without scripts from elsewhere, in an operator's texts and colours."""

    def __init__(self, options: PageOptions, assets: Assets) -> None:
        self.options = options
        self.assets = assets

    @property
    def texts(self) -> Texts:
        return self.options.texts

    def page(self, root: str, title: str, inside: str) -> str:
        """A whole page: the banner, the way back, one main heading, what is inside."""
        options, texts = self.options, self.texts
        footer = f"<footer><p>{words(options.page.footer)}</p></footer>" if options.page.footer else ""
        return joined(
            "<!doctype html>",
            f'<html lang="{escape(options.language)}"><head><meta charset="utf-8">',
            f"<title>{escape(title)} – {escape(options.page.title)}</title>",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">',
            f'<link rel="stylesheet" href="{root}{self.assets.address("document.css")}">',
            "</head><body>",
            f'<a class="skip" href="#main">{escape(title)}</a>',
            standing_aside(options, raised=False),
            f'<nav class="back" aria-label="{escape(options.page.title)}">'
            f'<a href="{root or "./"}">{escape(texts.back)}</a> '
            f'<a href="{root}topics">{escape(texts.topics)}</a></nav>',
            f'<main class="document" id="main" tabindex="-1"><h1>{words(title)}</h1>{inside}</main>{footer}',
            "</body></html>",
        )

    def article(self, document: Document, wanted: Span, root: str) -> str:
        """The document without its boilerplate, the wanted passage marked, its sources at the end."""
        start, end = wanted if 0 <= wanted[0] < wanted[1] <= len(document.text) else (0, 0)
        before = _without_removed(document, 0, start)
        text = before + _without_removed(document, start, len(document.text))
        marks = {source.mark for source in document.sources if source.mark.isalnum()}
        place = Surroundings(document.id, root, marks, "source-", self.texts.table)
        body = article_html(text, (len(before), len(before) + end - start), document.title, place=place)
        return self._about(document) + body + self._sources(document)

    def topics(self, documents: tuple[Document, ...]) -> str:
        """Every article and every question with an answer, by first letter."""
        texts = self.texts
        entries: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for document in documents:
            entries[_letter(document.title or document.id)].add((document.title or document.id, _address(document)))
            for pair in document.pairs:
                entries[_letter(pair.question)].add((pair.question, _address(document, (pair.start, pair.end))))
        letters = sorted(entries)
        jump = "".join(f'<li><a href="#letter-{escape(letter)}">{escape(letter)}</a></li>' for letter in letters)
        return joined(
            f"<p>{words(texts.topics_intro)}</p>",
            f'<nav class="letters" aria-label="{escape(texts.topics_letters)}"><ul>{jump}</ul></nav>',
            *(_section(letter, entries[letter]) for letter in letters),
        )

    def _about(self, document: Document) -> str:
        parts = written_by(document.author, document.date, document.reviewed, self.texts)
        if document.url:
            parts.append(link(self.texts.original, document.url))
        return f'<p class="about">{" · ".join(parts)}</p>' if parts else ""

    def _sources(self, document: Document) -> str:
        if not document.sources:
            return ""
        entries = source_list(document.sources, "source-")
        return f'<section class="sources"><h2>{escape(self.texts.article_sources)}</h2>{entries}</section>'


def _section(letter: str, entries: set[tuple[str, str]]) -> str:
    lines = "".join(
        f'<li><a href="{escape(address)}">{words(title)}</a></li>'
        for title, address in sorted(entries, key=lambda entry: entry[0].casefold())
    )
    return f'<section><h2 id="letter-{escape(letter)}">{escape(letter)}</h2><ul>{lines}</ul></section>'


def _letter(title: str) -> str:
    first = next((char for char in title if char.isalnum()), "#").upper()
    return "0–9" if first.isdigit() else first


def _address(document: Document, span: Span = (0, 0)) -> str:
    place = f"?start={span[0]}&end={span[1]}#passage" if span != (0, 0) else ""
    return f"documents/{quote(document.id)}{place}"


def _without_removed(document: Document, start: int, end: int) -> str:
    """That part of the text without the spans that were removed; a passage never reaches into one."""
    pieces, at = [], start
    for first, last in sorted(document.boilerplate):
        if last > at and first < end:
            pieces.append(document.text[at : max(at, first)])
            at = min(end, last)
    return "".join([*pieces, document.text[at:end]])
