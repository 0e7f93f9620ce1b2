"""The phrases of a book as states to walk through word by word, made as they are met and kept for the next message."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from faqbot.safety.book import Book

_MOST_SKIPPED = 3
_MOST_KEPT = 200_000
_Places = frozenset[tuple[int, int]]


class State:
    """Where some words lead in the trie: the `groups` that end there, and whether a phrase can go on."""

    __slots__ = ("goes_on", "groups", "next", "places")

    def __init__(self, groups: tuple[str, ...], goes_on: bool, places: _Places) -> None:
        self.groups = groups
        self.goes_on = goes_on
        self.places = places
        self.next: dict[str, State | None] = {}


class Walk:
    """The trie of a book, walked with up to three filler words in a row skipped between the words of a phrase.

    A place is a node of the trie and how many fillers were skipped since; a state is all places that the same words
    lead to. Most words of a message lead nowhere from most states, which one look then tells.
    """

    def __init__(self, book: Book) -> None:
        self._forms = book.forms
        self._fillers = book.fillers
        self._root = id(book.trie)
        self._nodes: dict[int, Mapping[str, Any]] = {self._root: book.trie}
        self._states: dict[_Places, State] = {}
        self._kept = 0
        self.start = self._state(frozenset({(self._root, 0)}))

    def step(self, state: State, word: str) -> State | None:
        """The state after one more word; None where no phrase goes on."""
        if word not in self._forms and word not in self._fillers:
            return None
        places = self._lead(state, word)
        found = self._state(places) if places else None
        self._keep(state, word, found)
        return found

    def _keep(self, state: State, word: str, found: State | None) -> None:
        """Keep a step, as long as there is room: whoever sends every word of the rules cannot fill the memory."""
        if self._kept < _MOST_KEPT:
            state.next[word] = found
            self._kept += 1

    def _lead(self, state: State, word: str) -> _Places:
        keys = self._forms.get(word, ())
        places: set[tuple[int, int]] = set()
        for place, skipped in state.places:
            node = self._nodes[place]
            places.update((self._placed(node[key]), 0) for key in keys if key in node)
            if place != self._root and skipped < _MOST_SKIPPED and word in self._fillers and _goes_on(node):
                places.add((place, skipped + 1))
        return frozenset(places)

    def _placed(self, node: Mapping[str, Any]) -> int:
        self._nodes[id(node)] = node
        return id(node)

    def _state(self, places: _Places) -> State:
        known = self._states.get(places)
        if known:
            return known
        ended = {group for place, skipped in places if not skipped for group in self._nodes[place].get("", ())}
        goes_on = any(_goes_on(self._nodes[place]) for place, _ in places)
        state = State(tuple(sorted(ended)), goes_on, places)
        if self._kept < _MOST_KEPT:
            self._states[places] = state
        return state


def _goes_on(node: Mapping[str, Any]) -> bool:
    return node.keys() != {""}


@lru_cache(maxsize=4)
def walk_of(book: Book) -> Walk:
    """The walk through a book's phrases, one for each book."""
    return Walk(book)
