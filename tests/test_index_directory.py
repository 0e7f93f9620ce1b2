"""A directory of keys agrees with a dictionary, however the keys are spread over files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.index.directory import Directory

KEYS = st.binary(min_size=10, max_size=10).map(
    lambda key: b"same8by!" + key[8:]
)  # of one start: only whole keys differ
FILES = st.lists(st.lists(KEYS | st.binary(min_size=10, max_size=10), max_size=6), max_size=12)


def as_array(keys: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), 10)


@given(FILES, KEYS)
def test_a_key_is_found_where_it_lies_or_not_at_all(files: list[list[bytes]], other: bytes) -> None:
    directory = Directory([as_array(files[0])] if files else [])
    for keys in files[1:]:
        directory.add(as_array(keys))
    for key in {*(key for keys in files for key in keys), other}:
        place = directory.find(key)
        if place is None:
            assert all(key not in keys for keys in files)
        else:
            assert files[place[0]][place[1]] == key


@pytest.mark.parametrize("sizes", [[1] * 300, [1000] + [3] * 100, [0, 0, 5, 0]])
def test_many_small_files_make_few_layers(sizes: list[int]) -> None:
    rng = np.random.default_rng(0)
    directory = Directory([rng.integers(0, 256, (size, 10), dtype=np.uint8) for size in sizes])
    assert len(directory._layers) <= 1 + max(1, sum(sizes)).bit_length()
