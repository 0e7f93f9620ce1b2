"""Files made to break a reader are refused with a reason, and quickly."""

import contextlib
import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqbot.chunking import split
from faqbot.errors import ReadError
from faqbot.readers import SUFFIXES, Limits, limits, read
from reader_samples import docx_bytes, paragraph, pdf_bytes

BOMB = b"<w:document>" + b" " * 30_000_000
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


def _read(folder: Path, name: str, content: str | bytes, limits: Limits | None = None) -> None:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    read(path, document_id=name, limits=limits or Limits())


@pytest.mark.parametrize(
    ("name", "content", "limits", "reason"),
    [
        ("a.md", "x" * 101, Limits(bytes=100), "101 bytes or more, at most 100 are read"),
        ("a.md", "x" * 101, Limits(characters=100), "101 characters, at most 100"),
        ("a.md", "x\n" * 101, Limits(lines=100), "101 lines, at most 100"),
        ("a.txt", "x\n" * 101, Limits(lines=100), "101 lines, at most 100"),
        ("a.txt", "x" * 10_000_000, Limits(), "10,000,000 characters, at most 3,000,000"),
        ("a.md", "x" * 2_000_000, Limits(), "2,000,000 characters in one line, at most 1,000,000"),
        ("a.html", f"<p>{'x ' * 1_000_000}</p>", Limits(), "characters in one line"),
        ("a.html", "<div>" * 100_000 + "x", Limits(), "100,000 levels of HTML"),
        ("a.html", "<ul><li>" * 500 + "x", Limits(), "500 levels of HTML"),
        ("a.json", "[" * 100_000, Limits(), "41 levels of JSON"),
        ("a.json", '{"a":' * 100_000, Limits(), "41 levels of JSON"),
        ("a.json", "[" + "1," * 600_000 + "1]", Limits(), "600,000 values in JSON"),
        ("a.json", json.dumps([{"question": "A?", "answer": "B."}] * 11), Limits(rows=10), "11 rows, at most 10"),
        ("a.jsonl", '{"question": "A?", "answer": "B."}\n' * 11, Limits(rows=10), "11 rows, at most 10"),
        ("a.csv", "question,answer\n" + "A?,B.\n" * 11, Limits(rows=10), "11 rows, at most 10"),
        ("a.csv", f'question,answer\nA?,"{"b" * 1001}"\n', Limits(line=1000), "line 2: a cell of more than 1,000 characters"),
        ("a.yaml", "[" * 100_000, Limits(), "41 levels of YAML"),
        ("a.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", Limits(), r"a YAML alias \(\*a\)"),
        ("a.yaml", "[" + "1," * 600_000 + "1]", Limits(), "values in YAML"),
        ("a.yaml", "- !!python/object/apply:os.system [exit]", Limits(), "not YAML"),
        ("a.docx", docx_bytes(paragraph("x"), extra={"word/document.xml": BOMB}), Limits(), "times its packed size"),
        ("a.docx", docx_bytes(paragraph("x" * 5000)), Limits(expanded=1000), "bytes when unpacked"),
        ("a.docx", docx_bytes(paragraph("x"), extra={"word/styles.xml": ENTITIES}), Limits(), "defines its own XML entities"),
        ("a.docx", docx_bytes(paragraph("x"), extra={"word/styles.xml": ENTITIES.decode().encode("utf-16")}), Limits(), "defines its own XML entities"),
        ("a.docx", docx_bytes(paragraph("x"), extra={"word/document.xml": b"<w:p><w:p>"}), Limits(), "not a readable DOCX"),
        ("a.pdf", pdf_bytes([["Some text"]] * 11), Limits(pages=10), "11 pages, at most 10"),
        ("a.pdf", pdf_bytes([["Some text"] * 20]), Limits(expanded=100), "bytes of pages when unpacked"),
        ("a.pdf", pdf_bytes([["Some text"] * 20]), Limits(characters=100), "characters, at most 100"),
        ("a.pdf", pdf_bytes([["Some text"]]), Limits(seconds=-1), "more than -1 seconds to read it"),
    ],
)  # fmt: skip
def test_what_asks_too_much_is_refused(
    tmp_path: Path, name: str, content: str | bytes, limits: Limits, reason: str
) -> None:
    with pytest.raises(ReadError, match=reason):
        _read(tmp_path, name, content, limits)


def test_deep_xml_in_a_word_document_is_refused(tmp_path: Path) -> None:
    body = "<w:tbl><w:tr><w:tc>" * 2000 + "</w:tc></w:tr></w:tbl>" * 2000
    with pytest.raises(ReadError, match=r"nested too deeply|levels of HTML"):
        _read(tmp_path, "a.docx", docx_bytes(body))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the first try may meet a callback
def test_a_page_that_takes_too_long_is_given_up_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes([["A line of text that says next to nothing."] * 50] * 1_000))
    started = time.monotonic()
    with pytest.raises(ReadError, match=r"more than 0\.3 seconds to read it\. Split the file or leave it out"):
        read(path, document_id="a.pdf", limits=Limits(seconds=0.3))
    assert time.monotonic() - started < 10
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_an_end_that_a_callback_swallowed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "AGAIN", 0.05)
    swallowed = []
    with pytest.raises(ReadError, match=r"more than 0\.05 seconds"), limits.ended_after(0.05):
        while True:
            try:
                time.sleep(5)
            except BaseException as error:
                swallowed.append(error)
                if len(swallowed) == 3:
                    raise
    assert len(swallowed) == 3


