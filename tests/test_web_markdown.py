"""Passages become inert HTML that says the same words, with the answering sentences marked."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.ui.markdown_html import article_html, passage_html, plain_text

ALLOWED = {
    "p": {"class"}, "ul": set(), "ol": {"start"}, "li": set(), "em": set(), "strong": set(), "s": set(), "mark": {"id"},
    "a": {"href", "target", "rel"}, "blockquote": set(), "code": set(), "pre": set(), "hr": set(), "br": set(),
    "div": {"class", "tabindex", "role", "aria-label"}, "table": set(), "thead": set(), "tbody": set(), "tr": set(),
    "th": {"scope"}, "td": set(), "h2": set(), "h3": set(), "h4": set(), "h5": set(), "h6": set(),
}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("hr", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in ("hr", "br") or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def marked(html: str) -> list[str]:
    return [unescape(re.sub("<[^>]*>", "", found)) for found in re.findall(r"<mark>(.*?)</mark>", html)]


def test_a_sentence_is_marked() -> None:
    text = "Walk slowly. Stop if it hurts. Then rest."
    html = passage_html(text, [(13, 30)])
    assert html == "<p>Walk slowly. <mark>Stop if it hurts.</mark> Then rest.</p>\n"


def test_a_mark_follows_the_words_through_emphasis_and_list_items() -> None:
    text = "- Walk *slowly. **Stop** if* it hurts.\n- Rest & wait."
    html = passage_html(text, [(text.index("Stop"), len(text))])
    assert marked(html) == ["Stop", "if", "it hurts.", "Rest & wait."]
    read(html)


def test_of_equal_sentences_the_one_meant_is_marked() -> None:
    text = "Rest. Walk. Rest."
    assert passage_html(text, [(12, 17)]) == "<p>Rest. Walk. <mark>Rest.</mark></p>\n"
    assert passage_html(text, [(0, 5)]) == "<p><mark>Rest.</mark> Walk. Rest.</p>\n"


def test_a_table_row_stands_under_its_header() -> None:
    html = passage_html("| Sciatica | sharp pain |", [(2, 23)], "| Condition | Feeling |\n|---|---|")
    assert [tag for tag, _ in read(html).tags].count("th") == 2
    assert marked(html) == ["Sciatica", "sharp pain"]
    assert '<div class="scroll" tabindex="0" role="group" aria-label="Table">' in html


@pytest.mark.parametrize("header", ["| Condition | Feeling |", "Condition | Feeling", "|Condition|Feeling|\n|:-|-:|"])
def test_a_header_is_one_however_it_is_written(header: str) -> None:
    html = passage_html("| Sciatica | sharp pain |\n| Stenosis | cramps |", (), header)
    assert re.findall("<th[^>]*>(.*?)</th>", html) == ["Condition", "Feeling"]
    assert re.findall("<td>(.*?)</td>", html) == ["Sciatica", "sharp pain", "Stenosis", "cramps"]


def test_a_lead_stands_before_its_list_and_is_never_marked() -> None:
    html = passage_html("- Rest.\n- Walk.", [(2, 7)], "Rest. Try this:")
    assert html.startswith("<p>Rest. Try this:</p>\n<ul>\n<li><mark>Rest.</mark></li>")


@pytest.mark.parametrize(
    "text",
    [
        "<style>*{display:none}</style>hello",
        "<form action='https://evil.example'><input name=q></form>",
        "<img src=https://evil.example/x.png onerror=alert(1)>",
        "![remote](https://evil.example/x.png)",
        "<div style='position:fixed;inset:0'>You are fine</div>",
        "[x](javascript:alert(1)) [y](data:text/html,z)",
        "<script>alert(1)</script>",
        "[a]: javascript:alert(1)\n\n[a]",
        "`<b>` and\n\n    <iframe src=x>",
        "```html\n<svg onload=alert(1)>\n```",
        "[x](https://e.example/\"onmouseover=alert(1))",
        "<!-- --><aside id=banner>All clear</aside>",
        "\u202eevil\u202c",
        "| <img src=x> | b |\n|:-:|--:|\n| <b>c</b> | d |",
    ],
)  # fmt: skip
def test_hostile_text_stays_text(text: str) -> None:
    for tag, attributes in read(passage_html(text, [(0, len(text))])).tags:
        assert tag in ALLOWED
        assert set(attributes) <= ALLOWED[tag]
        assert (attributes.get("href") or "https://").startswith(("https://", "http://"))


def test_a_heading_in_a_passage_is_no_heading_of_the_page() -> None:
    assert passage_html("# Emergency over") == '<p class="subheading">Emergency over</p>\n'


def test_an_article_keeps_its_headings_below_the_title_and_marks_the_passage() -> None:
    text = "# Shoes\n\n## Soles\n\nSoft soles help. Hard ones do not."
    html = article_html(text, (19, 35), "Shoes")
    assert html == '<h3>Soles</h3>\n<p><mark id="passage">Soft soles help.</mark> Hard ones do not.</p>\n'


def test_plain_text_has_the_words_only() -> None:
    assert plain_text("# One\n\n- *two*. [thr](https://x.example)ee\nfour\n") == "One two. three four"


@given(st.text(alphabet="ab1 .*_`#|-[]()<>!&\n\\~:/", max_size=60), st.data())
def test_marking_changes_no_word_and_nests_well(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    without, with_marks = read(passage_html(text)), read(passage_html(text, [(start, end)]))
    assert with_marks.words == without.words
    for tag, attributes in with_marks.tags:
        assert set(attributes) <= ALLOWED[tag]
