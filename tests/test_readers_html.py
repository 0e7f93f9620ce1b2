"""Web pages: what the page marks as content stays, every way of marking a question makes a pair, the rest is listed."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.errors import ReadError
from faqbot.readers import ReadReport, read, read_report

Reader = Callable[..., ReadReport]
SHARED = Path(__file__).parents[2] / "shared" / "cases"
ROW, SKI = "Yes, if the legs do most of the work.", "On prepared tracks, with poles."
PAIRS = [("May I row?", ROW), ("May I ski?", SKI)]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads what stands in the body of a page."""

    def _read(body: str, head: str = "") -> ReadReport:
        path = tmp_path / "a.html"
        path.write_text(
            f"<!doctype html><html><head><title>Sports</title>{head}</head><body>{body}</body></html>", encoding="utf-8"
        )
        return read_report(path, document_id="a.html")

    return _read


def _pairs(report: ReadReport) -> list[tuple[str, str]]:
    document = report.document
    return [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]


def _left_out(report: ReadReport) -> list[tuple[str, str]]:
    return [(part.reason, part.text) for part in report.left_out]


MARKED = {
    "details": f"<details><summary>May I row?</summary><p>{ROW}</p></details><details open><summary><h3>May I ski?</h3></summary>{SKI}</details>",
    "buttons": f"<button aria-expanded='false' aria-controls='a'>May I row?</button><div id='a' hidden>{ROW}</div><button aria-expanded='true' aria-controls='b'>May I ski?</button><div id='b'>{SKI}</div>",
    "buttons in headings": f"<div class='accordion'><h2 class='accordion-header'><button class='accordion-button' data-bs-toggle='collapse' data-bs-target='#a' aria-expanded='true' aria-controls='a'>May I row?</button></h2><div id='a' class='collapse'><div>{ROW}</div></div><h2><button aria-expanded='false' aria-controls='b'>May I ski?</button></h2><div id='b'>{SKI}</div></div>",
    "buttons without panels": f"<button aria-expanded='false'>May I row?</button><div><p>{ROW}</p></div><button aria-expanded='false'>May I ski?</button><div><p>{SKI}</p></div>",
    "role button": f"<div role='button' aria-expanded='false' tabindex='0'>May I row?</div><div>{ROW}</div><div role='button' aria-expanded='false'>May I ski?</div><div>{SKI}</div>",
    "links that open": f"<a href='#a' data-toggle='collapse' aria-expanded='false'>May I row?</a><div id='a'>{ROW}</div><a href='#b' data-toggle='collapse' aria-expanded='false'>May I ski?</a><div id='b'>{SKI}</div>",
    "tabs": f"<div role='tablist'><button role='tab' aria-controls='a' id='ta'>May I row?</button><button role='tab' aria-controls='b' id='tb'>May I ski?</button></div><div role='tabpanel' id='a' aria-labelledby='ta'>{ROW}</div><div role='tabpanel' id='b' aria-labelledby='tb'>{SKI}</div>",
    "buttons apart from panels": f"<ul><li><button aria-expanded='false' aria-controls='a'>May I row?</button></li><li><button aria-expanded='false' aria-controls='b'>May I ski?</button></li></ul><div id='a'>{ROW}</div><div id='b'>{SKI}</div>",
    "definitions": f"<dl><dt>May I row?</dt><dd>{ROW}</dd><dt>May I ski?</dt><dd><p>{SKI}</p></dd></dl>",
    "definitions in groups": f"<dl><div><dt>May I row?</dt><dd>{ROW}</dd></div><div><dt>May I ski?</dt><dd>{SKI}</dd></div></dl>",
    "buttons in definitions": f"<dl><div><dt><button aria-expanded='false' aria-controls='a'>May I row?</button></dt><dd id='a'>{ROW}</dd></div><div><dt><button aria-expanded='false' aria-controls='b'>May I ski?</button></dt><dd id='b'><p>{SKI}</p></dd></div></dl>",
    "web components": f"<faq-list><faq-item question='May I row?'><p slot='answer'>{ROW}</p></faq-item><faq-item header='May I ski?'>{SKI}</faq-item></faq-list>",
    "details in details": f"<details><summary>On water and snow</summary><details><summary>May I row?</summary>{ROW}</details><details><summary>May I ski?</summary>{SKI}</details></details>",
    "classes": f"<div class='faq-item'><div class='faq-question'>May I row?</div><div class='faq-answer'>{ROW}</div></div><div class='faq-item'><span class='question'>May I ski?</span><p>{SKI}</p></div>",
    "plain divs": f"<div>May I row?</div><div>{ROW}</div><div>May I ski?</div><div>{SKI}</div>",
    "bold lines": f"<p><strong>May I row?</strong></p><p>{ROW}</p><p><b>May I ski?</b><br>{SKI}</p>",
    "bold at the head of a line": f"<p><b>May I row?</b> {ROW}</p><p><strong>May I ski? </strong>{SKI}</p>",
    "labels": f"<p>Q: May I row?</p><p>A: {ROW}</p><p><b>Q:</b> May I ski?<br><b>A:</b> {SKI}</p>",
    "list items": f"<ol><li><strong>May I row?</strong><p>{ROW}</p></li><li><strong>May I ski?</strong><br>{SKI}</li></ol>",
    "headings in list items": f"<ul><li><h4>May I row?</h4><p>{ROW}</p></li><li><h4>May I ski?</h4><p>{SKI}</p></li></ul>",
    "table": f"<table><tr><th>Question</th><th>Answer</th></tr><tr><td>May I row?</td><td>{ROW}</td></tr><tr><td>May I ski?</td><td>{SKI}</td></tr></table>",
    "microdata": f"<div itemscope itemtype='https://schema.org/FAQPage'><div itemscope itemprop='mainEntity' itemtype='https://schema.org/Question'><span itemprop='name'>May I row?</span><div itemscope itemprop='acceptedAnswer' itemtype='https://schema.org/Answer'><div itemprop='text'>{ROW}</div></div></div><div itemscope itemprop='mainEntity' itemtype='https://schema.org/Question'><h3 itemprop='name'>May I ski?</h3><div itemprop='acceptedAnswer'><p itemprop='text'>{SKI}</p></div></div></div>",
}  # fmt: skip


