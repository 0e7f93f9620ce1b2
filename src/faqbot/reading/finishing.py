"""A draft of any format goes in, a Document comes out: title, pairs, references, and what must not be an answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from faqbot.markdown import Block, blocks, heading_text, plain
from faqbot.reading.bylines import byline, is_biography
from faqbot.reading.drafts import Draft, Facts
from faqbot.reading.notices import is_notice, is_notice_sentence, opens_comments, opens_links
from faqbot.reading.references import find_references
from faqbot.types import Document, Pair, Span

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?\n]+|$)")
_WORD = re.compile(r"\w+")
_SHORT_SECTION = 120  # words; a longer section under a question is an article of its own, not an answer
_SHORT_LINK = 14  # words; longer lines after "Related articles" belong to the article again
_REPEATED = 5  # words; shorter lines may well be said twice
_HEADING_ZONE = 12  # blocks; who wrote an article and when stands near its head


def finish(document_id: str, draft: Draft) -> Document:
    """The Document of a draft; stated facts win over those found in the text."""
    text = draft.text
    found = blocks(text)
    references = find_references(found, text)
    listed = set(references.spans)
    title_block = _title_block(found) if not draft.pairs else None
    found_facts, bylines = _bylines(found, text)
    title = heading_text(title_block, text) if title_block else ""
    facts = draft.facts.or_else(replace(found_facts, title=title, sources=references.sources))
    removed = sorted(
        listed | set(bylines) | set(_notices([b for b in found if (b.start, b.end) not in listed], text, facts.title))
    )
    pairs = draft.pairs or tuple(_question_sections(found, text, removed, facts, title_block))
    return Document(
        id=document_id,
        text=text,
        title=facts.title or document_id.rpartition("/")[2].rpartition(".")[0],
        url=facts.url,
        author=facts.author,
        date=facts.date,
        reviewed=facts.reviewed,
        licence=facts.licence,
        tags=facts.tags,
        sources=facts.sources,
        pairs=pairs,
        removed=tuple(merged(removed)),
    )


def merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Sorted spans without overlaps."""
    current: Span | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def _title_block(found: Sequence[Block]) -> Block | None:
    """The only heading of the first level, or the first heading if nothing stands before it."""
    tops = [block for block in found if block.kind == "heading" and block.level == 1]
    return tops[0] if tops else None


def _bylines(found: Sequence[Block], text: str) -> tuple[Facts, list[Span]]:
    """Author and dates near the head; a byline with a biography below it stays, as an answer to who wrote this."""
    facts, spans = Facts(), []
    for at, block in enumerate(found[:_HEADING_ZONE]):
        if block.kind == "heading" and block.level == 1:
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


def _notices(found: Sequence[Block], text: str, title: str) -> Iterator[Span]:
    """Places of page furniture: whole blocks, or single sentences of longer ones."""
    seen: set[str] = set()
    linking = False
    title_words = set(_WORD.findall(title.casefold()))
    for block in found:
        piece = plain(text[block.start : block.end].lstrip("#-*+ "))
        if opens_comments(piece) and block.start > len(text) // 2:
            yield block.start, len(text)
            return
        linking = opens_links(piece) or (linking and len(piece.split()) <= _SHORT_LINK)
        repeated = block.kind == "paragraph" and len(piece.split()) >= _REPEATED and piece in seen
        caption = block.kind == "paragraph" and piece[:1].islower() and set(_WORD.findall(piece)) <= title_words
        if linking or repeated or caption or (is_notice(piece) and len(piece.split()) <= _SHORT_LINK):
            yield block.start, block.end
        else:
            yield from _notice_sentences(block, text)
        seen.add(piece)


def _notice_sentences(block: Block, text: str) -> Iterator[Span]:
    """The whole block if half of its words are furniture, else those sentences of it."""
    sentences = [found.span() for found in _SENTENCE.finditer(text, block.start, block.end) if found[0].strip()]
    told = [span for span in sentences if is_notice_sentence(text[slice(*span)])]
    if block.kind == "heading" or not told:
        return
    if 2 * sum(end - start for start, end in told) >= block.end - block.start:
        yield block.start, block.end
    else:
        yield from told


def _question_sections(
    found: Sequence[Block], text: str, removed: Sequence[Span], facts: Facts, title: Block | None
) -> Iterator[Pair]:
    """A pair for each heading that asks something and has a short section of its own before the next heading."""
    for at, block in enumerate(found):
        if block.kind != "heading" or block is title:
            continue
        question = heading_text(block, text)
        alternates = facts.alternates.get(question, ())
        if not (question.endswith("?") or alternates):
            continue
        section = _section(found[at + 1 :], removed)
        if section and (alternates or len(text[slice(*section)].split()) <= _SHORT_SECTION):
            yield Pair(question, alternates, *section)


def _section(following: Sequence[Block], removed: Sequence[Span]) -> Span | None:
    """From the first block to the last before a heading, a rule or anything removed."""
    ends = 0
    for ends, block in enumerate(following, 1):
        cut = any(start < block.end and block.start < end for start, end in removed)
        if block.kind in ("heading", "break") or cut:
            ends -= 1
            break
    return (following[0].start, following[ends - 1].end) if ends else None
