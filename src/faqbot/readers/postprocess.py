"""From a parsed file to a Document: bylines, references, boilerplate, questions with their answers."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import zip_longest
from operator import itemgetter

from faqbot.markdown import Block, blocks, heading_text, is_question, plain, word_count
from faqbot.readers.parsed import Metadata, ParsedFile, byline, find_date, find_references, is_biography
from faqbot.types import Document, Pair, ReadWarning, Span

# Patterns look at the head of a longer text: boilerplate is short, and the work for hostile text stays bounded.
_LOOK = 400
_MARKS = " \t*_#>|-–—•·:"
# A sentence that sends people to emergency care is kept whatever else it says.
_VITAL = re.compile(r"\b(emergency|999|911|112|ambulance|a&e|immediate(ly)? (medical|care|help))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Patterns:
    whole: re.Pattern[str]
    within: re.Pattern[str]
    comments: re.Pattern[str]
    related: re.Pattern[str]


def is_notice(line: str) -> bool:
    """Return whether a whole line is something that pages put around an article, such as a share button's label."""
    known, bare = _patterns(), _bare(line)
    return bool(known.whole.fullmatch(bare)) or is_notice_sentence(bare) or opens_comments(line) or opens_links(line)


def is_notice_sentence(sentence: str) -> bool:
    """Return whether a sentence advertises, asks to sign up, or disclaims, wherever it stands."""
    return bool(_patterns().within.search(sentence[:_LOOK])) and not _VITAL.search(sentence)


def opens_comments(line: str) -> bool:
    """Return whether the article is over at this line, and what follows was written by visitors."""
    return bool(_patterns().comments.fullmatch(_bare(line)))


def opens_links(line: str) -> bool:
    """Return whether short lines after this one are links to other articles."""
    return bool(_patterns().related.fullmatch(_bare(line)))


def _bare(line: str) -> str:
    return line.strip(_MARKS)[:_LOOK]


@cache
def _patterns() -> _Patterns:
    table = tomllib.loads(resources.files("faqbot.readers").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    kinds = table["kinds"]
    return _Patterns(
        _any([pattern for kind in kinds for pattern in kind.get("whole", ())]),
        _any([pattern for kind in kinds for pattern in kind.get("within", ())]),
        _any(table["comments"]),
        _any(table["related"]),
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?\n]+|$)")
_WORD = re.compile(r"\w+")
_SHORT_SECTION = 120  # words; a longer section under a question is an article of its own, not an answer
_SHORT_LINK = 14  # words; longer lines after "Related articles" belong to the article again
_HEADING_ZONE = 12  # blocks; who wrote an article and when stands near its head