@pytest.mark.parametrize("kind", MARKED)
@pytest.mark.parametrize("around", ["<main><h1>Sports</h1>{}</main>", "<h1>Sports</h1>{}"])
def test_every_way_of_marking_a_question_makes_a_pair(reader: Reader, kind: str, around: str) -> None:
    report = reader(around.format(MARKED[kind]))
    assert _pairs(report) == PAIRS
    assert report.document.warnings == ()


def test_terms_that_share_a_definition_each_have_it(reader: Reader) -> None:
    report = reader(f"<main><dl><dt>May I row?</dt><dt>May I scull?</dt><dd>{ROW}</dd><dd>Not alone.</dd></dl></main>")
    answer = f"{ROW}\n\nNot alone."
    assert _pairs(report) == [("May I row?", answer), ("May I scull?", answer)]
    assert report.document.warnings == ()
    report = reader(
        "<main><dl><dt>Boat house</dt><dd>8:00 - 12:00</dd><dd>14:00 - 18:00</dd><dt>Phone</dt><dd>555 0133</dd></dl></main>"
    )
    assert report.document.text == "- **Boat house**: 8:00 - 12:00; 14:00 - 18:00\n- **Phone**: 555 0133\n"


def test_a_heading_in_a_list_ends_with_the_list(reader: Reader) -> None:
    report = reader("<main><h1>Sports</h1><ul><li><h3>Fees</h3><p>Ten a month.</p></li></ul><p>Ring us.</p></main>")
    assert report.document.text == "# Sports\n\n### Fees\n\nTen a month.\n\n---\n\nRing us.\n"


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("10<sup>3</sup> to 10<sup>-6</sup> m", "10³ to 10⁻⁶ m"),
        ("Rest.<sup><a href='#n'>1</a></sup>", "Rest.¹"),
        ("Rest.<sup>[2]</sup> the 1<sup>st</sup>", "Rest.[2] the 1st"),
        ("H<sub>2</sub>O", "H2O"),
    ],
)
def test_raised_digits_are_no_part_of_the_number_before(reader: Reader, piece: str, text: str) -> None:
    assert reader(f"<main><p>{piece}</p></main>").document.text == f"{text}\n"


