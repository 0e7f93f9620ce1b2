"""A web page goes in, the article in it comes out as a parsed; the only door to trafilatura. Nothing is fetched."""

import re
from typing import Any

from faqbot.errors import need
from faqbot.markdown import blocks
from faqbot.readers.decoding import clean, decode
from faqbot.readers.html_markdown import bold_lines_as_headings, check_nesting, to_markdown
from faqbot.readers.limits import Limits, readable
from faqbot.readers.parsed import Metadata, ParsedFile
from faqbot.readers.references import find_references

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_MARK = re.compile(r"\\\[(\d{1,3})\\\]")
_NO_NAME = re.compile(r"\d|\b(?:updated|published|posted|reviewed)\b", re.IGNORECASE)
_SHARE = 0.25  # of a page's words; an extract of fewer has missed the article
_SHORT = 400  # words of a page; most words of a longer one may well be menus


def read_html(content: bytes, limits: Limits) -> ParsedFile:
    """The main text of a page with its headings, lists and tables, and what its head says about it."""
    page = _XML_DECLARATION.sub("", decode(content, limits, declared=_declared(content)))
    check_nesting(page, limits)
    text = _article(page, limits)
    # An extract leaves out what is little else than links, as lists of references are.
    linked = to_markdown(page, links=True)
    sources = find_references(blocks(linked), linked).sources
    about = _metadata(page)
    return ParsedFile(bold_lines_as_headings(text), about.or_else(Metadata(sources=sources)))


def _declared(content: bytes) -> str:
    found = _CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def _article(page: str, limits: Limits) -> str:
    """The extract, or the whole page if that is short and the extract has too little of it."""
    extract = _extract(page)
    if len(extract.split()) < _SHORT:
        whole = to_markdown(page)
        if len(whole.split()) < _SHORT and len(extract.split()) < _SHARE * len(whole.split()):
            extract = whole
        extract = extract or whole
    return clean(extract, limits)


def _extract(page: str) -> str:
    with readable("HTML"):
        text: str | None = _trafilatura().extract(
            page,
            output_format="markdown",
            include_comments=False,
            include_images=False,
            favor_recall=True,
        )
    return _MARK.sub(r"[\1]", text or "")


def _metadata(page: str) -> Metadata:
    # Dates only where the page states them: a search of its text finds dates of anything.
    with readable("HTML"):
        about: Any = _trafilatura().extract_metadata(
            page, date_config={"extensive_search": False, "original_date": True}
        )
    if about is None:
        return Metadata()
    # What stands beside a name is sometimes taken for one.
    names = [name.strip() for name in (about.author or "").split(";") if not _NO_NAME.search(name)]
    author = ", ".join(name for name in names if name)
    return Metadata(title=about.title or "", url=about.url or "", author=author, date=about.date or "")


def _trafilatura() -> Any:
    try:
        import trafilatura
    except ImportError as error:
        raise need("trafilatura", "build", error) from error
    return trafilatura
