"""What readers give: Markdown with metadata, as files, bylines and reference lists state it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from faqbot.markdown import Block, heading_text
from faqbot.types import Pair, ReadWarning, Source, Span


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says about itself. `alternates` are other ways to ask the question of a heading."""

    title: str = ""
    url: str = ""
    author: str = ""
    date: str = ""
    reviewed: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    alternates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def or_else(self, other: "Metadata") -> "Metadata":
        """These facts, and those of `other` where nothing is stated here."""
        found = {entry.name: getattr(self, entry.name) or getattr(other, entry.name) for entry in fields(self)}
        return replace(self, **found)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of a file that is in no passage, and why: "navigation", "comment", "hidden text" and the like."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """Markdown text, what it says about itself, and the pairs whose answers are places in it.

    `questions` are headings that the format marks as questions, whatever they end in. `extracted` is all text that the
    format holds, by the plainest way of getting it, for counting the words that were lost; empty where it is `text`.
    """

    text: str
    metadata: Metadata = Metadata()
    pairs: tuple[Pair, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    questions: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    extracted: str = ""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATES = tuple(
    re.compile(rf"\b{form}\b", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_DAY}\.?\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH},?\s+{_YEAR}",
    )
)
_READ_TIME = re.compile(r"\b\d{1,3}\s?-?\s?min(?:ute)?s?\.?\s+(?:to\s+)?read(?:ing)?(?:\s+time)?\b", re.IGNORECASE)
_BY = re.compile(
    r"(?P<what>(?:(?:medically|clinically|fact|expert)[- ])?(?:reviewed|checked|approved|verified)|written|posted"
    r"|published|authored|edited|updated)?\s*(?:by|author|authors|writer)\s*:?\s+(?P<who>\S.{1,100})",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:page |originally |first |last |medically )*"
    r"(?:published|posted|updated|modified|reviewed|created|written|date)(?: on| at)?\b:?"
    r"|\bnext review(?: due)?\b:?|\bby (?:admin|staff|editors?|the editors?|editorial team)\b"
    r"|\b(?:on|at|by|and|edt|est|gmt|utc|am|pm)\b|\d{1,2}:\d\d",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\d{1,6} (?:comments?|views?|shares?|likes?|replies)", re.IGNORECASE)
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.?\s+)?[^\W\d_a-z][\w.'’-]*(?:,?\s+(?:[^\W\d_a-z][\w.'’-]*|de|da|van|von|der|of|and|&)){0,12}"
)
_SIGNED = re.compile(
    r"(?:(?:Dr|Prof)\.?\s+)?(?:[^\W\d_a-z][\w.'’-]*\s+){1,3}[^\W\d_a-z][\w'’-]*,\s+(?:M\.?D\.?|Ph\.?D\.?|D\.?O\.?|DPT|PT|RN|MSc"
    r"|MPH|FRCP|physiotherapist|physical therapist|physician|chiropractor|rheumatologist|orthopa?edic surgeon).{0,60}"
)
_CREDENTIALS = (
    r"(?:physician|doctor|physiotherapist|physical therapist|chiropractor|surgeon|rheumatologist|neurologist|specialist"
    r"|professor|lecturer|nurse|writer|journalist|editor|author|consultant|trainer|coach|researcher|graduate|dietitian)"
)
_BIOGRAPHY = re.compile(
    r"(?:MD|M\.D\.|PhD|DO|DPT|PT|RN|MSc|MPH|FRCP|DC)\b"
    rf"|\b(?:is|was|has been|works as) (?:an?|the)\b.{{0,80}}{_CREDENTIALS}|{_CREDENTIALS} (?:from|at|in)\b"
    r"|\b(?:fellowship|board[- ]certified|years of (?:clinical )?experience|clinical practice)\b",
    re.IGNORECASE,
)
_LONGEST = 160
_LONGEST_BIOGRAPHY = 80  # words


# What programs put where a title or an author should be.
_MADE_UP = re.compile(
    r"untitled.*|\(?anonymous\)?|unspecified|unknown|microsoft word - .*|.*\.(?:docx?|pdf|indd|odt|tex|html?)"
    r"|document ?\d*|python-docx|word document|presentation\d*|microsoft office user|user|admin(?:istrator)?|owner",
    re.IGNORECASE,
)


def is_made_up(stated: str) -> bool:
    """Return whether a title or an author in a file's properties was put there by a program."""
    return bool(_MADE_UP.fullmatch(stated.strip()))


def byline(line: str) -> Metadata | None:
    """What a line states, if it does nothing but name an author, a date or a reading time; else None."""
    bare = " ".join(line.strip(" *_#|·•-–—").split())
    if not bare or len(bare) > _LONGEST or bare[-1] == "?":
        return None
    facts, stated = Metadata(), False
    for part in re.split(r"\s*[|·•]\s*|\s+[-–—]\s+", bare):
        about = _part(part)
        if about is None:
            return None
        facts, stated = facts.or_else(about), True
    return facts if stated else None