def test_a_short_main_is_the_content_beside_longer_pop_ups(reader: Reader) -> None:
    help_text = "<div><h1>Keyboard</h1><p>Press left or right for the other chapters, S for the search, Escape to hide it.</p></div>"
    report = reader(f"{help_text}<main><h1>Rowing</h1><p>{ROW}</p></main>")
    assert report.document.text == f"# Rowing\n\n{ROW}\n"
    assert [reason for reason, _ in _left_out(report)] == ["outside the main content"]


def test_a_button_is_what_is_seen_of_it(reader: Reader) -> None:
    button = (
        "<button aria-expanded='false'><span class='sr-only'>Open</span>May I row?<span class='icon'>▼</span></button>"
    )
    assert _pairs(reader(f"<main>{button}<div>{ROW}</div></main>")) == [("May I row?", ROW)]


def test_an_answer_that_is_a_table_has_its_header(reader: Reader) -> None:
    rows = "<tr><th>Boat</th><th>For</th></tr><tr><td>Skiff</td><td>one</td></tr>"
    report = reader(f"<main><h2>Which boats are there?</h2><table>{rows}</table></main>")
    assert _pairs(report) == [("Which boats are there?", "| Boat | For |\n| --- | --- |\n| Skiff | one |")]


def test_declared_latin_1_is_what_browsers_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(
        b"<html><head><meta charset=iso-8859-1></head><body><main><p>Caf\xe9 \x80 5 \x96 \x93so\x94</p></main></body></html>"
    )
    assert read(path, document_id="a.html").text == "Café € 5 – “so”\n"


def test_data_that_says_what_the_page_shows_is_counted_once(reader: Reader) -> None:
    head = f'<script type=\'application/ld+json\'>{{"@type":"FAQPage","mainEntity":[{{"@type":"Question","name":"May I row?","acceptedAnswer":{{"text":"{ROW}"}}}}]}}</script>'
    report = reader(f"<main><h2>May I row?</h2><p>{ROW}</p></main>", head)
    assert _pairs(report) == PAIRS[:1]
    assert report.extracted == f"May I row? {ROW}"


def test_text_after_an_accordion_is_no_part_of_its_last_answer(reader: Reader) -> None:
    report = reader(f"<main><h1>Sports</h1>{MARKED['details']}<p>Ring us on Mondays.</p></main>")
    assert _pairs(report) == PAIRS
    assert report.document.text.endswith("\n\n---\n\nRing us on Mondays.\n")


def test_a_summary_is_a_question_whatever_it_ends_in_and_headings_stay_in_its_answer(reader: Reader) -> None:
    report = reader(
        "<main><details><summary>Hiring a boat</summary><h3>Prices</h3><p>Ten an hour.</p></details></main>"
    )
    assert _pairs(report) == [("Hiring a boat", "**Prices**\n\nTen an hour.")]


def test_a_tab_that_asks_nothing_is_a_heading(reader: Reader) -> None:
    tabs = MARKED["tabs"].replace("May I row?", "Rowing").replace("May I ski?", "Skiing")
    assert (
        reader(f"<main><h1>Sports</h1>{tabs}</main>").document.text
        == f"# Sports\n\n## Rowing\n\n{ROW}\n\n## Skiing\n\n{SKI}\n"
    )


def test_a_button_that_only_shows_more_is_no_question(reader: Reader) -> None:
    report = reader(
        "<main><p>Row slowly at first.</p><button aria-expanded='false' aria-controls='m'>Read more</button><div id='m'>Then row faster.</div></main>"
    )
    assert report.document.text == "Row slowly at first.\n\nThen row faster.\n"
    assert _left_out(report) == [("control", "Read more")]


