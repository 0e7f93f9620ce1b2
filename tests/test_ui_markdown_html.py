"""Passages become inert HTML that says the same words, with the answering sentences marked."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.ui.markdown_html import Surroundings, article_html, passage_html, picture_path, plain_text

ALLOWED = {
    "p": {"class"}, "ul": set(), "ol": {"start"}, "li": set(), "em": set(), "strong": set(), "s": set(), "mark": {"id"},
    "a": {"href", "target", "rel", "class", "role"}, "img": {"src", "alt", "loading"}, "span": {"lang"}, "blockquote": set(), "code": set(), "pre": set(), "hr": set(), "br": set(),
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
        if tag not in ("hr", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in ("hr", "br", "img") or self.open.pop() == tag

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
        assert "//" not in (attributes.get("src") or "")


def test_a_heading_in_a_passage_is_no_heading_of_the_page() -> None:
    assert passage_html("# Emergency over") == '<p class="subheading">Emergency over</p>\n'


def test_an_article_keeps_its_headings_below_the_title_and_marks_the_passage() -> None:
    text = "# Shoes\n\n## Soles\n\nSoft soles help. Hard ones do not."
    html = article_html(text, (19, 35), "Shoes")
    assert html == '<h2>Soles</h2>\n<p><mark id="passage">Soft soles help.</mark> Hard ones do not.</p>\n'


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


def test_headings_of_an_article_follow_in_order_whatever_the_document_skips() -> None:
    html = article_html("# A\n\n#### B\n\n## C\n\n###### D\n\n# E\n", (0, 0), "Title")
    assert re.findall("<(h[1-6])>", html) == ["h2", "h3", "h3", "h4", "h2"]


def test_a_source_mark_with_an_entry_becomes_a_link_inside_and_outside_a_marked_sentence() -> None:
    place = Surroundings(marks={"1", "3"}, entry="source-")
    html = passage_html("Walk [1]. Rest [3] [2].", [(10, 23)], place=place)
    assert re.findall(r'<a class="ref" href="#source-(\d)"', html) == ["1", "3"]
    assert "[2]" in html
    assert html.index("<mark>") > html.index("[1]</a>")
    assert "<code>[1]</code>" in passage_html("`[1]`", place=place)


def test_pictures_of_the_corpus_are_shown_when_seen_and_others_leave_their_text() -> None:
    place = Surroundings(document_id="exercises/floor.md", root="../")
    html = passage_html("![A bridge: hips *up*](pictures/bridge.svg)", place=place)
    assert html == (
        '<p><img src="../pictures/exercises/pictures/bridge.svg" alt="A bridge: hips up" loading="lazy"></p>\n'
    )
    assert passage_html("![zebra](https://evil.example/zebra.png)") == "<p>zebra</p>\n"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("pictures/a.svg", "exercises/pictures/a.svg"),
        ("../b%20c.PNG", "b c.PNG"),
        ("../../etc/passwd.png", ""),
        ("/root.png", ""),
        ("javascript:a.png", ""),
        ("//evil.example/a.png", ""),
        ("a.html", ""),
        ("..\\a.png", ""),
    ],
)
def test_only_pictures_below_the_corpus_have_a_path(source: str, path: str) -> None:
    assert picture_path(source, "exercises/floor.md") == path


def test_words_in_another_script_carry_their_language() -> None:
    html = passage_html(
        "Say \u03bf\u03c3\u03c6\u03c5\u03b1\u03bb\u03b3\u03af\u03b1 or \u8170\u75db or \u3053\u3057 *\u0431\u043e\u043b\u044c \u0432 \u0441\u043f\u0438\u043d\u0435*."
    )
    assert re.findall(r'<span lang="(\w+)">', html) == ["el", "zh", "ja", "ru"]


@pytest.mark.parametrize("text", ["\ue000a\ue001 b", "[\ue0021\ue003]", "a \ue000"])
def test_private_characters_of_a_document_become_no_markup(text: str) -> None:
    html = passage_html(text, place=Surroundings(marks={"1"}, entry="x"))
    assert not re.search("<mark|<a|[\ue000-\ue003]", html)
