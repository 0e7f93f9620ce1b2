"""A document of the index -> a plain page of it with one passage marked, for "read it in the whole article"."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from faqbot.errors import FaqbotError
from faqbot.service import Answering
from faqbot.types import Document, Span
from faqbot.ui.assets import address
from faqbot.ui.html import escape, joined, link
from faqbot.ui.markdown_html import article_html


def document_routes(bot: Answering) -> APIRouter:
    """`GET /documents/{id}?start=..&end=..`; 404 for a document that is not in the index."""
    router = APIRouter()

    @router.get("/documents/{document_id:path}", include_in_schema=False)
    def show(request: Request, document_id: str, start: int = 0, end: int = 0) -> HTMLResponse:
        root = "../" * (document_id.count("/") + 1)
        try:
            document = bot.document(document_id)
        except FaqbotError as error:
            return HTMLResponse(_page(root, "Not found", f"<p>{escape(str(error))}</p>"), 404)
        return HTMLResponse(_page(root, document.title or document.id, _article(document, (start, end))))

    return router


def _page(root: str, title: str, inside: str) -> str:
    return joined(
        (
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">',
            f'<link rel="stylesheet" href="{root}{address("document.css")}"></head>',
            f'<body><main class="document"><h1>{escape(title)}</h1>{inside}</main></body></html>',
        )
    )


def _article(document: Document, wanted: Span) -> str:
    """The document without what its reader removed, the wanted passage marked."""
    start, end = wanted if 0 <= wanted[0] < wanted[1] <= len(document.text) else (0, 0)
    before = _kept(document, 0, start)
    text = before + _kept(document, start, len(document.text))
    return _about(document) + article_html(text, (len(before), len(before) + end - start), document.title)


def _kept(document: Document, start: int, end: int) -> str:
    """That part of the text without the spans that were removed; a passage never reaches into one."""
    pieces, at = [], start
    for first, last in sorted(document.boilerplate):
        if last > at and first < end:
            pieces.append(document.text[at : max(at, first)])
            at = min(end, last)
    return "".join([*pieces, document.text[at:end]])


def _about(document: Document) -> str:
    written = " · ".join(escape(part) for part in (document.author, document.date) if part)
    source = f" {link('Original source', document.url)}" if document.url else ""
    return f'<p class="about">{written}{source}</p>' if written or source else ""