def test_in_a_thread_or_beside_a_timer_of_somebody_else_files_are_read_without_one(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Rest\n\nLie down.\n", encoding="utf-8")
    with ThreadPoolExecutor(1) as beside:
        assert beside.submit(read, path, document_id="a.md").result().title == "Rest"
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        signal.setitimer(signal.ITIMER_REAL, 100)
        assert read(path, document_id="a.md").title == "Rest"
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_page_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css"></head><body><article><p>Rest for two days.</p>'
    _read(
        tmp_path,
        "a.html",
        page + '<img src="http://127.0.0.1:9/a.png"><iframe src="http://127.0.0.1:9/"></iframe></article>',
    )


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><td rowspan=200 colspan=30>one cell</td><td rowspan=200 colspan=30>two</td></tr>" * 3_000,
        f"<tr>{'<td rowspan=65534>a wall</td>' * 20}</tr>" + "<tr><td>brick</td></tr>" * 10_000,
        f"<tr>{'<td>a</td>' * 100}</tr>" + "<tr><td>brick</td></tr>" * 4_000,
        "<tr><td colspan=1000>wide</td></tr>" * 5_000,
    ],
)
def test_tables_make_few_more_cells_than_they_have(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><main><p>Bricks and walls.</p><table>{rows}</table></main></body></html>", "utf-8")
    started = time.process_time()
    document = read(path, document_id="a.html")
    assert time.process_time() - started < 4  # on a busy machine; a minute before
    assert len(document.text) < 2 * len(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "word " * 40_000),
        ("a.txt", "x" * 200_000),
        ("a.txt", "a" + " " * 200_000 + "b"),
        ("a.txt", "[" * 200_000),
        ("a.txt", '."' * 100_000),
        ("a.txt", "Share\n" * 5_000),
        ("a.txt", "1. Is it?\nYes.\n" * 2_500),
        ("a.txt", "\n".join(" " * (at % 300) + "• a" for at in range(3000))),
        ("a.txt", "ab-\n" * 5_000),
        ("a.txt", "a|b|c\n" * 5_000),
        ("a.md", "- " * 100_000),
        ("a.md", ">" * 200_000),
        ("a.md", "|a" * 20_000 + "\n" + "|-" * 20_000 + "\n" + "|b" * 20_000),
        ("a.md", "[a](b" * 40_000),
        ("a.md", "# " + "a " * 50_000 + "\n\n" + "## b\n\nc\n\n" * 1_000),
        ("a.md", "<!--" * 50_000),
        ("a.md", "__a" * 50_000),
        ("a.html", "<a " * 60_000),
        ("a.html", "&amp;" * 40_000),
        ("a.html", "<p>x" * 20_000),
        ("a.md", "<!-- -->" + "<!--" * 40_000),
        ("a.csv", "question,answer\n" + '"a?,b\n' * 19_000),
    ],
)  # fmt: skip
def test_the_work_grows_no_faster_than_the_file(tmp_path: Path, name: str, content: str) -> None:
    # A quadratic step would take minutes on these.
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    started = time.process_time()
    with contextlib.suppress(ReadError):
        split(read(path, document_id=name), lambda text: len(text.split()) + len(text) // 8 + 2)
    assert time.process_time() - started < 20


VALID = {
    ".pdf": pdf_bytes([["Sore calves", "They ache after a walk."]]),
    ".docx": docx_bytes(
        paragraph("Sore calves", style="Heading1") + paragraph("They ache."), core="<dc:title>x</dc:title>"
    ),
    ".html": b"<html><body><h1>Sore calves</h1><p>They ache.</p><table><tr><td>x</td></tr></table></body></html>",
    ".json": b'[{"question": "Is it?", "answer": "Yes."}]',
    ".yaml": b"pairs:\n- question: Is it?\n  answer: |\n    Yes.\n",
    ".csv": b"question,answer\nIs it?,Yes.\n",
    ".md": b"---\ntitle: x\nsources: [a]\n---\n# Calves\n\nText.\n",
    ".txt": b"Sore calves\n\nBy Ann Lee\n\n1. Is it?\nYes.\n",
}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, damage: list[tuple[int, bytes]]
) -> None:
    content = VALID[suffix]
    for place, put in damage:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + len(put) :]
    _read_or_refuse(tmp_path_factory.mktemp("damaged") / f"a{suffix}", content)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(SUFFIXES)),
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))),
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, suffix: str, content: bytes) -> None:
    _read_or_refuse(tmp_path_factory.mktemp("any") / f"a{suffix}", content)


def _read_or_refuse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        document = read(path, document_id=path.name)
    except ReadError as error:
        assert str(error)
        return
    for passage in split(document, lambda text: len(text.split()) + 2):
        assert document.text[passage.start : passage.end] == passage.text