def finish(document_id: str, parsed: ParsedFile) -> Document:
    """Return the Document of a parsed file; stated facts win over those found in the text.

    Pairs were written to be answers: nothing is taken out of them.
    """
    found = _Found(parsed.metadata, parsed.pairs) if parsed.pairs else _found(parsed)
    facts = found.metadata
    return Document(
        id=document_id,
        text=parsed.text,
        title=facts.title or document_id.rpartition("/")[2].rpartition(".")[0],
        url=facts.url,
        author=facts.author,
        date=find_date(facts.date) or facts.date,
        reviewed=find_date(facts.reviewed) or facts.reviewed,
        licence=facts.licence,
        tags=facts.tags,
        sources=facts.sources,
        pairs=found.pairs,
        boilerplate=found.boilerplate,
        warnings=(*parsed.warnings, *found.warnings),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What a text shows: facts, questions with their answers, what is no answer, questions without one."""

    metadata: Metadata
    pairs: tuple[Pair, ...]
    boilerplate: tuple[Span, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()


def _found(parsed: ParsedFile) -> _Found:
    """What the text itself shows."""
    text, found = parsed.text, blocks(parsed.text)
    title = next((block for block in found if block.kind == "heading" and block.level == 1), None)
    references = find_references(found, text)
    about, bylines = _bylines(found, text)
    about = replace(about, title=heading_text(title, text) if title else "", sources=references.sources)
    facts = parsed.metadata.or_else(about)
    listed = set(references.spans)
    others = [block for block in found if (block.start, block.end) not in listed]
    removed = merged({*listed, *bylines, *_boilerplate(others, text, facts.title)})
    pairs = tuple(_question_sections(found, text, removed, facts, title, parsed.questions))
    empty = [block for block in _headings_without_text(found, removed) if block is not title]
    names = [heading_text(block, text) for block in empty]
    unanswered = [name for name in names if is_question(name) or name in parsed.questions]
    warnings = tuple(ReadWarning(f"a question without an answer: “{name[:100]}”") for name in unanswered)
    boilerplate = merged((*removed, *((block.start, block.end) for block in empty)))
    return _Found(facts, pairs, boilerplate, warnings)


def _headings_without_text(found: Sequence[Block], removed: Sequence[Span]) -> Iterator[Block]:
    """Headings that nothing stands under: they are in no passage."""
    kept = [block for block in found if not _touched(block, removed)]
    for block, following in zip_longest(kept, kept[1:]):
        if block.kind != "heading":
            continue
        if (
            following is None
            or following.kind == "break"
            or (following.kind == "heading" and following.level <= block.level)
        ):
            yield block


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _bylines(found: Sequence[Block], text: str) -> tuple[Metadata, list[Span]]:
    """Author and dates near the head; a byline with a biography below it stays, as an answer to who wrote this."""
    facts, spans = Metadata(), []
    for at, block in enumerate(found[:_HEADING_ZONE]):
        if block.kind not in ("heading", "paragraph") or block.level == 1:
            continue
        about = byline(plain(text[block.start : block.end]))
        if about is None:
            continue
        facts = facts.or_else(about)
        after = found[at + 1] if at + 1 < len(found) else None
        told = after and after.kind == "paragraph" and is_biography(text[after.start : after.end])
        if not (about.author and told):
            spans.append((block.start, block.end))
    return facts, spans


def _boilerplate(found: Sequence[Block], text: str, title: str) -> Iterator[Span]:
    """Spans of boilerplate: whole blocks, or single sentences of longer ones."""
    seen: set[str] = set()
    title_words = set(_WORD.findall(title.casefold()))
    linking = boilerplate = False
    for block, following in zip_longest(found, found[1:]):
        piece = plain(text[block.start : block.end].lstrip("#-*+ "))
        short = len(piece.split()) <= _SHORT_LINK
        if opens_comments(piece) and block.start > len(text) // 2:
            yield block.start, len(text)
            return
        linking = opens_links(piece) or (linking and short and not _leads_to_prose(block, following, text))
        # An author's biography is said again below the article, after such a line as "Website | + posts".
        repeated = boilerplate and block.kind == "paragraph" and piece in seen
        caption = block.kind == "paragraph" and piece[:1].islower() and set(_WORD.findall(piece)) <= title_words
        boilerplate = linking or repeated or caption or (short and is_notice(piece))
        if boilerplate:
            yield block.start, block.end
        else:
            yield from _boilerplate_sentences(block, text)
        seen.add(piece)


def _leads_to_prose(block: Block, following: Block | None, text: str) -> bool:
    """Whether a heading belongs to the article again, after links to others."""
    if block.kind != "heading" or following is None or following.kind == "heading":
        return False
    return len(text[following.start : following.end].split()) > _SHORT_LINK


def _boilerplate_sentences(block: Block, text: str) -> Iterator[Span]:
    """The whole block if half of its words are boilerplate, else those sentences of it."""
    sentences = [found.span() for found in _SENTENCE.finditer(text, block.start, block.end) if found[0].strip()]
    told = [span for span in sentences if is_notice_sentence(text[slice(*span)])]
    if block.kind == "heading" or not told:
        return
    if 2 * sum(end - start for start, end in told) >= block.end - block.start:
        yield block.start, block.end
    else:
        yield from told


def _question_sections(
    found: Sequence[Block],
    text: str,
    removed: Sequence[Span],
    facts: Metadata,
    title: Block | None,
    marked: frozenset[str],
) -> Iterator[Pair]:
    """A pair for each heading that asks something and has a short section of its own before the next heading."""
    headings = [heading_text(block, text) for block in found if block.kind == "heading" and block is not title]
    asking = sum(map(is_question, headings))
    only_questions = asking > 0 and asking >= len(headings) / 2  # then a title that asks is one of them
    for heading, section in _headed(found, removed):
        question = heading_text(heading, text)
        alternates = facts.alternates.get(question, ())
        known = alternates or question in marked
        if (heading is title and not (known or only_questions)) or not (is_question(question) or known):
            continue
        first = section[0].header or (section[0].start,)  # a table begins with its header
        span = first[0], section[-1].end
        # A lead that ends in a colon is no answer: the parts below it are.
        if text[slice(*span)].endswith(":") and question not in marked:
            continue
        if known or word_count(text[slice(*span)]) <= _SHORT_SECTION:
            yield Pair(question, alternates, *span)


def _headed(found: Sequence[Block], removed: Sequence[Span]) -> Iterator[tuple[Block, list[Block]]]:
    """Each heading with the blocks right below it, up to the next heading, rule or removed place."""
    heading: Block | None = None
    section: list[Block] = []
    for block in (*found, None):
        ends = block is None or block.kind in ("heading", "break") or _touched(block, removed)
        if ends and heading and section:
            yield heading, section
        if block is not None and not ends:
            section.append(block)
        else:
            heading, section = block if block and block.kind == "heading" else None, []


def _touched(block: Block, removed: Sequence[Span]) -> bool:
    at = bisect_right(removed, block.start, key=itemgetter(1))
    return at < len(removed) and removed[at][0] < block.end
