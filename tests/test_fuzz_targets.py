"""Every fuzz target holds over its seeds, over what the fuzzer once found, and over some bytes of no sense."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import fuzz_targets
from fuzz_targets import FOUND, TARGETS, seeds


@pytest.fixture(scope="module", autouse=True)
def index(index_folder: Path) -> Iterator[None]:
    fuzz_targets.INDEX = index_folder
    yield
    fuzz_targets._bot().close()
    fuzz_targets._bot.cache_clear()
    fuzz_targets.INDEX = None


def mixed(honest: list[bytes], count: int) -> Iterator[bytes]:
    """Honest inputs, cut and joined at random, with bytes put in: the same on every run."""
    dice = random.Random(7)
    for _ in range(count):
        one, other = dice.choice(honest), dice.choice(honest)
        joined = (
            one[: dice.randrange(len(one) + 1)]
            + dice.randbytes(dice.randrange(4))
            + other[dice.randrange(len(other) + 1) :]
        )
        yield joined[:3000]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_holds_over_its_seeds_and_mixtures_of_them(target: str) -> None:
    honest = list(seeds(target))
    assert len(honest) >= 5
    for data in (*honest, *mixed(honest, 60), b""):
        TARGETS[target](data)


def test_what_was_found_belongs_to_a_target() -> None:
    assert {path.name for path in FOUND.glob("*")} <= set(TARGETS)
