"""Normalisation: a message as words in lower case, with offsets into the message, marks and sentences.

Look-alike letters, zero-width characters, spaced letters and text-speak are undone, typing mistakes repaired.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from faqbot.safety.rules import RuleSet

LONGEST = 100_000
_MOST_MARKS = 8
_LONGEST_SENTENCE = 120  # words; beyond, a sentence is cut, so that time stays linear
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF]")
_TOKEN = re.compile(
    r"[wW]/[oO]?\b|\d+[.,]\d+|[^\W_]+(?:['’‘´`][^\W_]+)*|[\U0001F300-\U0001FAFF]"
    r"|\[ ?[xX✓]? ?\]|[☐☑☒✓✔✅✗✘❌]|[.!?;:,()\n…–—/&+=|$£€\"“”]|(?<=\s)-+(?=\s)|-+>"
)
_APOSTROPHES = re.compile(r"['’‘´`]")
# "leg's" is no plural: "my leg's numb". Short words (it's, he's) and these are phrases of their own.
_OWNER = re.compile(r"(?!that|there|here|what|where|who|let|how)([^\W\d_]{3,})['’‘´`]s\Z")
_NUMBER_WITH_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]+)\Z")
_STRETCHED = re.compile(r"(.)\1{2,}")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .·*_-]{1,2}[^\W\d_]){3,}(?![^\W_])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SENTENCE_ENDS = frozenset(".!?;\n…")
_MARK_WORDS = {"&": "and", "+": "plus"}
_BOXES = {mark: "unticked" for mark in ("☐", "☒", "✗", "✘", "❌", "[]", "[ ]")} | {
    mark: "ticked" for mark in ("☑", "✓", "✔", "✅", "[x]", "[✓]")
}
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝьмтквнВЕМНКТАОРСХІЈЅαοερντυικ", "aeopcyxijsdhqwbmtkbhBEMHKTAOPCXIJSaoepvtuik"
)
_LEET = str.maketrans("01345", "oieas")
_FEW_WORDS_A_LINE = 2
_LONGEST_SEGMENTED, _LONGEST_WORD = 120, 14
_SHORT_ANSWERS = {"n": "no", "y": "yes"}
_FIELD_MARKS = frozenset(":?|=-")


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
        """Return the person's own text from word `start` up to, not including, word `end`."""
        return self.text[self.starts[start] : self.ends[end - 1]]


