"""Markdown files and their dialects: HTML blocks, MDX, shortcodes, admonitions, images by their alternative text."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from faqbot.markdown import code_spans, html_spans, is_question, plain
from faqbot.readers.html_elements import parse_html
from faqbot.readers.html_markdown import BREAK, convert, raised
from faqbot.readers.limits import Limits, refuse_lines
from faqbot.readers.parsed import LeftOut, ParsedFile
from faqbot.readers.questions import questions_as_headings
from faqbot.readers.yaml_json import split_front_matter
from faqbot.types import Span

_COMMENTS = (("<!--", "-->"), ("{/*", "*/}"))
_MDX = re.compile(
    r"^(?:import\s+(?:[\w{*\"'][^\n]*\sfrom\s+)?[\"'][^\n]+|"
    r"export\s+(?:default|const|let|function|async|\{)[^\n]*"
    r"(?:\n(?![ \t]*$)[^\n]+)*)$",
    re.MULTILINE,
)
_SHORTCODE = re.compile(r"\{\{[<%]\s*(?P<close>/?)\s*(?P<name>[\w./-]+)(?P<rest>[^\n]{0,1000}?)/?\s{0,9}[>%]\}\}")
_LIQUID = re.compile(r"\{%-?\s*[^%\n]{0,300}?\s*-?%\}|\{\{-?\s*[\w.| :\"'/-]{1,200}\s*-?\}\}")
_WORDPRESS = re.compile(
    r"\[(?P<close>/?)(?P<name>(?:vc_|et_pb_|su_|fusion_)\w+"
    r"|toggle|accordion(?:-item|_item)?|tabs?|spoiler|caption|gallery"
    r"|contact-form[\w-]*|embed|faq)"
    r"(?P<rest>(?:\s[^\[\]\n]*)?)/?\](?!\()"
)
_COMPONENT = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Z][\w.]*)"
    r"(?P<rest>(?:\s(?:[^<>{}\"']|\"[^\"]*\"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)?)/?>"
)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TITLES = ("title", "label", "summary", "question", "header", "heading", "name")
_FIRST_TITLE = re.compile(r"^\s*[\"“]([^\"”\n]{1,200})[\"”]")
_COLON = re.compile(
    r"^(?P<indent> {0,3}):{3,}[ \t]*(?:\{[^{}\n]*\}|(?P<kind>[\w-]+)?"
    r"(?:\[(?P<label>[^\]\n]*)\])?[ \t]*"
    r"(?P<title>[^\n{]*)(?:\{[^{}\n]*\})?)[ \t]*$",
    re.MULTILINE,
)
_BANGS = re.compile(
    r"^(?P<indent> *)(?P<mark>!!!|\?\?\?\+?)[ \t]+(?P<kind>[\w-]+)[^\n\"]*"
    r"(?:\"(?P<title>[^\"\n]*)\")?[ \t]*\n"
    r"(?P<body>(?:(?P=indent)(?:    |\t)[^\n]*\n|[ \t]*\n)*)",
    re.MULTILINE,
)
_ALERT = re.compile(r"^(>[ \t]*)\[!(\w+)\][-+]?[ \t]*([^\n]*)$", re.MULTILINE)
_HEADING_ATTRIBUTE = re.compile(r"[ \t]*\{[:#.][^{}\n]{0,200}\}[ \t]*$", re.MULTILINE)
_CONTENTS = re.compile(r"^\s*(?:\[TOC\]|\[\[_?toc_?\]\]|\{:toc\}|\*? ?TOC)\s*$", re.MULTILINE | re.IGNORECASE)
_IMAGE = re.compile(
    r"!\[((?:[^\[\]\n]|\[[^\[\]\n]*\]){0,500})\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])(?:\{[^{}\n]*\})?"
)
_PICTURE = re.compile(r"\]\(([\w][\w%./-]{0,200}\.(?:svg|png|jpe?g|gif|webp))[ )]", re.IGNORECASE)
_WIKI = re.compile(r"(!?)\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\]")
_REFERENCE_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,200})\]\[([^\[\]\n]{0,100})\]")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]{1,100})\]:[ \t]*(<[^<>\n]*>|\S+)[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))?[ \t]*$",
    re.MULTILINE,
)
_INLINE_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|s|del|ins|sup|sub|span|a|font|small|big|mark"
    r"|kbd|abbr|br|img|code|q|cite|p|div|center"
    r"|details|summary|hr|label|input|button|wbr|nobr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_RAISED = re.compile(r"<sup>(\s*[-+\u2212]?\d{1,3}\s*)</sup>", re.IGNORECASE)
_DEFINED = re.compile(
    r"^(?P<term>[^\s:#>|*+\-`<~][^\n]{0,200})\n\n?(?P<definitions>"
    r"(?::[ \t]+[^\n]+(?:\n[ \t]+[^\n]+)*(?:\n(?=\n?:[ \t])\n?|$))+)",
    re.MULTILINE,
)
# For counting words: tags within words, other tags, and what is for programs only.
_WITHIN_WORDS = re.compile(r"</?(?:su[bp]|b|i|u|em|strong|span|mark|font|small|big)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PROGRAM = re.compile(r"<(script|style)\b[^<>]*>.{0,100000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,12}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_BLANKS = re.compile(r"\n{3,}")
_HEADINGS = re.compile(r"^(#{1,6}) ", re.MULTILINE)
_LONGEST_ELEMENT = 50_000  # characters
_LINE_BREAK = f"\n\n{BREAK}\n\n"


def read_markdown(text: str, limits: Limits, *, folder: Path | None = None) -> ParsedFile:
    """Return the body of a Markdown file; what is there for a program and not for readers is left out and listed.

    An image is its alternative text, but for a picture that lies in `folder` or below it: the page can show that one.
    """
    refuse_lines(text, limits)
    front = split_front_matter(text, limits)
    body, reader = front.body, _Reader(folder)
    found, questions = questions_as_headings(reader.read(body))
    extracted = _TAG.sub(" ", _WITHIN_WORDS.sub("", _PROGRAM.sub(" ", _IMAGE.sub(r"\1", body))))
    return ParsedFile(
        found,
        front.metadata,
        questions=questions | frozenset(reader.questions),
        left_out=(*front.left_out, *reader.left_out),
        extracted=html.unescape(extracted) if extracted != found else "",
    )


@dataclass(slots=True)
class _Reader:
    folder: Path | None
    left_out: list[LeftOut] = field(default_factory=list)
    questions: set[str] = field(default_factory=set)
    level: int = 1
    containers: list[bool] = field(default_factory=list)  # those that are open, whether each is a question

    def read(self, text: str) -> str:
        """The text without what only programs read; code is never touched."""
        before = text
        steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
            (_MDX, self.left("MDX")),
            (_SHORTCODE, self.shortcode),
            (_COMPONENT, self.component),
            (_WORDPRESS, self.shortcode),
            (_LIQUID, self.left("template tag")),
            (_RAISED, lambda found: raised(found[1])),
            (_DEFINED, self.definitions),
            (_BANGS, self.admonition),
            (_COLON, self.container),
            (_ALERT, _alert),
            (_CONTENTS, self.left("table of contents")),
            (_HEADING_ATTRIBUTE, self.left("attribute")),
        )
        for begins, ends in _COMMENTS:
            text = self.without_comments(text, begins, ends)
        for pattern, put in steps:
            text = self.outside_code(text, pattern, put)
        text = self.html_blocks(text)
        text = self.outside_code(text, _IMAGE, self.image)
        text = self.outside_code(text, _WIKI, self.wiki)
        text = self.links(text)
        text = self.outside_code(text, _INLINE_TAG, self.inline_tag)
        text = self.outside_code(
            text, _ENTITY, lambda found: html.unescape(found[0]) if found[0] not in ("&lt;", "&amp;") else found[0]
        )
        text = _without_breaks(text)
        return text if text == before else self.outside_code(text, _BLANKS, lambda _: "\n\n").strip("\n") + "\n"

    def outside_code(self, text: str, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str]) -> str:
        """The text with each match replaced that does not begin in code; headings before a match set the level."""
        if not pattern.search(text):
            return text
        code = code_spans(text)
        parts: list[str] = []
        at = place = 0
        for found in pattern.finditer(text):
            while place < len(code) and code[place][1] <= found.start():
                place += 1
            if place < len(code) and code[place][0] <= found.start():
                continue
            before = text[at : found.start()]
            for heading in _HEADINGS.finditer(before):
                self.level = len(heading[1])
            parts += (before, put(found))
            at = found.end()
        return "".join((*parts, text[at:]))

    def left(self, reason: str) -> Callable[[re.Match[str]], str]:
        """What leaves a match out for a reason."""

        def put(found: re.Match[str]) -> str:
            self.left_out.append(LeftOut(reason, " ".join(found[0].split())))
            return ""

        return put

    def without_comments(self, text: str, begins: str, ends: str) -> str:
        """The text without its comments; one that is not closed is text."""
        if begins not in text or ends not in text:
            return text
        code = code_spans(text)
        parts: list[str] = []
        at = place = 0
        start = text.find(begins)
        while start >= 0:
            while place < len(code) and code[place][1] <= start:
                place += 1
            end = text.find(ends, start + len(begins))
            if end < 0:
                break
            if place < len(code) and code[place][0] <= start:
                start = text.find(begins, code[place][1])
                continue
            if inner := " ".join(text[start + len(begins) : end].split()):
                self.left_out.append(LeftOut("comment", inner))
            parts.append(text[at:start])
            at = end + len(ends)
            start = text.find(begins, at)
        return "".join((*parts, text[at:]))

    def shortcode(self, found: re.Match[str]) -> str:
        """A template's tag: a title that it states becomes a heading, the rest is left out."""
        self.left("shortcode")(found)
        if found["close"]:
            return _LINE_BREAK
        name, about = found["name"], _attributes(found["rest"])
        if name in ("figure", "img", "image"):
            return about.get("alt") or about.get("caption") or ""
        folding = re.search(r"details|accordion|toggle|expand|faq|spoiler|tab|question|collapse", name, re.IGNORECASE)
        first = _FIRST_TITLE.match(found["rest"]) if folding else None
        title = _title(about) or (first[1] if first else "")
        if title and folding:
            return self.titled(title, asking="tab" not in name.casefold())
        return f"\n\n**{title}**\n\n" if title else ""

    def component(self, found: re.Match[str]) -> str:
        """A component of MDX: its label becomes a heading, the tag itself is left out."""
        self.left("component")(found)
        if _is_within_line(found):
            return ""
        if found["close"]:
            return _LINE_BREAK
        about = _attributes(found["rest"] or "")
        title = _title(about)
        asking = re.search(r"details|accordion|faq|question|collaps|toggle", found["name"], re.IGNORECASE)
        answer = f"{about['answer']}\n\n" if asking and about.get("answer") else ""
        return self.titled(title, asking=bool(asking)) + answer if title else "\n"

    def titled(self, title: str, *, asking: bool) -> str:
        title = " ".join(html.unescape(title).split())
        if asking:
            self.questions.add(plain(title))
        return f"\n\n{'#' * min(self.level + 1, 6)} {title}\n\n"

    def admonition(self, found: re.Match[str]) -> str:
        """A call-out of Python-Markdown, whose text is indented."""
        indent = len(found["indent"])
        lines = [re.sub(r"^(?:    |\t)", "", line[indent:]) for line in found["body"].split("\n")]
        title = found["title"] if found["title"] is not None else found["kind"].capitalize()
        if found["title"] is not None:
            self.left_out.append(LeftOut("call-out", found["kind"]))
        body = "\n".join(lines).strip("\n")
        if found["mark"].startswith("???"):
            return f"{self.titled(title, asking=True)}{body}{_LINE_BREAK}" if title else f"{body}\n\n"
        return f"**{title}**\n\n{body}\n\n" if title else f"{body}\n\n"

    def container(self, found: re.Match[str]) -> str:
        """A call-out between lines of colons: its title, or what kind it is, as a bold line."""
        kind, title = found["kind"] or "", (found["label"] or found["title"] or "").strip()
        if not kind and not title and "{" not in found[0]:
            return _LINE_BREAK if self.containers and self.containers.pop() else "\n"
        asking = kind in ("details", "dropdown", "expand", "faq", "question")
        self.containers.append(asking)
        if kind and title:
            self.left_out.append(LeftOut("call-out", kind))
        if asking:
            return self.titled(title or kind.capitalize(), asking=bool(title))
        shown = title or kind.replace("-", " ").capitalize()
        return f"\n**{shown}**\n" if shown else "\n"

    def definitions(self, found: re.Match[str]) -> str:
        """A term and its definitions as Markdown Extra has them: a question with its answer, else an item."""
        told = [
            re.sub(r"\n[ \t]+", "\n", each)
            for each in re.split(r"(?:\A|\n+):[ \t]+", found["definitions"].strip())
            if each
        ]
        term = found["term"].strip()
        if is_question(term):
            return "\n\n".join((f"\n**{term}**", *told, BREAK)) + "\n"
        return f"- **{term}**: " + "; ".join(" ".join(each.split()) for each in told) + "\n"

    def html_blocks(self, text: str) -> str:
        """The text with its blocks of HTML as Markdown; one that only ends what another began ends its part."""
        spans = _whole_elements(html_spans(text), text)
        parts: list[str] = []
        at = 0
        for start, end in spans:
            before = text[at:start]
            for heading in _HEADINGS.finditer(before):
                self.level = len(heading[1])
            piece = text[start:end]
            found = convert(parse_html(f"<div>{piece}</div>"), level=self.level)
            self.questions |= found.questions
            self.left_out += found.left_out
            opened, closed = piece.count("<details"), piece.count("</details")
            ends = _LINE_BREAK if closed > opened or (closed and closed == opened) else ""
            apart = "\n\n" if before.strip() else ""
            parts += (before.rstrip(), apart, found.text.strip(), ends or "\n\n" if found.text.strip() else ends)
            at = end + len(text[end:]) - len(text[end:].lstrip("\n"))
        return "".join((*parts, text[at:]))

    def image(self, found: re.Match[str]) -> str:
        """A picture of the corpus as it stands, any other image by its alternative text."""
        target = _PICTURE.search(found[0])
        if self.folder and target and ".." not in target[1] and (self.folder / unquote(target[1])).is_file():
            return found[0]
        return found[1].strip()

    def wiki(self, found: re.Match[str]) -> str:
        if found[1]:
            return self.left("embedded file")(found)
        return found[3] or found[2]

    def links(self, text: str) -> str:
        """References to links by their words, the list of their addresses left out."""
        names = {found[1].casefold() for found in _DEFINITION.finditer(text)}
        if not names:
            return text
        text = self.outside_code(
            text, _REFERENCE_LINK, lambda found: found[1] if (found[2] or found[1]).casefold() in names else found[0]
        )
        return self.outside_code(text, _DEFINITION, self.left("link address"))

    def inline_tag(self, found: re.Match[str]) -> str:
        """A tag within a line: bold and line breaks keep their meaning, other tags go."""
        tag = re.sub(r"[^a-z]", "", found[0].casefold().split(" ")[0].split("/>")[0])
        if tag == "br":
            return "  \n"
        if tag in ("b", "strong"):
            return "**"
        if tag in ("i", "em"):
            return "*"
        alt = re.search(r"alt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", found[0]) if tag == "img" else None
        return (alt[1] or alt[2] or "") if alt else ""


