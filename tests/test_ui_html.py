"""Text that somebody else wrote is inert and visible when the page shows it."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.ui.html import clean, escape, link, quoted_link, web_link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("line\nnext\ttab", "line\nnext\ttab"),
        ("\x00\x1b[31mred\x7f", "[31mred"),
        ("café 背中 😀", "café 背中 😀"),
    ],
)
def test_invisible_controls_go_and_words_stay(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_markup_is_escaped_quotes_too() -> None:
    assert escape("""<b onclick='x' a="y">&""") == "&lt;b onclick=&#x27;x&#x27; a=&quot;y&quot;&gt;&amp;"


@given(st.text())
def test_escaped_text_holds_no_character_that_opens_markup(text: str) -> None:
    assert not set(escape(text)) & set("<>\"'\u202e\u2066\x00")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https:",
        "http://[::1",
        "/local",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_link(url) == ""
    assert link("words", url) == "<span>words</span>"


def test_a_link_tells_its_target_nothing() -> None:
    assert link("NHS", "https://www.nhs.uk/a?b=1&c=2") == (
        '<a href="https://www.nhs.uk/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">NHS</a>'
    )


@pytest.mark.parametrize(
    ("url", "words", "address"),
    [
        ("https://a.example/p", "walk, slowly", "https://a.example/p#:~:text=walk%2C%20slowly"),
        ("https://a.example/p#part", "one two", "https://a.example/p#part:~:text=one%20two"),
        ("https://a.example/p", "low-back", "https://a.example/p#:~:text=low%2Dback"),
        ("https://a.example/p", "", "https://a.example/p"),
        ("javascript:x", "words", ""),
        (
            "https://a.example/p",
            "a b c d e f g h i j k l m",
            "https://a.example/p#:~:text=a%20b%20c%20d%20e%20f,h%20i%20j%20k%20l%20m",
        ),
    ],
)
def test_a_source_opens_at_the_quoted_words(url: str, words: str, address: str) -> None:
    assert quoted_link(url, words) == address


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_text_fragment_says_the_quoted_words_and_nothing_else(words: str) -> None:
    _, found, directive = quoted_link("https://a.example/", words).partition("#:~:text=")
    assert set(directive) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~%,")
    if found:
        assert unquote(directive).split()[0].rstrip(",") == clean(words).split()[0].rstrip(",")