MAIN = ["<main>{}</main>", "<article>{}</article>", "<div role='main'>{}</div>", "<div id='content'>{}</div>"]


@pytest.mark.parametrize("around", MAIN)
def test_marked_content_is_kept_whole_and_what_is_around_it_is_listed(reader: Reader, around: str) -> None:
    inside = (
        "<h1>Boats</h1><ul><li><a href='/a'>Rowing boats</a></li><li><a href='/b'>Canoes</a></li></ul>"
        "<table><tr><td>Monday</td><td>8-17</td></tr><tr><td>Friday</td><td>closed</td></tr></table>"
        "<address>1 Quay<br>Harbour Town</address>"
    )
    page = f"<header><a href='/'>Home page</a></header><nav><a href='/x'>All boats</a></nav>{around.format(inside)}<aside>Buy oars</aside><footer>Harbour Ltd</footer>"
    report = reader(page)
    assert report.document.text == (
        "# Boats\n\n- Rowing boats\n- Canoes\n\n|  |  |\n| --- | --- |\n| Monday | 8-17 |\n| Friday | closed |\n\n"
        "1 Quay  \nHarbour Town\n"
    )
    assert _left_out(report) == [
        ("page header", "Home page"),
        ("navigation", "All boats"),
        ("side column", "Buy oars"),
        ("page footer", "Harbour Ltd"),
    ]


def test_cells_over_several_rows_and_columns(reader: Reader) -> None:
    table = "<table><thead><tr><th>Day</th><th colspan='2'>Hours</th></tr></thead><tr><td rowspan='2'>Monday</td><td>8</td><td>12</td></tr><tr><td>14</td><td>17</td></tr></table>"
    assert reader(f"<main><p>Open:</p>{table}</main>").document.text == (
        "Open:\n\n| Day | Hours |  |\n| --- | --- | --- |\n| Monday | 8 | 12 |\n| Monday | 14 | 17 |\n"
    )


def test_definitions_that_ask_nothing_are_a_list(reader: Reader) -> None:
    text = reader(
        "<main><dl><dt>Oar</dt><dd>What one rows with.</dd><dt>Pole</dt><dd>What one skis with.</dd></dl></main>"
    ).document.text
    assert text == "- **Oar**: What one rows with.\n- **Pole**: What one skis with.\n"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<p>Rain &amp; mud&nbsp;&lt; 5&#8239;km &mdash; fine</p>", "Rain & mud < 5 km — fine\n"),
        ("<p>Take <s>eight</s> <del>nine</del> <ins>two</ins> a day.</p>", "Take two a day.\n"),
        (
            "<p>Lie <em>down</em>, <b>slowly</b>.</p><img src='x.png' alt='A person lying down'>",
            "Lie *down*, **slowly**.\n\nA person lying down\n",
        ),
        (
            "<ul><li>one<ul><li>inner</li></ul></li><li><p>two</p><p>more</p></li></ul>",
            "- one\n  - inner\n- two\n\n  more\n",
        ),
        ("<ol start='3'><li>three</li><li>four</li></ol>", "3. three\n4. four\n"),
        ("<blockquote><p>Row.</p><p>Ski.</p></blockquote>", "> Row.\n>\n> Ski.\n"),
        ("<p># no heading</p><p>1. no list, 2 * 3</p>", "\\# no heading\n\n\\1. no list, 2 \\* 3\n"),
    ],
)
def test_inline_and_block_elements(reader: Reader, inside: str, text: str) -> None:
    assert reader(f"<main>{inside}</main>").document.text == text


QUESTION = '{"@type": "Question", "name": "May I row?", "acceptedAnswer": {"@type": "Answer", "text": "<p>Yes, if the legs do most of the work.</p>"}}'
JSON_LD = {
    "page": f'{{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [{QUESTION}]}}',
    "graph": f'{{"@graph": [{{"@type": "WebSite", "name": "x"}}, {{"@type": ["WebPage", "FAQPage"], "mainEntity": {QUESTION}}}]}}',
    "list": f'[{{"@type": "Organization"}}, {{"@type": "FAQPage", "mainEntity": [{QUESTION}]}}]',
    "question": QUESTION.replace("<p>", "&lt;p&gt;").replace("</p>", "&lt;/p&gt;"),
}