def read_words(rules: RuleSet, message: str) -> Words:
    """Return the words of a message, up to LONGEST characters of it."""
    text = message[:LONGEST]
    folded, offsets = _fold(text)
    reader = _Reader(rules, _ends_of(folded))
    for token, start, end in _tokens(rules, folded):
        reader.add(token, start, end)
    starts, ends = reader.starts, reader.ends
    if offsets:
        starts, ends = [offsets[start] for start in starts], [offsets[end - 1] + 1 for end in ends]
    return Words(text, tuple(reader.words), tuple(starts), tuple(ends), tuple(reader.marks), tuple(reader.sentences))


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the text with look-alike letters and invisible characters undone, and for each character its offset.

    The offsets are empty where nothing has changed.
    """
    if text.isascii():
        return text, []
    folded: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character in "’‘´`":  # NFKC would make a space and an accent of some
            folded.append("'")
            offsets.append(offset)
            continue
        if unicodedata.category(character) in ("Cf", "Mn"):
            continue
        for plain in unicodedata.normalize("NFKD", character):
            if unicodedata.category(plain) == "Mn":
                continue
            folded.append(plain)
            offsets.append(offset)
    plain_text = "".join(folded)
    return _with_lookalikes(plain_text), offsets


def _with_lookalikes(text: str) -> str:
    """Return the text with Cyrillic and Greek letters inside Latin words as the Latin ones they look like."""
    return re.sub(
        r"[^\W\d_]+",
        lambda word: word[0].translate(_LOOKALIKES) if re.search(r"[A-Za-z]", word[0]) else word[0],
        text,
    )


def _ends_of(text: str) -> frozenset[str]:
    """Return the marks that end sentences: not line ends and full stops in a message of one word a line or a stop."""
    words = len(text.split())
    ends = set(_SENTENCE_ENDS)
    if words > 2:
        if text.count("\n") * _FEW_WORDS_A_LINE >= words and not re.search(r"\n\s*\n|[:?|☐☑]", text):
            ends.discard("\n")
        if len(re.findall(r"\w\.(?:\s|$)", text)) * _FEW_WORDS_A_LINE > 1.5 * words:
            ends.discard(".")
    return frozenset(ends)


def _tokens(rules: RuleSet, text: str) -> Iterator[tuple[str, int, int]]:
    """Return the tokens with their offsets; letters with spaces between are words again."""
    place = 0
    for spaced in _SPACED.finditer(text):
        yield from _plain_tokens(text, place, spaced.start())
        place = spaced.end()
        positions = [at for at in range(*spaced.span()) if text[at].isalpha()]
        letters = "".join(text[at] for at in positions).lower()
        start = 0
        for word in _segment(rules, letters):
            yield word, positions[start], positions[start + len(word) - 1] + 1
            start += len(word)
    yield from _plain_tokens(text, place, len(text))


def _plain_tokens(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for match in _TOKEN.finditer(text, start, end):
        token = match.group()
        parts = _CAMEL.split(token) if len(token) > 6 and not token[0].islower() else [token]
        place = match.start()
        for part in parts:
            yield part, place, place + len(part)
            place += len(part)


def _segment(rules: RuleSet, letters: str) -> list[str]:
    """Return letters cut into the fewest known words; a single word if they cannot be cut."""
    if len(letters) > _LONGEST_SEGMENTED:
        return [letters]
    fewest: list[int] = [0] + [len(letters) + 1] * len(letters)  # words that the first n letters take
    begins = [0] * (len(letters) + 1)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            word = letters[start:end]
            if fewest[start] + 1 < fewest[end] and (word in ("i", "a") or (len(word) > 1 and _is_known(rules, word))):
                fewest[end], begins[end] = fewest[start] + 1, start
    if fewest[-1] > len(letters):
        return [letters]
    words: list[str] = []
    end = len(letters)
    while end:
        words.insert(0, letters[begins[end] : end])
        end = begins[end]
    return words


def _is_known(rules: RuleSet, word: str) -> bool:
    return word in rules.known or word in rules.vocabulary.shorthand


class _Reader:
    """Gathers words, marks and sentences, token by token."""

    def __init__(self, rules: RuleSet, sentence_ends: frozenset[str]) -> None:
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.marks: list[str] = [""]
        self.sentences: list[int] = []
        self._rules = rules
        self._sentence_ends = sentence_ends
        self._sentence = self._began = 0

    def add(self, token: str, start: int, end: int) -> None:
        """Add a token that stands at these offsets."""
        if token in _BOXES or token.replace(" ", "").lower() in _BOXES:
            self._add_mark(";")
            self._add_word(_BOXES[token if token in _BOXES else token.replace(" ", "").lower()], start, end)
            return
        shorthand = self._rules.vocabulary.shorthand
        if not token[0].isalnum() and token not in shorthand and token not in _MARK_WORDS:
            if not _EMOJI.match(token):
                self._add_mark(token)
            return
        written = token.lower()
        if written in _SHORT_ANSWERS and self.marks[-1][-1:] in _FIELD_MARKS:  # "fever: N"
            self._add_word(_SHORT_ANSWERS[written], start, end)
            return
        if written == "not" and self.words and not self.marks[-1] and self.words[-1] == "can":
            self.words[-1], self.ends[-1] = "cant", end
            return
        for word in _canonical(self._rules, written):
            self._add_word(word, start, end)

    def _add_mark(self, mark: str) -> None:
        self.marks[-1] = (self.marks[-1] + mark)[:_MOST_MARKS]
        if mark in self._sentence_ends and self.words:
            self._sentence, self._began = self.sentences[-1] + 1, len(self.words)
        elif mark in _SENTENCE_ENDS and mark not in self._sentence_ends:
            self.marks[-1] = self.marks[-1][:-1]  # one word a line: the line end means nothing

    def _add_word(self, word: str, start: int, end: int) -> None:
        if len(self.words) - self._began >= _LONGEST_SENTENCE:
            self._sentence, self._began = self._sentence + 1, len(self.words)
        self.words.append(word)
        self.starts.append(start)
        self.ends.append(end)
        self.marks.append("")
        self.sentences.append(self._sentence)


@lru_cache(maxsize=16_384)
def _canonical(rules: RuleSet, token: str) -> tuple[str, ...]:
    """Return a token as the words the rules know: shorthand written out, units split off, mistakes repaired."""
    if token in _MARK_WORDS:
        return (_MARK_WORDS[token],)
    shorthand, known = rules.vocabulary.shorthand, rules.known
    owner = _OWNER.match(token)
    if owner and owner[1] in known and owner[1] not in shorthand:
        return (owner[1], "is")
    word = _APOSTROPHES.sub("", token)
    if word in shorthand:
        return shorthand[word]
    if unit := _NUMBER_WITH_UNIT.match(word):
        return (unit[1].replace(",", "."), *_canonical(rules, unit[2]))
    if word in known or word.isdigit():
        return (word,)
    if word[0].isdigit() and not any(letter.isalpha() for letter in word):
        return (word.replace(",", "."),)
    if any(letter.isdigit() for letter in word) and (plain := word.translate(_LEET)) in known:
        return (plain,)
    if word.endswith("in") and f"{word}g" in known:  # sweatin', freezin
        return (f"{word}g",)
    if owner or not word.isalpha():
        return (word,)
    return tuple(part for repaired in _repaired(rules, word) for part in shorthand.get(repaired, (repaired,)))


def _repaired(rules: RuleSet, word: str) -> tuple[str, ...]:
    """Return an unknown word as the known one it was meant to be, as two that lost the space between, or as it is."""
    if _STRETCHED.search(word):
        for letters in (r"\1\1", r"\1"):
            if (short := _STRETCHED.sub(letters, word)) in rules.known:
                return (short,)
    if nearest := _nearest(rules, word):
        return (nearest,)
    if len(word) >= 7:
        for cut in range(3, len(word) - 2):
            if word[:cut] in rules.forms and word[cut:] in rules.forms:
                return (word[:cut], word[cut:])
        parts = _segment(rules, word) if len(word) <= 40 else [word]
        if len(parts) > 1 and all(len(part) > 2 for part in parts):
            return tuple(parts)
    return (word,)


def _nearest(rules: RuleSet, word: str) -> str:
    """Return the repairable word that differs by one slip (two in a long word), or "".

    The first letter must agree: slips there are rare, and "bumb" should not become "numb" and "dumb" at will. A word
    with an ending of its own ("chillers") is another word, not a slip.
    """
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    best, best_distance = "", allowed + 1
    for target in rules.repairs.get(word[0], ()):
        if abs(len(target) - len(word)) > allowed or (word.startswith(target) and len(word) > len(target)):
            continue
        distance = OSA.distance(word, target, score_cutoff=best_distance - 1)
        if distance < best_distance and (len(word) > 4 or _swapped(word, target)):
            best, best_distance = target, distance
    return best


def _swapped(word: str, target: str) -> bool:
    """Whether two short words have the same letters: in words of four letters only swaps and doubles are repaired."""
    return sorted(set(word)) == sorted(set(target))
