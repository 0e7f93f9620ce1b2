"""A message as the scoping sees it: its words, the mentions in them, and quick looks at what stands where."""

from dataclasses import dataclass

from faqbot.safety.book import Book
from faqbot.safety.language import Words, read_words
from faqbot.safety.matching import Match, find_matches
from faqbot.safety.phrases import Mention, find_mentions


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read. `matches` are all places where a finding fits, whatever their context says of them.

    Of the positions of words, `nouns` lie on names of states (numbness), `states` on all words for what
    may be wrong, `see_through` on words that let a denial
    through (parts of the body among them), and `negator_ends` follow a negator that is free to deny. `by_sentence` and
    `by_start` are filled as they are asked for. `dated` are the matches by sentence that may have a date of their own:
    illnesses that stay, events.
    """

    words: Words
    mentions: dict[str, list[Mention]]
    matches: tuple[Match, ...]
    nouns: frozenset[int]
    states: frozenset[int]
    see_through: frozenset[int]
    negator_ends: frozenset[int]
    by_sentence: dict[str, dict[int, list[Mention]]]
    by_start: dict[str, dict[int, Mention]]
    dated: dict[int, list[Match]]

    def near(self, group: str, sentence: int) -> list[Mention]:
        """The mentions of a group in one sentence."""
        if group not in self.mentions:
            return []
        if group not in self.by_sentence:
            table = self.by_sentence[group] = {}
            for mention in self.mentions[group]:
                table.setdefault(self.words.sentences[mention.start], []).append(mention)
        return self.by_sentence[group].get(sentence, [])

    def starts_at(self, group: str, position: int) -> Mention | None:
        """The longest mention of a group that starts at a word, if any."""
        if group not in self.mentions:
            return None
        if group not in self.by_start:
            self.by_start[group] = {mention.start: mention for mention in self.mentions[group]}
        return self.by_start[group].get(position)

    def is_negated(self, mention: Mention) -> bool:
        """Whether a negator stands at most two words before a mention."""
        return not self.negator_ends.isdisjoint(range(mention.start - 2, mention.start + 1))

    def covers(self, group: str) -> frozenset[int]:
        """The positions that mentions of a group lie on."""
        return _covered(self.mentions.get(group, []))


def read_message(book: Book, message: str) -> Reading:
    """Read one message."""
    words = read_words(book, message)
    mentions = find_mentions(book, words)
    matches = tuple(find_matches(book, words, mentions))
    if not matches:
        return Reading(words, mentions, (), frozenset(), frozenset(), frozenset(), frozenset(), {}, {}, {})
    nouns = _positions(book, mentions, "noun")
    return Reading(
        words,
        mentions,
        matches,
        nouns,
        nouns | _positions(book, mentions, "state"),
        nouns | _positions(book, mentions, "part") | _covered(mentions.get("see_through", [])),
        _negator_ends(book, mentions, matches),
        {},
        {},
        _dated(words, matches),
    )


def _dated(words: Words, matches: tuple[Match, ...]) -> dict[int, list[Match]]:
    table: dict[int, list[Match]] = {}
    for match in matches:
        if match.finding.kind in ("risk", "event"):
            table.setdefault(words.sentences[match.start], []).append(match)
    return table


def _positions(book: Book, mentions: dict[str, list[Mention]], kind: str) -> frozenset[int]:
    return _covered([m for group, listed in mentions.items() if book.groups[group].kind == kind for m in listed])


def _covered(mentions: list[Mention]) -> frozenset[int]:
    positions = {start for _, start, _ in mentions}
    for _, start, end in mentions:
        if end - start > 1:
            positions.update(range(start + 1, end))
    return frozenset(positions)


def _negator_ends(book: Book, mentions: dict[str, list[Mention]], matches: tuple[Match, ...]) -> frozenset[int]:
    """Where a negator ends that is free to deny: not part of a symptom (can't feel), nor of a saying (not only)."""
    negators = mentions.get("negator")
    if not negators:
        return frozenset()
    parts = {part for match in matches for part in match.mentions}
    taken = _covered([part for part in parts if book.groups[part.group].kind not in ("part", "beside")])
    taken |= _covered(mentions.get("not_negator", []))
    return frozenset(negator.end for negator in negators if negator.start not in taken)
