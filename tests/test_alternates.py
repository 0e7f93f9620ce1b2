"""New wordings get into a file of the corpus, and nothing else of it changes by a byte."""

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.alternates import Edit, Target, add_wordings, find_target, normal
from faqbot.errors import CorpusError
from faqbot.readers import discover, read
from faqbot.types import Document, Pair

ROOT = Path(__file__).parents[1]
WAYS = ("is yoga ok, or not?", 'say "ahh"', "yes", "a: b #c")
BLOCK = '- is yoga ok, or not?\n{0}- say "ahh"\n{0}- "yes"\n{0}- "a: b #c"\n'
COMMAS = '"is yoga ok, or not?", "say \\"ahh\\"", "yes", "a: b #c"'


def edit(folder: Path, name: str, text: str, question: str = "Is yoga good?", ways: tuple[str, ...] = WAYS) -> Edit:
    path = folder / name
    path.write_bytes(text.encode())
    return add_wordings(path, find_target([read(path, document_id=name)], question), ways)


YAML = {
    "a list below": (
        "# kept É😀\npairs:\n  - question: Is yoga good?   # asked\n    alternates:\n      - yoga??  # kept\n\n    answer: Yes.\n",
        "# kept É😀\npairs:\n  - question: Is yoga good?   # asked\n    alternates:\n      - yoga??  # kept\n"
        "      " + BLOCK.format("      ") + "\n    answer: Yes.\n",
    ),
    "a list that is not indented": (
        "- question: Is yoga good?\n  alternates:\n  - yoga??\n  answer: Yes.\n",
        "- question: Is yoga good?\n  alternates:\n  - yoga??\n  " + BLOCK.format("  ") + "  answer: Yes.\n",
    ),
    "a list at the very end, without a line break": (
        "- question: Is yoga good?\n  answer: Yes.\n  alternates:\n    - yoga??",
        "- question: Is yoga good?\n  answer: Yes.\n  alternates:\n    - yoga??\n    " + BLOCK.format("    ").rstrip(),
    ),
    "a list in brackets": (
        "- question: Is yoga good?\n  alternates: [yoga??, 'a''b']  # kept\n  answer: Yes.\n",
        f"- question: Is yoga good?\n  alternates: [yoga??, 'a''b', {COMMAS}]  # kept\n  answer: Yes.\n",
    ),
    "a list in brackets with a comma at its end": (
        "- {question: Is yoga good?, alternates: [yoga, ], answer: Yes}\n",
        f"- {{question: Is yoga good?, alternates: [yoga, {COMMAS}, ], answer: Yes}}\n",
    ),
    "an empty list": (
        "- question: Is yoga good?\n  alternates: [ ]\n  answer: Yes.\n",
        f"- question: Is yoga good?\n  alternates: [{COMMAS} ]\n  answer: Yes.\n",
    ),
    "nothing where a list could be": (
        "- question: Is yoga good?\n  alternates:   # none yet\n  answer: Yes.\n",
        f"- question: Is yoga good?\n  alternates: [{COMMAS}]   # none yet\n  answer: Yes.\n",
    ),
    "a null": (
        "- question: Is yoga good?\n  variants: ~\n  answer: Yes.\n",
        f"- question: Is yoga good?\n  variants: [{COMMAS}]\n  answer: Yes.\n",
    ),
    "texts in one, with bars": (
        "- question: Is yoga good?\n  alternates: yoga?? | yoga then\n  answer: Yes.\n",
        f'- question: Is yoga good?\n  alternates: ["yoga??", "yoga then", {COMMAS}]\n  answer: Yes.\n',
    ),
    "no such key": (
        "faqs:\n- answer: Yes.\n  Question: Is yoga\n    good?  # kept\n# below\n- question: Other?\n  answer: No.\n",
        "faqs:\n- answer: Yes.\n  Question: Is yoga\n    good?  # kept\n  alternates:\n    " + BLOCK.format("    ")
        + "# below\n- question: Other?\n  answer: No.\n",
    ),
    "no such key, in brackets": (
        '- {"question": "Is yoga good?", "answer": "Yes."}\n',
        f'- {{"question": "Is yoga good?", "alternates": [{COMMAS}], "answer": "Yes."}}\n',
    ),
    "lines that end as on Windows, and a byte order mark": (
        "\ufeff- question: Is yoga good?\r\n  alternates:\r\n    - yoga\r\n  answer: Yes.\r\n",
        "\ufeff- question: Is yoga good?\r\n  alternates:\r\n    - yoga\r\n    "
        + BLOCK.format("    ").replace("\n", "\r\n") + "  answer: Yes.\r\n",
    ),
}  # fmt: skip
BODY = "# Yoga\n\n## Is yoga good?\n\nYes --- it is. É 😀\n"
ENTRY = '  "Is yoga good?":\n    ' + BLOCK.format("    ")
MARKDOWN = {
    "no front matter": (BODY, f"---\nalternates:\n{ENTRY}---\n{BODY}"),
    "a rule that is no front matter": (f"---\n\n---\n{BODY}", f"---\nalternates:\n{ENTRY}---\n---\n\n---\n{BODY}"),
    "front matter without alternates": (
        f"---\ntitle: Yoga  # kept\n---\n{BODY}",
        f"---\ntitle: Yoga  # kept\nalternates:\n{ENTRY}---\n{BODY}",
    ),
    "another question's alternates": (
        f"---\nalternates:\n    Other?:\n    - x\n# kept\ntitle: Yoga\n---\n{BODY}",
        "---\nalternates:\n    Other?:\n    - x\n    \"Is yoga good?\":\n      " + BLOCK.format("      ")
        + f"# kept\ntitle: Yoga\n---\n{BODY}",
    ),
    "the question's own": (
        f'---\nalternates:\n  "Is yoga good?": ["x"]  # kept\n...\n{BODY}',
        f'---\nalternates:\n  "Is yoga good?": ["x", {COMMAS}]  # kept\n...\n{BODY}',
    ),
    "the question's own, one text with a bar": (
        f"---\nalternates:\n  Is yoga good?: a | b\n---\n{BODY}",
        f'---\nalternates:\n  Is yoga good?: ["a | b", {COMMAS}]\n---\n{BODY}',
    ),
    "alternates in brackets": (
        f'---\nalternates: {{"Other?": [x]}}\n---\n{BODY}',
        f'---\nalternates: {{"Other?": [x], "Is yoga good?": [{COMMAS}]}}\n---\n{BODY}',
    ),
    "empty alternates in brackets": (
        f"---\nalternates: {{}}\n---\n{BODY}",
        f'---\nalternates: {{"Is yoga good?": [{COMMAS}]}}\n---\n{BODY}',
    ),
    "alternates of nothing": (
        f"---\nalternates:\ntitle: Yoga\n---\n{BODY}",
        f'---\nalternates: {{"Is yoga good?": [{COMMAS}]}}\ntitle: Yoga\n---\n{BODY}',
    ),
    "lines that end as on Windows": (
        f"---\ntitle: Yoga\n---\n{BODY}".replace("\n", "\r\n"),
        f"---\ntitle: Yoga\nalternates:\n{ENTRY}---\n{BODY}".replace("\n", "\r\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        *(pytest.param("faq.yaml", *texts, id=f"yaml: {what}") for what, texts in YAML.items()),
        *(pytest.param("page.md", *texts, id=f"markdown: {what}") for what, texts in MARKDOWN.items()),
    ],
)
def test_the_wordings_get_to_their_place_and_all_else_stays(tmp_path: Path, name: str, before: str, after: str) -> None:
    made = edit(tmp_path, name, before)
    assert made.after.decode() == after
    assert (tmp_path / name).read_bytes() == before.encode()
    (pair,) = (pair for pair in made.document.pairs if pair.question == "Is yoga good?")
    assert pair.alternates[-4:] == WAYS
    made.write()
    assert read(tmp_path / name, document_id=name) == made.document


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("faq.yaml", "Is yoga good?: Yes.\n", "found no pair with question"),
        ("faq.yaml", "- question: Is yoga good?\n  alternates: |\n    a\n    b\n  answer: Yes.\n", "neither a list nor a text"),
        ("faq.csv", "question,answer\nIs yoga good?,Yes.\n", "is neither YAML nor Markdown"),
        ("faq.json", '[{"question": "Is yoga good?", "answer": "Yes."}]', "is neither YAML nor Markdown"),
        ("page.md", f"---\n{{title: Yoga}}\ntitle: x\n---\n{BODY}", "cannot be read|written in brackets"),
    ],
)  # fmt: skip
def test_where_no_place_is_sure_the_wordings_are_left_to_the_person(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    target = Target(name, Pair("Is yoga good?", (), 0, 3))
    with pytest.raises(CorpusError, match=said) as raised:
        add_wordings(path, target, WAYS)
    assert "is yoga ok, or not?" in str(raised.value) or "cannot be read" in str(raised.value)
    assert path.read_text() == text


def test_a_change_that_would_read_otherwise_is_refused(tmp_path: Path) -> None:
    text = "- question: Is yoga good?\n  alternates: [a]\n  answer: Yes.\n- question: Is yoga  good?\n  answer: No.\n"
    path = tmp_path / "faq.yaml"
    path.write_text(text)
    second = read(path, document_id="faq.yaml").pairs[1]
    with pytest.raises(CorpusError, match="would not read as it should"):
        add_wordings(path, Target("faq.yaml", second), ("b",))


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    made = edit(tmp_path, "faq.yaml", YAML["a list below"][0])
    made.path.write_text("changed")
    with pytest.raises(CorpusError, match="was changed meanwhile"):
        made.write()
    assert made.path.read_text() == "changed"


def test_writing_keeps_the_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    made = edit(tmp_path, "faq.yaml", YAML["a list below"][0])
    made.path.chmod(0o640)
    made.write()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["faq.yaml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    made = edit(tmp_path, "faq.yaml", YAML["a list below"][0])
    link = tmp_path / "link.yaml"
    link.symlink_to(made.path)
    add_wordings(link, find_target([read(link, document_id="link.yaml")], "is yoga good"), ("new",)).write()
    assert link.is_symlink()
    assert "- new\n" in made.path.read_text()


def test_the_change_is_shown_as_a_diff(tmp_path: Path) -> None:
    made = edit(tmp_path, "faq.yaml", "- question: Is yoga good?\n  answer: Yes.\n", ways=("yoga ok",))
    assert made.diff().split("\n")[2:] == [
        "@@ -1,3 +1,5 @@", " - question: Is yoga good?", "+  alternates:", "+    - yoga ok", "   answer: Yes.", " ",
    ]  # fmt: skip


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)


@given(st.lists(words.filter(bool), min_size=1, max_size=4, unique=True), st.sampled_from(sorted(YAML | MARKDOWN)))
def test_any_wording_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, ways: list[str], what: str
) -> None:
    name, text = ("faq.yaml", YAML[what][0]) if what in YAML else ("page.md", MARKDOWN[what][0])
    try:
        made = edit(tmp_path_factory.mktemp("corpus"), name, text, ways=tuple(ways))
    except CorpusError as error:
        # What YAML takes in no form is refused, never garbled.
        assert re.search("cannot be read|would not read|not readable", str(error))
        return
    (pair,) = (pair for pair in made.document.pairs if pair.question == "Is yoga good?")
    assert pair.alternates[-len(ways) :] == tuple(ways) or set(ways) <= set(pair.alternates)


