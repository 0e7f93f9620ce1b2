"""Plain text: headings, lists, tables and question-answer pairs found in lines without any markup."""

import re
from collections.abc import Callable, Iterator, Sequence

from faqbot.readers.limits import Limits, refuse_lines
from faqbot.readers.lines import (
    Line,
    closes,
    is_heading,
    is_ordinal,
    joined_lines,
    lines,
    nested,
    take_bare_items,
    take_items,
    tidy,
    title_case,
)
from faqbot.readers.markdown import read_markdown
from faqbot.readers.parsed import Metadata, ParsedFile, byline, find_date, is_biography
from faqbot.readers.postprocess import is_notice
from faqbot.readers.questions import questions_as_headings
from faqbot.readers.tables import markdown_table, table_rows
from faqbot.readers.yaml_json import split_front_matter

_MAIL_FIELD = re.compile(r"^(From|To|Cc|Date|Sent|Subject|Reply-To):[ \t]*(\S[^\n]*)$", re.MULTILINE | re.IGNORECASE)
_MAIL_HEADER = re.compile(
    r"\s*(?:^(?:From|To|Cc|Date|Sent|Subject|Reply-To):[^\n]*\n){2,7}", re.MULTILINE | re.IGNORECASE
)
_HASH_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)


def read_plain(text: str, limits: Limits) -> ParsedFile:
    """Markdown from plain text; text that has Markdown headings already is taken as it is."""
    refuse_lines(text, limits)
    if len(_HASH_HEADING.findall(text)) >= 2 or text.lstrip().startswith("# "):
        return read_markdown(text, limits)
    front = split_front_matter(text, limits)
    stated, body = _mail_header(front.body)
    found, questions = questions_as_headings(structured(body))
    metadata = front.metadata.or_else(stated)
    return ParsedFile(found, metadata, questions=questions, left_out=front.left_out, extracted=body)


def _mail_header(text: str) -> tuple[Metadata, str]:
    """What the header of an e-mail states, and the text below it; what is not a subject, a person or a date stays."""
    header = _MAIL_HEADER.match(text)
    fields = {name.casefold(): value.strip() for name, value in _MAIL_FIELD.findall(header[0])} if header else {}
    if not {"from", "subject"} <= fields.keys():
        return Metadata(), text
    title = re.sub(r"\A(?:(?:re|fwd?|aw|wg)\s*:\s*)+", "", fields["subject"], flags=re.IGNORECASE)
    author = re.sub(r"\s*<[^<>]*>", "", fields["from"]).strip(" \"'")
    return Metadata(title=title, author=author, date=find_date(fields.get("date", fields.get("sent", "")))), text


def structured(text: str) -> str:
    """Markdown blocks, a blank line between them, from text whose headings are only short lines."""
    return "\n\n".join(nested(list(Structure(lines(text)).blocks()))) + "\n"


_QUESTIONS = re.compile(
    r"(?:frequently asked questions|faqs?|questions (?:and|&) answers|q ?& ?a)\b.{0,80}", re.IGNORECASE
)
_ASKED = re.compile(r"(?:q(?:uestion)?\s*\d*)\s*[:.)]\s*(?=\S)", re.IGNORECASE)
_ANSWERED = re.compile(r"\A(?:a(?:nswer)?)\s*\d{0,3}\s*[:.)]\s*(?=\S)", re.IGNORECASE)
# What tells people how urgently to get help stands by itself, whatever heading is above it.
_CARD = re.compile(
    r"(?:immediate action|urgent advice|non-urgent advice|emergency|call (?:999|911|112|an ambulance)"
    r"|go to (?:a&e|the er)|seek (?:immediate|emergency|urgent)|get (?:immediate|emergency|urgent|medical))\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\[\^?\w{1,12}\]")
_FULL = 60  # a line longer than this is a paragraph
_BEFORE_TITLE = 30  # words of bylines, dates and menus that may stand before the title
_SECTION, _PART = 2, 3