def is_biography(text: str) -> bool:
    """Whether a paragraph that follows a byline says who the author is, without addressing the reader."""
    first = text[:_LONGEST]
    addressed = re.search(r"\byou(?:r|rself)?\b", first, re.IGNORECASE)
    return len(text.split()) <= _LONGEST_BIOGRAPHY and bool(_BIOGRAPHY.search(first)) and not addressed


def find_date(text: str) -> str:
    """The first date written with a month's name or as year-month-day, in ISO 8601; else nothing."""
    for form in _DATES:
        for found in form.finditer(text):
            parts = found.groupdict()
            month = parts["month"].casefold()[:3]
            number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
            day = int(parts.get("day") or 1)
            if 1 <= number <= 12 and 1 <= day <= 31:
                return f"{parts['year']}-{number:02}" + (f"-{day:02}" if parts.get("day") else "")
    return ""


def _part(part: str) -> Metadata | None:
    """What one part of a line states; no facts for a reading time; None for anything else."""
    if _COUNT.fullmatch(part):
        return Metadata()
    date = find_date(part)
    rest = part
    for form in _DATES:
        rest = form.sub(" ", rest)
    rest = _READ_TIME.sub(" ", rest)
    touched = rest != part
    by = _BY.fullmatch(rest.strip(" ,"))
    name = re.sub(r"\s+(?:on|at)$", "", by["who"].strip(" ,.")) if by else ""
    if by and _NAME.fullmatch(name):
        checked = re.search("review|check|approv|verif|edit", by["what"] or "", re.IGNORECASE)
        return Metadata(reviewed=date) if checked else Metadata(author=name, date=date)
    if not touched and _SIGNED.fullmatch(part):
        return Metadata(author=part)
    left = _LABEL.sub(" ", rest).strip(" ,.:;()/-–—")
    if left or not touched:
        return None
    if re.search("next review", part, re.IGNORECASE):
        return Metadata()
    return Metadata(reviewed=date) if re.search("review", part, re.IGNORECASE) else Metadata(date=date)


_HEADING = re.compile(
    r"(?:(?:article |key |selected )?(?:references?|sources?|citations?|bibliography|works cited|literature|endnotes"
    r"|footnotes)"
    r"|(?:references|sources) (?:and|&) (?:further|additional) (?:reading|resources)|further reading)(?: \(\d+\))?:?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"^[ \t]*(?:[-*][ \t]+)?\\?\[\^?(\w{1,12})\\?\]:?[ \t]+(\S.*)$", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(?:(\d{1,3})[.)]|[-*+])[ \t]+(\S.*)$", re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>\"\]]+|\bdoi:\s?10\.\S+", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]*)\]\((https?://[^()\s]*)\)")


@dataclass(frozen=True, slots=True)
class References:
    """The sources found and the places in the text that list them."""

    sources: tuple[Source, ...] = ()
    spans: tuple[Span, ...] = ()


def find_references(blocks: Sequence[Block], text: str) -> References:
    """Sources from lines such as "[4] https://..." and from the list under a heading such as "References"."""
    sources: list[Source] = []
    spans: list[Span] = []
    listing = 0
    for block in blocks:
        piece = text[block.start : block.end]
        if block.kind == "heading":
            named = _HEADING.fullmatch(heading_text(block, text))
            listing = block.level if named else (listing if block.level > listing > 0 else 0)
            if named:
                spans.append((block.start, block.end))
            continue
        found = _marked(piece) or (_listed(piece, len(sources)) if listing else [])
        if found or (listing and block.kind != "break"):
            sources += found
            spans.append((block.start, block.end))
    return References(tuple(sources), tuple(spans))


def _marked(piece: str) -> list[Source]:
    """Sources of a block in which every line begins with a mark and, in one of two, a link follows."""
    lines = [line for line in piece.split("\n") if line.strip()]
    found = [match for line in lines if (match := _MARKED.match(line))]
    if len(found) < len(lines) or not any(_URL.search(match[2]) or len(match[2].split()) > 3 for match in found):
        return []
    return [_source(match[1], match[2]) for match in found]


def _listed(piece: str, before: int) -> list[Source]:
    """Sources of a list or of lines under a heading for references, numbered as they stand."""
    matches = _NUMBERED.findall(piece) or [("", line) for line in piece.split("\n") if _URL.search(line)]
    return [_source(mark or str(before + at), rest) for at, (mark, rest) in enumerate(matches, 1)]


def _source(mark: str, rest: str) -> Source:
    link = _LINK.search(rest)
    if link:
        return Source(title=" ".join(_LINK.sub(r"\1", rest).split()), url=link[2], mark=mark)
    url = _URL.search(rest)
    if not url:
        return Source(title=rest.strip(), mark=mark)
    address = url[0].rstrip(".,;)")
    title = " ".join(rest.replace(url[0], " ").split()).strip(" -–—:,.")
    return Source(title=title, url=address, mark=mark)
