"""Files of every format become documents; what cannot be read says why."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.errors import CorpusError, ReadError
from faqbot.readers import SUFFIXES, Limits, SkippedFile, discover, read
from faqbot.types import Document, Source
from reader_samples import docx_bytes, paragraph, pdf_bytes, table

Reader = Callable[..., Document]

MARKDOWN = """---
title: Sore calves
author: [Ann Lee, Ben Ode]
sources:
  - {mark: "1", title: On calves, url: "https://a.b/c", date: 2024-04-05}
  - https://a.b/d
reviewed: 2026-11-22
licence: CC BY 4.0
tags: [legs]
alternates:
  "Is it bad?": ["is it dangerous", "should i worry"]
something_else: {of: another tool}
---
# Sore calves

They ache[1].

## Is it bad?

Mostly not.
"""

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sore calves | The Walking Page</title>
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2023-04-05T10:00:00Z">
<link rel="canonical" href="https://example.org/calves"></head><body>
<nav><ul><li><a href="/">Home</a></li><li>About us</li></ul></nav>
<article><h1>Sore calves</h1>
<p>Calves get sore when a walk is longer than the muscle is used to, which is rarely serious[1].</p>
<h2>Is it bad?</h2><p>Mostly not. See a <b>doctor</b> if one calf is swollen and warm.</p>
<h2>What to do</h2><ul><li>Rest for two days.</li><li>Stretch, leaning on a wall.</li></ul>
<table><tr><th>Reason</th><th>Feeling</th></tr><tr><td>Tired muscle</td><td>Dull ache</td></tr></table>
<h2>References</h2><ol><li><a href="https://example.org/lee">Lee, On calves</a></li></ol>
<script>document.write("stolen")</script><img src="https://evil.example/x.png" alt="">
</article><footer>All rights reserved</footer></body></html>"""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads bytes or text as a file of a name."""

    def _read(name: str, content: str | bytes, limits: Limits | None = None) -> Document:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, document_id=f"legs/{name}", limits=limits or Limits())

    return _read


def _answers(document: Document) -> list[tuple[str, tuple[str, ...], str]]:
    return [(pair.question, pair.alternates, document.text[pair.start : pair.end]) for pair in document.pairs]


def test_markdown_with_front_matter(reader: Reader) -> None:
    document = reader("calves.md", MARKDOWN)
    assert document.id == "legs/calves.md"
    assert document.text.startswith("# Sore calves\n\nThey ache")
    assert (document.title, document.author, document.reviewed) == ("Sore calves", "Ann Lee, Ben Ode", "2026-11-22")
    assert (document.licence, document.tags) == ("CC BY 4.0", ("legs",))
    assert document.sources == (
        Source("On calves", "https://a.b/c", "", "2024-04-05", "1"),
        Source(url="https://a.b/d"),
    )
    assert _answers(document) == [("Is it bad?", ("is it dangerous", "should i worry"), "Mostly not.")]


@pytest.mark.parametrize(
    ("stated", "date"),
    [("April 5, 2024", "2024-04-05"), ("2024-04-05", "2024-04-05"), ("05/04/2024", "05/04/2024"), ("2024", "2024")],
)
def test_dates_are_iso_where_they_can_be_read_else_as_written(reader: Reader, stated: str, date: str) -> None:
    assert reader("a.md", f"---\ntitle: x\ndate: {stated}\nreviewed: {stated}\n---\nText.\n").date == date


def test_a_title_is_the_heading_or_else_the_name_of_the_file(reader: Reader) -> None:
    assert reader("a.md", "# **Sore** calves\n\nText.\n").title == "Sore calves"
    assert reader("sore-calves.md", "Text without heading.\n").title == "sore-calves"


def test_a_rule_at_the_head_of_markdown_is_no_front_matter(reader: Reader) -> None:
    assert reader("a.md", "---\n\nText.\n\n---\n\nMore.\n").text == "---\n\nText.\n\n---\n\nMore.\n"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("title: [a", "front matter: not YAML"),
        ("title: {a: b}", "expected one line of text"),
        ("sources: {a: b}", "sources is a mapping, expected a list"),
        ("alternates: [a]", "alternates is a list"),
        ("a: &x 1\nb: *x", r"front matter: a YAML alias \(\*x\)"),
    ],
)
def test_front_matter_that_cannot_be_read_says_so(reader: Reader, head: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        reader("a.md", f"---\n{head}\n---\nText.\n")


PAIRS = {
    "f.csv": 'Question,Answer,Alternates\nIs it bad?,Mostly not.,is it dangerous|should i worry\nHow long?,"A day,\nor two.",\n',
    "semicolon.csv": 'question;answer;alternates\nIs it bad?;Mostly not.;is it dangerous|should i worry\nHow long?;"A day,\nor two.";\n',
    "f.tsv": 'question\tanswer\talternates\nIs it bad?\tMostly not.\tis it dangerous|should i worry\nHow long?\t"A day,\nor two."\t\n',
    "f.json": '[{"question": "Is it bad?", "answer": "Mostly not.", "alternates": ["is it dangerous", "should i worry"]}, {"q": "How long?", "a": "A day,\\nor two."}]',
    "nested.json": '{"title": "x", "faqs": [{"question": "Is it bad?", "text": "Mostly not.", "alternates": ["is it dangerous", "should i worry"]}, {"question": "How long?", "answer": "A day,\\r\\nor two."}]}',
    "f.jsonl": '{"question": "Is it bad?", "answer": "Mostly not.", "alternates": ["is it dangerous", "should i worry"]}\n\n{"question": "How long?", "answer": "A day,\\nor two."}\n',
    "f.yaml": "- question: Is it bad?\n  answer: Mostly not.\n  alternates: [is it dangerous, should i worry]\n- question: How long?\n  answer: |\n    A day,\n    or two.\n",
}


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_of_every_format(reader: Reader, name: str) -> None:
    assert _answers(reader(name, PAIRS[name])) == [
        ("Is it bad?", ("is it dangerous", "should i worry"), "Mostly not."),
        ("How long?", (), "A day,\nor two."),
    ]


def test_questions_and_answers_as_a_plain_mapping(reader: Reader) -> None:
    assert _answers(reader("f.json", '{"Is it bad?": "Mostly not."}')) == [("Is it bad?", (), "Mostly not.")]


def test_a_question_file_with_facts_beside_its_pairs(reader: Reader) -> None:
    document = reader(
        "f.yaml",
        "title: 'Calves: questions'\nsources: [{mark: '1', title: T}]\npairs:\n- {question: A?, answer: 'B[1].'}\n",
    )
    assert (document.title, document.sources, document.text) == (
        "Calves: questions",
        (Source(title="T", mark="1"),),
        "## A?\n\nB[1].\n\n",
    )


def test_a_row_may_name_its_source(reader: Reader) -> None:
    document = reader("f.csv", "question,answer,url,title\nA?,B.,https://a.b/c,Calves\n")
    assert document.pairs[0].sources == (Source(title="Calves", url="https://a.b/c"),)


def test_json_lines_are_not_split_at_other_line_ends_inside_texts(reader: Reader) -> None:
    document = reader("f.jsonl", '{"question": "A?", "answer": "one\\u2028two"}\n')
    assert _answers(document) == [("A?", (), "one\ntwo")]


def test_nothing_is_taken_out_of_pairs(reader: Reader) -> None:
    document = reader(
        "f.yaml", "- {question: A?, answer: Leave a Comment}\n- {question: B?, answer: Leave a Comment}\n"
    )
    assert document.boilerplate == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("f.json", '[{"question": "A?"}]', "line 1: no answer, not read: “A\\?”"),
        ("f.json", '[{"answer": "B."}]', "line 1: entry 1: no question; its columns: answer"),
        ("f.json", '[["A?", "B.", "C."]]', "entry 1: a list, expected question and answer"),
        ("f.json", '[{"question": "A?", "answer": {"b": 1}}]', "an answer is a mapping, expected text"),
        ("f.json", "[]", "no question-answer pairs"),
        ("f.json", '{"a": 1}', "no question-answer pairs in it. Read are a list of question and answer"),
        ("f.json", "3", "found '3', expected a list of pairs"),
        ("f.json", '{"a": \n]', "not JSON: Expecting value in line 2, column 1"),
        ("f.jsonl", "not json\n", "line 1: not JSON"),
        ("f.yaml", "a: b: c", "not YAML: mapping values are not allowed in this context in line 1, column 5"),
        ("f.yaml", "- !!python/object/apply:os.getcwd []", "not YAML: could not determine a constructor"),
        ("f.csv", "a,b\nc,d\n", "line 1 has no question and answer columns; its columns: a, b"),
        ("f.txt", " \n ", "no text in it"),
        ("f.txt", b"\x00\x01\x02binary\x00", "binary content, expected text"),
        ("f.pdf", "text", "not a PDF"),
        ("f.pdf", pdf_bytes([["Some text"]])[:200], "not a readable PDF"),
        ("f.pdf", pdf_bytes([[], []], picture=True), r"scanned: pictures of 2 page\(s\) without text"),
        ("f.pdf", pdf_bytes([[]]), "an empty PDF: no text on any page"),
        ("f.pdf", pdf_bytes([]), "an empty PDF"),
        ("f.docx", b"PK\x03\x04 no archive", "not a readable DOCX: File is not a zip file"),
        ("f.docx", b"\xd0\xcf\x11\xe0 old", "an encrypted document or an old .doc"),
        ("f.docx", docx_bytes(""), "no text in it, perhaps only pictures"),
        ("f.xyz", "text", r"the suffix \.xyz is none of \.csv, \.docx"),
    ],
)
def test_what_cannot_be_read_says_why(reader: Reader, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        reader(name, content)


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened: No such file"):
        read(tmp_path / "gone.md", document_id="gone.md")


GREETING = "Naïve “aching” calves – more café walks, Zürich.\nTwo.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_and_line_end(reader: Reader, encoding: str, end: str) -> None:
    assert reader("a.md", (GREETING * 3).replace("\n", end).encode(encoding)).text == GREETING * 3


def test_odd_line_ends_spaces_and_unprintable_characters_are_made_plain(reader: Reader) -> None:
    assert reader("a.md", "One\u2028two\x0bthree\u00a0four\u200b\x07.\ufeff\n").text == "One\ntwo\nthree four.\n"


def test_a_web_page_gives_its_article_and_what_its_head_states(reader: Reader) -> None:
    document = reader("a.html", PAGE)
    assert (document.title, document.author, document.date) == ("Sore calves", "Ann Lee", "2023-04-05")
    assert document.url == "https://example.org/calves"
    assert [source.url for source in document.sources] == ["https://example.org/lee"]
    assert _answers(document) == [("Is it bad?", (), "Mostly not. See a **doctor** if one calf is swollen and warm.")]
    assert "- Rest for two days.\n- Stretch, leaning on a wall." in document.text
    assert "| Tired muscle | Dull ache |" in document.text
    assert not any(word in document.text for word in ("About us", "stolen", "evil", "rights"))


def test_a_date_beside_a_name_is_no_author(reader: Reader) -> None:
    page = PAGE.replace('<meta name="author" content="Ann Lee">', "").replace(
        "<h1>Sore calves</h1>",
        '<h1>Sore calves</h1><div class="byline">By <a href="/a">Ann Lee</a> | Updated June 1, 2024</div>',
    )
    assert reader("a.html", page).author == "Ann Lee"


def test_a_small_page_that_is_no_article_is_read_whole(reader: Reader) -> None:
    text = reader("a.html", "<p>Rest</p><ul><li>two <b>days</b></ul><script>no()</script>").text
    assert text.strip() == "Rest\n\n- two **days**"


def test_a_page_declares_its_encoding(reader: Reader) -> None:
    page = PAGE.replace("utf-8", "cp1251").replace("Mostly not.", "В основном нет, не опасно.")
    assert "В основном нет, не опасно." in reader("a.html", page.encode("cp1251")).text


PAGES = [
    ["The Walking Page", "Sore Calves on Long Walks", "Calves get sore when a walk is longer than the muscle is used to, and more so if the shoes", "are flat. It is com-", "mon, and gets better in a low-", "impact week.", "Most people walk again soon.", "What Helps", "Rest for two days, then do these every morning before you get up and every evening:", "• Stretch the calf, leaning on a wall, and hold it for as long as you can count to twenty", "without hurry.", "• Walk on grass.", "Page 1 of 3"],
    ["The Walking Page", "When To See a Doctor", "See one on the same day if a single calf is swollen, warm and red, because this may be a", "clot and not a sore muscle. A low-impact week is no treatment for it.", "Page 2 of 3"],
    ["The Walking Page", "That is all there is to say about it in this leaflet, which nobody paid us to write for", "you.", "Page 3 of 3"],
]  # fmt: skip


def test_a_pdf_gives_paragraphs_lists_and_headings_without_running_heads(reader: Reader) -> None:
    document = reader(
        "a.pdf",
        pdf_bytes(
            PAGES, info="/Title (Microsoft Word - calves.docx) /Author (Ann Lee) /CreationDate (D:20240405101010Z)"
        ),
    )
    assert (document.title, document.author, document.date) == ("Sore Calves on Long Walks", "Ann Lee", "2024-04-05")
    assert document.text == (
        "# Sore Calves on Long Walks\n\n"
        "Calves get sore when a walk is longer than the muscle is used to, and more so if the shoes are flat. It is common,"
        " and gets better in a low-impact week.\n\nMost people walk again soon.\n\n## What Helps\n\n"
        "Rest for two days, then do these every morning before you get up and every evening:\n\n"
        "- Stretch the calf, leaning on a wall, and hold it for as long as you can count to twenty without hurry.\n"
        "- Walk on grass.\n\n## When To See a Doctor\n\n"
        "See one on the same day if a single calf is swollen, warm and red, because this may be a clot and not a sore"
        " muscle. A low-impact week is no treatment for it.\n\n"
        "That is all there is to say about it in this leaflet, which nobody paid us to write for you.\n"
    )


def test_an_encrypted_pdf_is_recognised_and_one_with_an_empty_password_is_read(reader: Reader) -> None:
    import io

    from pypdf import PdfWriter

    for password, readable in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=io.BytesIO(pdf_bytes([["Calves get sore on long walks."]])))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        if readable:
            assert reader("a.pdf", out.getvalue()).text == "Calves get sore on long walks.\n"
        else:
            with pytest.raises(ReadError, match="an encrypted PDF"):
                reader("a.pdf", out.getvalue())


def test_a_word_document_gives_headings_lists_tables_and_properties(reader: Reader) -> None:
    body = (
        paragraph("Sore calves", style="Heading1")
        + paragraph("They ache when 1 < 2 & more.")
        + paragraph("What helps?", style="Heading2")
        + paragraph("Rest", numbering=1)
        + paragraph("Grass", numbering=1)
        + table([["Reason", "Feeling"], ["Tired muscle", "Dull ache"]])
    )
    core = "<dc:title>Template</dc:title><dc:creator>Ann Lee</dc:creator><dcterms:created>2024-04-05T00:00:00Z</dcterms:created>"
    document = reader("a.docx", docx_bytes(body, core=core))
    assert (document.title, document.author, document.date) == ("Sore calves", "Ann Lee", "2024-04-05")
    assert document.text == (
        "# Sore calves\n\nThey ache when 1 < 2 & more.\n\n## What helps?\n\n- Rest\n- Grass\n\n"
        "| Reason | Feeling |\n| --- | --- |\n| Tired muscle | Dull ache |\n"
    )
    assert [pair.question for pair in document.pairs] == ["What helps?"]


def test_bold_lines_are_the_headings_of_a_word_document_without_styles(reader: Reader) -> None:
    body = (
        paragraph("Sore calves", bold=True)
        + paragraph("They ache.")
        + paragraph("Rest", bold=True)
        + paragraph("Two days.")
    )
    assert reader("a.docx", docx_bytes(body)).text == "# Sore calves\n\nThey ache.\n\n## Rest\n\nTwo days.\n"


def test_a_corpus_is_found_in_order_with_what_was_left_out(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for name in (
        "b/two.md",
        "b/ten.TXT",
        "a.pdf",
        "README.md",
        "LICENSE",
        "b/README.md",
        ".hidden.md",
        ".git/x.md",
        "c.exe",
        "Makefile",
    ):
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_text("x")
    outside = tmp_path / "secret.md"
    outside.write_text("x")
    (corpus / "link.md").symlink_to(outside)
    (corpus / "up").symlink_to(tmp_path)
    (corpus / "inner.md").symlink_to(corpus / "b" / "two.md")
    (corpus / "same").symlink_to(corpus / "b")
    (corpus / "gone.md").symlink_to(corpus / "nothing.md")
    found = discover(corpus)
    assert [file.document_id for file in found.files] == ["a.pdf", "b/README.md", "b/ten.TXT", "b/two.md", "inner.md"]
    assert found.files[1].path == corpus / "b" / "README.md"
    listed = ", ".join(sorted(SUFFIXES))
    assert found.skipped == (
        SkippedFile("Makefile", f"its suffix (none) is none of {listed}"),
        SkippedFile("c.exe", f"its suffix .exe is none of {listed}"),
        SkippedFile("gone.md", "a link to nothing"),
        SkippedFile("link.md", f"a link to {outside}, outside the corpus folder. Copy the file in"),
        SkippedFile("same", "a link to a folder. Copy the folder in"),
        SkippedFile("up", f"a link to {tmp_path}, outside the corpus folder. Copy the file in"),
    )


def test_a_file_whose_name_is_not_utf_8_is_named_with_the_reason(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.md"))
    path.write_text("# Rest\n\nLie down.\n")
    found = discover(tmp_path)
    assert (found.files, found.skipped) == ((), (SkippedFile("bad\\udcff.md", "its name is not UTF-8. Rename it"),))
    with pytest.raises(ReadError, match="its name is not UTF-8"):
        read(path, document_id=path.name)


def test_a_single_file_is_a_corpus_of_one(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    assert [file.document_id for file in discover(tmp_path / "a.md").files] == ["a.md"]


def test_a_missing_corpus_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="Run: faqbot build FOLDER"):
        discover(tmp_path / "gone")