def test_every_entry_of_the_corpus_that_ships_takes_one_more(tmp_path: Path) -> None:
    files = discover(ROOT / "corpus").files
    tried = 0
    for file in files:
        document = read(file.path, document_id=file.document_id)
        for pair in document.pairs[:2]:
            made = add_wordings(file.path, Target(document.id, pair), ("one more way: to ask",))
            added = len(made.after) - len(made.before)
            assert 0 < added < 200
            tried += 1
    assert tried == 24


DOCUMENTS = (
    Document("a.md", "", pairs=(Pair("Is yoga good?", (), 0, 0), Pair("Don’t I walk too far?", (), 0, 0))),
    Document("b.md", "", pairs=(Pair("Twice?", (), 0, 0),)),
    Document("c.md", "", pairs=(Pair("twice", (), 0, 0),)),
)


@pytest.mark.parametrize("question", ["Is yoga good?", "is YOGA good", " is  yoga, good ?? "])
def test_an_entry_is_found_by_its_words(question: str) -> None:
    assert find_target(DOCUMENTS, question) == Target("a.md", DOCUMENTS[0].pairs[0])
    assert normal(question) == "is yoga good"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Is yoga nice?", r"No entry of the corpus asks 'Is yoga nice\?'\. Near it: Is yoga good\?"),
        ("", r"No entry of the corpus asks ''\. Name one with --to"),
        ("twice", r"2 entries ask 'twice': b\.md, c\.md\. Reword all but one"),
    ],
)
def test_a_question_that_is_not_one_entry_says_what_is(question: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        find_target(DOCUMENTS, question)
