"""A message becomes words: lower case, text-speak written out, typing mistakes mended, with offsets and breaks."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from faqbot.safety.book import Book

LONGEST = 100_000
_MOST_MARKS = 8
_LONGEST_SENTENCE = 120  # words; beyond, a sentence is cut, so that time stays linear
_TOKEN = re.compile(
    r"[wW]/[oO]?\b|\d+[.,]\d+|[^\W_]+(?:['’‘´`][^\W_]+)*|[\U0001F300-\U0001FAFF]|[.!?;:,()\n…–—/&+=]|(?<=\s)-+(?=\s)|-+>"
)
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF]")
_APOSTROPHES = re.compile(r"['’‘´`]")
# "leg's" is no plural: "my leg's numb". Short words (it's, he's) and these are phrases of their own.
_OWNER = re.compile(r"(?!that|there|here|what|where|who|let|how)([^\W\d_]{3,})['’‘´`]s\Z")
_NUMBER_WITH_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]+)\Z")
_STRETCHED = re.compile(r"(.)\1{2,}")
_SENTENCE_ENDS = frozenset(".!?;\n…")
_MARK_WORDS = {"&": "and", "+": "plus"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a message.

    `starts` and `ends` are offsets into the message. `marks[i]` is the punctuation before word i ("" for none);
    `marks` has one more entry, for what follows the last word. `sentences[i]` numbers the sentence of word i.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    marks: tuple[str, ...]
    sentences: tuple[int, ...]

    def between(self, start: int, end: int) -> str:
        """The person's own text from word `start` up to, not including, word `end`."""
        return self.text[self.starts[start] : self.ends[end - 1]]


def read_words(book: Book, message: str) -> Words:
    """The words of a message, up to LONGEST characters of it."""
    text = message[:LONGEST]
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    marks: list[str] = [""]
    sentences: list[int] = []
    sentence = began = 0
    for match in _TOKEN.finditer(text):
        found = match.group()
        if not found[0].isalnum() and found not in book.shorthand and found not in _MARK_WORDS:
            marks[-1] = (marks[-1] + found)[:_MOST_MARKS] if not _EMOJI.match(found) else marks[-1]
            if found in _SENTENCE_ENDS and words:
                sentence, began = sentences[-1] + 1, len(words)
            continue
        if len(words) - began >= _LONGEST_SENTENCE:
            sentence, began = sentence + 1, len(words)
        written = found.lower()
        start, end = match.span()
        if written == "not" and words and not marks[-1] and words[-1] == "can":
            words[-1] = "cant"
            ends[-1] = end
            continue
        for word in _canonical(book, written):
            words.append(word)
            starts.append(start)
            ends.append(end)
            marks.append("")
            sentences.append(sentence)
    return Words(text, tuple(words), tuple(starts), tuple(ends), tuple(marks), tuple(sentences))


@lru_cache(maxsize=16_384)
def _canonical(book: Book, token: str) -> tuple[str, ...]:
    """A token as the words the rules know: shorthand written out, units split off, mistakes mended."""
    if token in _MARK_WORDS:
        return (_MARK_WORDS[token],)
    owner = _OWNER.match(token)
    if owner and owner[1] in book.known and owner[1] not in book.shorthand:
        return (owner[1], "is")
    word = _APOSTROPHES.sub("", token)
    if word in book.shorthand:
        return book.shorthand[word]
    if unit := _NUMBER_WITH_UNIT.match(word):
        return (unit[1].replace(",", "."), *_canonical(book, unit[2]))
    if word in book.known or word[0].isdigit():
        return (word.replace(",", "."),)
    if word.endswith("in") and f"{word}g" in book.known:  # sweatin', freezin
        return (f"{word}g",)
    return _mended(book, word)


def _mended(book: Book, word: str) -> tuple[str, ...]:
    """An unknown word as the known one it was meant to be, or as two that lost the space between, or as it is."""
    if _STRETCHED.search(word):
        for letters in (r"\1\1", r"\1"):
            if (short := _STRETCHED.sub(letters, word)) in book.known:
                return (short,)
    nearest = _nearest(book, word)
    if nearest:
        return (nearest,)
    for cut in range(3, len(word) - 2):
        if len(word) >= 7 and word[:cut] in book.forms and word[cut:] in book.forms:
            return (word[:cut], word[cut:])
    return (word,)


def _nearest(book: Book, word: str) -> str:
    """The rules' word that differs by one slip (two in a long word), or "".

    The first letter must agree: slips there are rare, and "bumb" should not become "numb" and "dumb" at will.
    """
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    best, best_distance = "", allowed + 1
    for target in book.targets.get(word[0], ()):
        if abs(len(target) - len(word)) > allowed:
            continue
        distance = OSA.distance(word, target, score_cutoff=best_distance - 1)
        if distance < best_distance and (len(word) > 4 or _swapped(word, target)):
            best, best_distance = target, distance
    return best


def _swapped(word: str, target: str) -> bool:
    """Whether two short words have the same letters: in words of four letters only swaps and doubles are mended."""
    return sorted(set(word)) == sorted(set(target))
