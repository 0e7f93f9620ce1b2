"""Web pages: the marked main content whole, else the article that trafilatura finds. Nothing is fetched."""

from __future__ import annotations

import html
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from faqbot.errors import ReadError
from faqbot.markdown import blocks, plain
from faqbot.readers.decoding import clean, decode
from faqbot.readers.html_elements import check_nesting, parse_html, text_of
from faqbot.readers.html_markdown import Converted, convert, fragment_to_markdown
from faqbot.readers.limits import Limits, readable, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata, ParsedFile, find_references
from faqbot.readers.questions import questions_as_headings

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_MARK = re.compile(r"\\\[(\d{1,3})\\\]")
_BOLD_LINE = re.compile(r"^\*\*([^*\n]{3,100})\*\*$", re.MULTILINE)
_NO_NAME = re.compile(r"\d|\b(?:updated|published|posted|reviewed)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_SHARE = 0.25  # of a page's words; an extract or main element of fewer has missed the article
_MOST_OF = 0.6  # of the words of the element around an article; with fewer there is much else in it
_SHORT = 400  # words of a page; most words of a longer one may well be menus
_FEW = 5  # words; a page of fewer that has scripts is made by them
_AROUND = ("nav", "header", "footer", "aside")
_AROUND_NAMES = {
    "nav": "navigation",
    "header": "page header",
    "footer": "page footer",
    "aside": "side column",
    "noscript": "shown without scripts",
}
_CONTENT_NAMES = re.compile(
    r"(?:^|\s)(?:main|content|main-content|maincontent|primary|entry-content|post-content|article-body|page-content|td-post-content)(?:\s|$)"
)
_ASKING = "//details | //dl | //*[@aria-expanded and (self::button or @role='button')] | //*[@role='tabpanel']"
_WAITING = re.compile(
    r"enable javascript|javascript (?:is )?(?:required|disabled)|requires javascript|^loading\b", re.IGNORECASE
)
_LINK = re.compile(r"href\s*=\s*[\"']?https?:", re.IGNORECASE)
_HEAD = 500_000  # characters of a page that are looked at for its title, author and date
_MOST_JSON_LD = 2_000_000  # characters


def read_html(content: bytes, limits: Limits) -> ParsedFile:
    """Return the main text of a page with its headings, lists, tables and questions, and what its head says about it.

    Raises ReadError for a page whose text is made by scripts.
    """
    page = _XML_DECLARATION.sub("", decode(content, limits, declared=_declared(content), markup=True))
    check_nesting(page, limits)
    root = parse_html(page)
    faqs = list(_json_ld(root))
    body = root.find("body") if root.find("body") is not None else root
    extracted = text_of(body)
    refuse_over(limits.characters, len(extracted), "characters")
    _refuse_application(root, body, extracted, faqs)
    metadata = _metadata(page, root)
    # An extract leaves out what is little else than links, as lists of references are.
    linked = convert(body, links=True).text if _LINK.search(page) else ""
    sources = find_references(blocks(linked), linked).sources
    found = _content(page, root, body)
    text, questions = questions_as_headings(clean(found.text, limits))
    added = _missing(text, faqs)
    text = "\n\n".join((text.strip(), *_faq_texts(added, limits))).strip() + "\n"
    marked = frozenset(plain(question) for question in added)
    words = " ".join((extracted, *(f"{question} {plain(answer)}" for question, answer in added.items())))
    return ParsedFile(
        text,
        metadata.or_else(Metadata(sources=sources)),
        questions=found.questions | questions | marked,
        left_out=found.left_out,
        extracted=words,
    )


def bold_lines_as_headings(text: str) -> str:
    """Paragraphs that are one bold line become headings, where a text has no real ones; its first line the title."""
    if re.search(r"^#{1,6} ", text, re.MULTILINE):
        return text
    return _BOLD_LINE.sub(lambda found: f"{'##' if found.start() else '#'} {found[1]}", text)


def _declared(content: bytes) -> str:
    found = _CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def _refuse_application(root: HtmlElement, body: HtmlElement, extracted: str, faqs: Sequence[Any]) -> None:
    unscripted = " ".join(text_of(each) for each in body.iter("noscript"))
    shown = len(extracted.split()) - len(unscripted.split())
    scripts = bool(unscripted) or any(each.get("src") for each in root.iter("script"))
    waiting = shown < 5 * _FEW and _WAITING.search(extracted)
    if not faqs and scripts and (shown < _FEW or waiting):
        raise ReadError("an empty application page: scripts make its text. Save it from a browser once it has loaded")


def _content(page: str, root: HtmlElement, body: HtmlElement) -> Converted:
    """What the page marks as its content; else a short page whole, and the article of a longer one."""
    marked = _marked(body)
    if marked:
        return _joined(marked, body)
    left_out = tuple(_taken_out([each for each in _around(body) if each.tag != "header"]))
    found = _unmarked_content(page, root, body)
    return replace(found, left_out=(*left_out, *found.left_out))


def _unmarked_content(page: str, root: HtmlElement, body: HtmlElement) -> Converted:
    whole = _joined([body], body)
    length = len(whole.text.split())
    if length < _SHORT or root.xpath(_ASKING):
        return whole
    extract = _extract(page)
    if len(extract.split()) < _SHARE * length / 2:
        return whole
    element = _around_article(body, extract)
    if element is None:
        return _extracted(extract, body)
    links = tuple(_taken_out(_link_blocks(element)))
    found = _joined([element], body)
    return replace(found, left_out=(*links, *found.left_out))


def _taken_out(elements: Sequence[HtmlElement]) -> Iterator[LeftOut]:
    """What is left out of a tree, which is changed."""
    for each in elements:
        if text := text_of(each):
            yield LeftOut(_name(each), text)
        each.drop_tree()


def _around_article(body: HtmlElement, extract: str) -> HtmlElement | None:
    """The innermost element that holds the article, None if it holds much besides: tables and lists stay so."""
    kept = Counter(_WORD.findall(extract.casefold()))
    element, held = body, Counter[str]()
    while len(element):
        largest = max(element, key=lambda child: len(child.text_content()) if isinstance(child.tag, str) else 0)
        words = Counter(_WORD.findall(text_of(largest).casefold())) if isinstance(largest.tag, str) else Counter[str]()
        if (kept & words).total() < 0.9 * kept.total():
            break
        element, held = largest, words
    linked = sum(len(_WORD.findall(text_of(each))) for each in _link_blocks(element))
    return element if kept.total() >= _MOST_OF * (held.total() - linked) > 0 else None


def _link_blocks(root: HtmlElement) -> list[HtmlElement]:
    """The parts of an element that are little else than links, outermost first."""
    found: list[HtmlElement] = []
    for element in root.iter("ul", "ol", "div", "section", "nav", "aside", "footer", "table"):
        if element is root or any(above in found for above in element.iterancestors()):
            continue
        links = [len(_WORD.findall(link.text_content())) for link in element.iter("a")]
        if len(links) > 2 and sum(links) >= 0.8 * len(_WORD.findall(element.text_content())):
            found.append(element)
    return found


def _marked(body: HtmlElement) -> list[HtmlElement]:
    """The elements that hold the content by the page's own word, outermost first; none if they miss most of it."""
    everything = _words_in([body]) - _words_in(_around(body))
    for path in (".//main | .//*[@role='main']", ".//article", ".//*[@itemprop='articleBody']"):
        found = [
            each for each in body.xpath(path) if not any(_is_comment(above) for above in (each, *each.iterancestors()))
        ]
        outer = _outermost(found)
        share = _SHARE if "main" not in path else _SHARE / 4  # whose meaning is that it is the content
        if _words_in(outer) >= max(3, share * everything):
            return outer
    named = [
        each
        for each in body.iter("div", "section")
        if any(_CONTENT_NAMES.search(each.get(name) or "") for name in ("id", "class"))
    ]
    outer = _outermost(named)
    return outer if _words_in(outer) >= max(3, 0.5 * everything) else []


def _around(body: HtmlElement) -> list[HtmlElement]:
    """Elements that hold what stands around the content."""
    return _outermost(list(body.iter(*_AROUND)))


def _outermost(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    known = set(elements)
    return [each for each in elements if known.isdisjoint(each.iterancestors())]


def _words_in(elements: Sequence[HtmlElement]) -> int:
    return sum(len(text_of(each).split()) for each in elements)


def _is_comment(element: HtmlElement) -> bool:
    return bool(re.search(r"\bcomments?\b", f"{element.get('class', '')} {element.get('id', '')}", re.IGNORECASE))


def _joined(roots: Sequence[HtmlElement], body: HtmlElement) -> Converted:
    """Parts of a page as one text; the rest of the page is listed as left out, by what holds it."""
    left_out = [] if body in roots else list(_outside(body, roots))
    parts = [convert(root) for root in roots]
    text = "\n".join(part.text for part in parts)
    questions = frozenset().union(*(part.questions for part in parts))
    return Converted(text, questions, (*left_out, *(each for part in parts for each in part.left_out)))


def _outside(body: HtmlElement, roots: Sequence[HtmlElement]) -> Iterator[LeftOut]:
    """Text outside the content: each largest element that holds none of it."""
    above = {parent for root in roots for parent in root.iterancestors()}
    kept = set(roots)
    waiting = [body]
    while waiting:
        element = waiting.pop()
        pieces = [element.text or ""]
        for child in element:
            pieces.append(child.tail or "")
            if child in kept or not isinstance(child.tag, str):
                continue
            if child in above:
                waiting.append(child)
            elif text := text_of(child):
                yield LeftOut(_name(child), text)
        if loose := " ".join(" ".join(pieces).split()):
            yield LeftOut("outside the main content", loose)


def _name(element: HtmlElement) -> str:
    return _AROUND_NAMES.get(element.tag, "outside the main content")


def _extracted(extract: str, body: HtmlElement) -> Converted:
    """The article that trafilatura found; what it left out is listed by the elements that hold it."""
    kept = Counter(_WORD.findall(extract.casefold()))
    left_out = []
    for element in body.iter("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "div", "span", "a", "dt", "dd"):
        own = " ".join(part for part in (element.text or "", *(child.tail or "" for child in element)) if part.strip())
        words = _WORD.findall(own.casefold())
        missing = [word for word in words if kept[word] <= 0]
        kept.subtract(words)
        if missing:
            left_out.append(LeftOut("not part of the article", " ".join(own.split())))
    return Converted(bold_lines_as_headings(extract), frozenset(), tuple(left_out))


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


def _metadata(page: str, root: HtmlElement) -> Metadata:
    # Dates only where the page states them: a search of its text finds dates of anything.
    with readable("HTML"):
        about: Any = _trafilatura().extract_metadata(
            page[:_HEAD], date_config={"extensive_search": False, "original_date": True}
        )
    if about is None:
        title = root.findtext(".//title")
        return Metadata(title=" ".join((title or "").split()))
    # What stands beside a name is sometimes taken for one.
    names = [name.strip() for name in (about.author or "").split(";") if not _NO_NAME.search(name)]
    author = ", ".join(name for name in names if name)
    return Metadata(title=about.title or "", url=about.url or "", author=author, date=about.date or "")


def _trafilatura() -> Any:
    import trafilatura

    for name in ("trafilatura", "htmldate", "courlan"):  # whose lines about pages mean nothing to who builds an index
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return trafilatura


def _json_ld(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Questions and answers of a schema.org FAQPage that the page states as JSON-LD."""
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "") or not 0 < len(text) < _MOST_JSON_LD:
            continue
        try:
            value = json.loads(
                re.sub(r"\A\s*(?:<!--|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>)\s*\Z", "", text), strict=False
            )
        except (ValueError, RecursionError):
            continue
        yield from _faq_entries(value, 0)


def _faq_entries(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > 20:
        return
    if isinstance(value, list):
        for each in value:
            yield from _faq_entries(each, depth + 1)
    elif isinstance(value, dict):
        kind = value.get("@type")
        answer = value.get("acceptedAnswer") or value.get("suggestedAnswer")
        if (kind == "Question" or (isinstance(kind, list) and "Question" in kind)) and answer:
            answer = answer[0] if isinstance(answer, list) and answer else answer
            question, told = (
                value.get("name") or value.get("text"),
                answer.get("text") if isinstance(answer, dict) else answer,
            )
            if isinstance(question, str) and isinstance(told, str) and question.strip() and told.strip():
                asked = " ".join(fragment_to_markdown(question).split())
                yield asked, fragment_to_markdown(html.unescape(told) if "&lt;" in told else told).strip()
            return
        for key in ("@graph", "mainEntity", "hasPart", "itemListElement", "item", "about", "subjectOf"):
            yield from _faq_entries(value.get(key), depth + 1)


def _missing(text: str, faqs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Those questions of the page's data, with their answers, that its text does not have itself."""
    there = _words(text)
    return {
        question: answer
        for question, answer in dict(faqs).items()
        if _words(question) not in there or _words(plain(answer))[:80] not in there
    }


def _faq_texts(faqs: Mapping[str, str], limits: Limits) -> Iterator[str]:
    for question, answer in faqs.items():
        told = re.sub(r"^#{1,6} (.*)$", r"**\1**", clean(answer, limits), flags=re.MULTILINE)
        yield f"## {clean(question, limits)}\n\n{told}"


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