@pytest.mark.parametrize("kind", JSON_LD)
def test_questions_stated_as_json_ld_are_read_from_an_application_page(reader: Reader, kind: str) -> None:
    head = f'<script type="application/ld+json">{JSON_LD[kind]}</script>'
    report = reader('<div id="root"></div><noscript>Switch scripts on.</noscript><script src="/app.js"></script>', head)
    assert _pairs(report) == [("May I row?", ROW)]
    assert report.document.title == "Sports"


def test_questions_stated_as_json_ld_are_not_said_twice(reader: Reader) -> None:
    head = f'<script type="application/ld+json">{JSON_LD["page"]}</script>'
    report = reader(f"<main><h1>Sports</h1>{MARKED['details']}</main>", head)
    assert _pairs(report) == PAIRS


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>',
        '<div id="app">Loading…</div><script src="/main.js"></script>',
        '<div id="__next"><p>This site requires JavaScript. Please enable JavaScript and reload.</p></div><script src="/a.js"></script>',
    ],
)
def test_an_application_page_without_text_is_refused(reader: Reader, body: str) -> None:
    with pytest.raises(ReadError, match="an empty application page: scripts make its text"):
        reader(body)


def test_no_line_of_a_library_reaches_the_console(
    reader: Reader, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        reader("<p>Row.</p><ul><li>slowly</li></ul>")
        reader("<html lang='xx'><body><div>?</div><p>Row slowly on flat water at first.</p>")
    assert caplog.text == ""
    assert capfd.readouterr().err == ""


def test_an_article_without_any_mark_is_extracted_and_the_rest_is_listed(reader: Reader) -> None:
    prose = "".join(f"<p>{'Rowing keeps the back supple and strong if one begins slowly. ' * 6}</p>" for _ in range(8))
    report = reader(
        f"<div class='menu'><a href='/1'>Boat shop</a> <a href='/2'>Oar shop</a></div><div><h1>Rowing</h1>{prose}</div>"
    )
    assert "Rowing keeps the back supple" in report.document.text
    assert report.document.warnings == ()


def test_tables_and_lists_beside_an_article_without_any_mark_stay(reader: Reader) -> None:
    prose = "".join(f"<p>{'Rowing keeps the back supple and strong if one begins slowly. ' * 6}</p>" for _ in range(8))
    menu = "<a href='/1'>Boat shop</a> <a href='/2'>Oar shop</a> <a href='/3'>Sails</a>"
    hours = "<h2>Hours</h2><table><tr><td>Monday</td><td>7 - 9</td></tr><tr><td>Sunday</td><td>shut</td></tr></table>"
    report = reader(f"<nav>Harbour</nav><div><h1>Rowing</h1>{prose}{hours}<div>{menu}</div></div><div>{menu}</div>")
    assert report.document.text.endswith("## Hours\n\n|  |  |\n| --- | --- |\n| Monday | 7 - 9 |\n| Sunday | shut |\n")
    shops = ("outside the main content", "Boat shop Oar shop Sails")
    assert _left_out(report) == [("navigation", "Harbour"), shops, shops]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "pairs"),
    [("button.html", 2), ("dl-long.html", 8), ("jsonld.html", 2), ("hours.html", 0), ("linked-list.html", 0)],
)
def test_shared_cases(name: str, pairs: int) -> None:
    document = read(SHARED / name, document_id=name)
    assert len(document.pairs) == pairs
    assert document.warnings == ()
    if name == "hours.html":
        assert "| Monday | 8:00am - 5:00pm |\n| Tuesday | 8:00am - 1:00pm |\n| Friday | closed |" in document.text
    if name == "linked-list.html":
        assert "- a slipped disc\n- sciatica\n- ankylosing spondylitis" in document.text