def _whole_elements(spans: Sequence[Span], text: str) -> Iterator[Span]:
    """Blocks of HTML, those that begin a table or a list as far as it goes: a blank line ends them for Markdown."""
    at = 0
    for start, end in spans:
        if start < at:
            continue
        for name in ("table", "dl", "ul", "ol"):
            piece = text[start:end].casefold()
            if piece.count(f"<{name}") > piece.count(f"</{name}"):
                closing = text.casefold().find(f"</{name}>", end, end + _LONGEST_ELEMENT)
                end = closing + len(name) + 3 if closing >= 0 else end
        yield start, end
        at = end


def _attributes(tag: str) -> dict[str, str]:
    return {name.casefold(): one or other for name, one, other in _ATTRIBUTE.findall(tag)}


def _title(attributes: Mapping[str, str]) -> str:
    return next((attributes[name] for name in _TITLES if attributes.get(name)), "")


def _is_within_line(found: re.Match[str]) -> bool:
    """Whether a component's tag stands in the middle of a line of text."""
    text, name = found.string, re.escape(found["name"])
    before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    after = text[found.end() : text.find("\n", found.end()) % (len(text) + 1)]
    if not found["close"]:
        return bool(before.strip()) and not before.rstrip().endswith(">")
    opened = re.search(rf"\S.*<{name}\b", before)
    return bool(opened and not before.lstrip().startswith("<")) or bool(
        after.strip() and not after.lstrip().startswith("<")
    )


def _alert(found: re.Match[str]) -> str:
    title = found[3].strip() or found[2].capitalize()
    return f"{found[1]}**{title}**\n>"


def _without_breaks(text: str) -> str:
    """Ends of parts as rules, but before headings and at the end."""
    if BREAK not in text:
        return text
    text = re.sub(rf"(?<!\s)\s*(?:{BREAK}\s*)+(?=#{{1,6}} |---\s*$|\Z)", "\n\n", text, flags=re.MULTILINE)
    text = re.sub(rf"\A\s*{BREAK}\s*", "", text)
    return re.sub(rf"(?<!\s)\s*(?:{BREAK}\s*)+", "\n\n---\n\n", text).lstrip("\n").rstrip() + "\n"