class Structure:
    """Goes over the lines once; each recogniser takes the lines it knows and gives their Markdown."""

    def __init__(self, found: Sequence[Line]) -> None:
        self.lines = found
        self.at = 0
        self.level = 0  # of the heading just given; 0 after content
        self.last = ""  # text and level of the latest heading
        self.last_level = 0
        self.asking = False  # under a heading such as "Frequently asked questions"
        self.words = 0  # before any heading
        gaps = [line.gap for line in found[1:] if line.gap]
        self.usual_gap = max(set(gaps), key=gaps.count) if gaps else 1

    def blocks(self) -> Iterator[str]:
        """The Markdown of each block, in order."""
        recognisers: tuple[Callable[[], list[str]], ...] = (
            self._rule,
            self._quotation,
            self._table,
            self._question,
            self._numbered_heading,
            self._list,
            self._notice,
            self._byline,
            self._bare_list,
            self._heading,
            self._paragraph,
        )
        while self.at < len(self.lines):
            gap, begins = self.lines[self.at].gap, self.at
            found = next(found for recognise in recognisers if (found := recognise()))
            is_heading_block = found[0].startswith("#")
            apart = gap > max(1, self.usual_gap) or bool(gap and _CARD.match(found[0]))
            if apart and begins and not self.level and not is_heading_block:
                yield "---"
            self.level = self.last_level if is_heading_block and len(found) == 1 else 0
            self.words += 0 if self.last else len(found[0].split())
            yield from found

    def _peek(self, ahead: int = 1) -> Line | None:
        return self.lines[self.at + ahead] if self.at + ahead < len(self.lines) else None

    def _take(self) -> Line:
        self.at += 1
        return self.lines[self.at - 1]

    def _rule(self) -> list[str]:
        if self.lines[self.at].look != "rule":
            return []
        self._take()
        return ["---"]

    def _quotation(self) -> list[str]:
        """Two or more lines of a message that is answered, as e-mail programs mark them."""
        end = self.at
        while (
            end < len(self.lines)
            and self.lines[end].text.startswith(">")
            and (end == self.at or not self.lines[end].gap)
        ):
            end += 1
        if end - self.at < 2:
            return []
        quoted = [f"> {self._take().text.lstrip('> ')}".rstrip() for _ in range(end - self.at)]
        return ["\n".join(quoted)] if any(len(line) > 1 for line in quoted) else ["---"]

    def _table(self) -> list[str]:
        if not self.lines[self.at].gap:  # each run of lines is looked at once
            return []
        end = self.at + 1
        while end < len(self.lines) and not self.lines[end].gap and self.lines[end].look == "text":
            end += 1
        group = self.lines[self.at : end]
        rows = table_rows([line.text for line in group]) if group[0].look == "text" else None
        if not rows:
            return []
        self.at = end
        return [markdown_table(rows)]

    def _question(self) -> list[str]:
        """A question in a numbered list or after "Q:", with the lines right below it as its answer."""
        line, following = self.lines[self.at], self._peek()
        asked = _ASKED.match(line.text)
        if not line.text.endswith("?") or following is None or not (line.look == "number" or asked):
            return []
        if following.look == "number" and following.text.endswith("?"):
            return []
        self._take()
        heading = self._headed(_PART, line.text[asked.end() :] if asked else line.text)
        if following.gap or following.look != "text":
            return [heading]
        answer = [_ANSWERED.sub("", text) if asked else text for text in self._paragraph()]
        outside = self.lines[self.at] if self.at < len(self.lines) else None
        loose = outside is not None and outside.gap and outside.look == "text" and not _ASKED.match(outside.text)
        return [heading, *answer, *(["---"] if loose else [])]

    def _numbered_heading(self) -> list[str]:
        line, following = self.lines[self.at], self._peek()
        if line.look != "number" or following is None or following.look != "text":
            return []
        text = line.text.rstrip(":")
        if text[-1] in ".;,!" or not title_case(text) or not is_heading(text, following):
            return []
        self._take()
        return [self._headed(_PART, text)]

    def _list(self) -> list[str]:
        items, self.at = take_items(self.lines, self.at, self._is_heading_at)
        return ["\n".join(items)] if items else []

    def _bare_list(self) -> list[str]:
        items, self.at = take_bare_items(self.lines, self.at)
        return ["\n".join(items)] if items else []

    def _is_heading_at(self, at: int) -> bool:
        """Whether a numbered line is a question or a heading rather than one more item."""
        before = self.at, self.last, self.last_level
        self.at = at
        found = bool(self._question() or self._numbered_heading())
        self.at, self.last, self.last_level = before
        return found

    def _notice(self) -> list[str]:
        return [tidy(self._take().text)] if is_notice(self.lines[self.at].text) else []

    def _byline(self) -> list[str]:
        """A line with author or date; the author's biography right after it makes one block with it."""
        about = byline(self.lines[self.at].text)
        if about is None:
            return []
        found, following = [tidy(self._take().text)], self._peek(0)
        if about.author and following and following.look == "text" and is_biography(following.text):
            return [*found, tidy(self._take().text), "---"]
        return found

    def _heading(self) -> list[str]:
        line, following = self.lines[self.at], self._peek()
        if line.look != "text" or not is_heading(line.text, following) or following is None:
            return []
        if not following.gap and following.look == "text" and not _heads(line.text, following.text):
            return []
        self._take()
        if following.look == "rule" and not following.gap:  # an underline
            self._take()
        if not self.last and self.words <= _BEFORE_TITLE:
            return [self._headed(1, line.text.partition(" | ")[0])]
        return [self._headed(self._level(line.text), line.text)]

    def _level(self, text: str) -> int:
        """Only what follows another heading at once, a question under "FAQs", or one of a counted row is a part."""
        question = text.endswith("?") and not closes(text)
        counted = is_ordinal(text) and is_ordinal(self.last) and self.last_level == _PART
        if (self.asking and question) or counted or (self.level == _SECTION and not self.asking):
            return _PART
        self.asking = bool(_QUESTIONS.fullmatch(text.rstrip(":")))
        return _SECTION

    def _headed(self, level: int, text: str) -> str:
        self.last, self.last_level = text, level
        return f"{'#' * level} {tidy(text).rstrip(':').strip()}"

    def _paragraph(self) -> list[str]:
        group = [self._take()]
        while self.at < len(self.lines) and self._continues(self.lines[self.at]):
            group.append(self._take())
        texts = [line.text for line in group]
        wrapped = sum(line.runs_on for line in group[:-1])
        if len(texts) > 1 and wrapped >= (len(texts) - 1) / 2:
            return [tidy(joined_lines(texts))]
        return [tidy(text) for text in texts]

    def _continues(self, line: Line) -> bool:
        apart = _ASKED.match(line.text) or _REFERENCE.match(line.text) or is_notice(line.text)
        return not line.gap and line.look == "text" and not apart and not line.text.startswith(">")


def _heads(text: str, following: str) -> bool:
    """Whether a line is a heading even though text follows it without a gap."""
    if text[-1] == "?":
        return len(following) > _FULL
    return title_case(text) and (len(following) > _FULL or byline(following) is not None or is_notice(following))
