"""Question-answer files: every dialect and shape that people have, and every row read, joined or named by its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.errors import ReadError
from faqbot.readers import ReadReport, read, read_report

Reader = Callable[[str, str], ReadReport]
SHARED = Path(__file__).parents[2] / "shared" / "cases"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads text as a file of a name."""

    def _read(name: str, content: str) -> ReadReport:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return read_report(path, document_id=name)

    return _read


def _pairs(report: ReadReport) -> list[tuple[str, str]]:
    document = report.document
    return [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]


def _warnings(report: ReadReport) -> list[str]:
    return [str(warning) for warning in report.document.warnings]


ROWS = [("Is grass softer?", "Yes, much."), ("And sand?", "Softer still.")]


@pytest.mark.parametrize(
    "content",
    [
        'sep=;\nQuestion;Answer\nIs grass softer?;"Yes, much."\nAnd sand?;Softer still.\n',
        "Question;Answer\nIs grass softer?;Yes, much.\nAnd sand?;Softer still.\n",
        "QUESTION\tANSWER\nIs grass softer?\tYes, much.\nAnd sand?\tSofter still.\n",
        "question|answer\nIs grass softer?|Yes, much.\nAnd sand?|Softer still.\n",
        'No;FAQ question;Answer text\n1;Is grass softer?;"Yes, much."\n2;And sand?;Softer still.\n',
        'Frage,Antwort\nIs grass softer?,"Yes, much."\nAnd sand?,Softer still.\n',
        'Prompt,Response,Question ID\nIs grass softer?,"Yes, much.",7\nAnd sand?,Softer still.,8\n',
        'Is grass softer?,"Yes, much."\nAnd sand?,Softer still.\n',
        '\n,\nquestion,answer\nIs grass softer?,"Yes, much."\n,\n\nAnd sand?,Softer still.\n,\n,\n',
        "question,answer\n'Is grass softer?','Yes, much.'\n'And sand?','Softer still.'\n",
        'Paths of the park,,\nprinted 2031-04-05,,\nno,question,answer\n1,Is grass softer?,"Yes, much."\n2,And sand?,Softer still.\n',
        '# from the desk\nquestion,answer\nIs grass softer?,"Yes, much."\nAnd sand?,Softer still.\n',
        '1,Is grass softer?,"Yes, much."\n2,And sand?,Softer still.\n',
        '"Visitor question (by phone)","Our reply (checked)"\nIs grass softer?,"Yes, much."\nAnd sand?,Softer still.\n',
        'Title,Content\nIs grass softer?,"Yes, much."\nAnd sand?,Softer still.\n',
        'question,answer\nIs grass softer?,"Yes, much."\nQuestion,Answer\nAnd sand?,Softer still.\n',
    ],
)
def test_csv_dialects_and_column_names_are_recognised(reader: Reader, content: str) -> None:
    report = reader("f.csv", content)
    assert _pairs(report) == ROWS
    assert _warnings(report) == []


def test_columns_that_are_not_read_are_listed_as_left_out(reader: Reader) -> None:
    report = reader("f.csv", "id,topic,question,answer\n1,shoes,Is grass softer?,Yes.\n2,paths,And sand?,Yes.\n")
    assert [(part.reason, part.text) for part in report.left_out] == [
        ("column id", "1 | 2"),
        ("column topic", "shoes | paths"),
    ]


@pytest.mark.parametrize(
    ("content", "pairs", "warnings"),
    [
        (
            "question,answer\nIs grass softer?,Yes, on dry days, mostly.\nAnd sand?,Softer still.\n",
            [("Is grass softer?", "Yes, on dry days, mostly."), ("And sand?", "Softer still.")],
            ["line 2: 4 cells under 2 columns, the last ones joined: “Is grass softer?”"],
        ),
        (
            "answer;question\nYes; much;Is grass softer?\nSofter still.;And sand?\n",
            [("And sand?", "Softer still.")],
            ["line 2: 3 cells under 2 columns, not read: “much”. Quote cells with ';'"],
        ),
        (
            "question,answer,url\nIs grass softer?,Yes,no,https://a.b/c\nAnd sand?,Softer still.,\n",
            [("And sand?", "Softer still.")],
            ["line 2: 4 cells under 3 columns, not read: “Is grass softer?”. Quote cells with ','"],
        ),
    ],
)
def test_a_ragged_row_is_joined_or_named_with_its_line(
    reader: Reader, content: str, pairs: list[tuple[str, str]], warnings: list[str]
) -> None:
    report = reader("f.csv", content)
    assert _pairs(report) == pairs
    assert _warnings(report) == warnings


@pytest.mark.parametrize(
    ("content", "line", "kept"),
    [
        ('question,answer\n"Is grass softer?","Yes, much.\nAnd mud?","No."\nAnd sand?,Softer still.\n', 2, 1),
        ('question,answer\nAnd sand?,Softer still.\nIs grass softer?,"Yes, much.\n', 3, 1),
        ('question,answer\n"Two\nlines?",Yes.\nIs grass softer?,"Yes\nAnd sand?,Softer still.\n', 4, 2),
    ],
)
def test_a_quotation_mark_that_is_not_closed_costs_its_row_and_names_its_line(
    reader: Reader, content: str, line: int, kept: int
) -> None:
    report = reader("f.csv", content)
    assert len(_pairs(report)) == kept
    assert ("And sand?", "Softer still.") in _pairs(report)
    (warning,) = report.document.warnings
    assert warning.line == line
    assert warning.message.startswith("a quotation mark that is not closed")


def test_quotation_marks_after_a_backslash_are_part_of_the_cell(reader: Reader) -> None:
    report = reader("f.csv", 'question,answer\n"What is \\"loam\\"?","Soil, \\"fat\\" and dark."\nAnd C:\\?,A drive.\n')
    assert _pairs(report) == [('What is "loam"?', 'Soil, "fat" and dark.'), ("And C:\\?", "A drive.")]


@pytest.mark.parametrize("names", ["question,short answer,long answer", "Question,Answer,Answer"])
def test_a_second_answer_column_is_named_and_listed(reader: Reader, names: str) -> None:
    report = reader("f.csv", f"{names}\nIs grass softer?,Yes.,Much softer than gravel.\n")
    assert _pairs(report) == [("Is grass softer?", "Yes.")]
    assert "line 1: column" in _warnings(report)[0] and "is not read" in _warnings(report)[0]
    assert [part.text for part in report.left_out] == ["Much softer than gravel."]


def test_what_is_not_read_is_listed_as_left_out(reader: Reader) -> None:
    report = reader(
        "f.csv", "Parks\nanswer,question\nYes, much,Is grass softer?\nSofter still.,And sand?\nOnly an answer\n"
    )
    assert [(part.reason, part.text) for part in report.left_out] == [
        ("above the header", "Parks"),
        ("not read", "Yes | much | Is grass softer? | Only an answer"),
    ]
    report = reader(
        "f.json", '{"note": "By Ann.", "faq": [{"q": "Is it?", "a": "It is.", "by": {"name": "Bo"}}, {"q": "Or?"}]}'
    )
    assert [(part.reason, part.text) for part in report.left_out] == [
        ("column note", "By Ann."),
        ("column by", "Bo"),
        ("not read", "Or?"),
    ]


def test_a_cell_with_quotation_marks_of_its_own_is_read_as_typed(reader: Reader) -> None:
    report = reader("f.csv", 'question,answer\nIs it?,"Yes" he said\nAnd that?,5" and 6" wide\n')
    assert _pairs(report) == [("Is it?", '"Yes" he said'), ("And that?", '5" and 6" wide')]
    assert _warnings(report) == []


def test_an_answer_that_swallowed_the_next_row_is_named(reader: Reader) -> None:
    report = reader("f.csv", 'question,answer,note\nIs grass softer?,"Yes.\nAnd sand?,Softer.",x\n')
    assert _warnings(report) == [
        "line 2: an answer holds what looks like another row: “And sand?,Softer.”. Is a quotation mark missing?"
    ]


@pytest.mark.parametrize(
    ("name", "content", "warning"),
    [
        ("f.csv", "question,answer\nIs grass softer?,\nAnd sand?,Softer still.\n", "line 2: no answer, not read: “Is grass softer?”"),
        ("f.jsonl", '{"question": "And sand?", "answer": "Softer still."}\n{"question": \n', "line 2: not JSON: Expecting value in column 14"),
        ("f.json", '[{"q": "And sand?", "a": "Softer still."},\n {"q": "Is grass softer?"}]', "line 2: no answer, not read: “Is grass softer?”"),
        ("f.yaml", "- q: And sand?\n  a: Softer still.\n- q: Is grass softer?\n  a: Yes: much\n", "line 3: not YAML: mapping values are not allowed in this context, not read: “- q: Is grass softer? a: Yes: much”"),
        ("f.yaml", "- q: Is grass softer?\n- q: And sand?\n  a: Softer still.\n", "line 1: no answer, not read: “Is grass softer?”"),
    ],
)  # fmt: skip
def test_one_bad_row_costs_one_row(reader: Reader, name: str, content: str, warning: str) -> None:
    report = reader(name, content)
    assert _pairs(report) == [("And sand?", "Softer still.")]
    assert _warnings(report) == [warning]


def test_rows_within_the_entries_of_a_broken_list_are_named_by_their_line_of_the_file(reader: Reader) -> None:
    report = reader(
        "f.yaml",
        "- q: And sand?\n  a: Softer still.\n- q: Is it?\n  a: Yes: much\n- pairs:\n  - q: And mud?\n  - q: x?\n    a: y\n",
    )
    assert "line 6: no answer, not read: “And mud?”" in _warnings(report)


@pytest.mark.parametrize(
    "typed", ["Yes", "No", "on", "22:30", "0123", "3.10", "1_000", "1e3", "0x1F", "2024-04-05", "+44 20", "true"]
)
def test_scalars_stay_as_typed(reader: Reader, typed: str) -> None:
    assert _pairs(reader("f.yaml", f"- question: What is it?\n  answer: {typed}\n")) == [("What is it?", typed)]


@pytest.mark.parametrize("typed", ["true", "false", "3.10", "1e3", "100000000000000000000"])
def test_json_scalars_stay_as_typed(reader: Reader, typed: str) -> None:
    assert _pairs(reader("f.json", f'[{{"question": "What is it?", "answer": {typed}}}]')) == [("What is it?", typed)]


HTML_CELLS = [
    ("<p>Much <b>softer</b>.</p><ul><li>dry</li><li>wet</li></ul>", "Much **softer**.\n\n- dry\n- wet"),
    ("Rain &amp; mud &lt; 5&nbsp;km", "Rain & mud < 5 km"),
    ("One<br>two<br/>three <a href='https://a.b'>four</a>", "One  \ntwo  \nthree four"),
    ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
]


@pytest.mark.parametrize(("cell", "text"), HTML_CELLS)
def test_html_in_cells_becomes_markdown(reader: Reader, cell: str, text: str) -> None:
    assert _pairs(reader("f.csv", f'question,answer\nIs it?,"{cell}"\n')) == [("Is it?", text)]


SHAPES = {
    "squad.json": '{"data": [{"title": "Paths", "paragraphs": [{"context": "Paths differ. Grass is soft. Sand is softer.", "qas": [{"question": "What is softer than grass?", "answers": [{"text": "Sand", "answer_start": 29}]}]}]}]}',
    "intents.json": '{"intents": [{"tag": "sand", "patterns": ["What is softer than grass?", "softest path"], "responses": ["Sand is softer."]}]}',
    "faqpage.json": '{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "What is softer than grass?", "acceptedAnswer": {"@type": "Answer", "text": "<p>Sand is softer.</p>"}}]}',
    "graph.json": '{"@graph": [{"@type": "WebPage"}, {"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "What is softer than grass?", "acceptedAnswer": [{"text": "Sand is softer."}]}]}]}',
    "chat.jsonl": '{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "What is softer than grass?"}, {"role": "assistant", "content": "Sand is softer."}]}\n',
    "sharegpt.json": '[{"conversations": [{"from": "human", "value": "What is softer than grass?"}, {"from": "gpt", "value": "Sand is softer."}]}]',
    "completion.jsonl": '{"prompt": "What is softer than grass?", "completion": "Sand is softer."}\n',
    "instruct.json": '[{"instruction": "What is softer than grass?", "output": "Sand is softer."}]',
    "lists.json": '{"questions": [{"questions": ["What is softer than grass?", "softest path"], "answer": "Sand is softer."}]}',
    "topics.yaml": "paths:\n  - question: What is softer than grass?\n    answer: Sand is softer.\n",
    "deep.yaml": "faq:\n  paths:\n    What is softer than grass?: Sand is softer.\n",
    "couples.json": '[["What is softer than grass?", "Sand is softer."]]',
    "documents.yaml": "question: What is softer than grass?\nanswer: Sand is softer.\n---\n",
    "lines.json": '{"q": "What is softer than grass?", "a": "Sand is softer."}\n\n{"site": "paths"}\n',
    "wordpress.json": '[{"id": 4, "title": "What is softer than grass?", "content": {"rendered": "<p>Sand is softer.</p>"}}]',
    "website.json": '{"@graph": [{"@type": "WebSite", "name": "Parks", "text": "All about parks."}, {"@type": ["Question"], "name": "What is softer than grass?", "acceptedAnswer": {"text": "Sand is softer."}}]}',
    "upper.json": '[{"Question": "What is softer than grass?", "Answer": ["Sand is softer."]}]',
}


@pytest.mark.parametrize("name", SHAPES)
def test_json_and_yaml_shapes(reader: Reader, name: str) -> None:
    report = reader(name, SHAPES[name])
    assert _pairs(report) == [("What is softer than grass?", "Sand is softer.")]
    assert [warning for warning in _warnings(report) if "its columns: site" not in warning] == []


def test_variants_of_a_question_are_read_under_either_name(reader: Reader) -> None:
    for key in ("alternates", "variants"):
        document = reader(
            "f.yaml", f"pairs:\n- question: Is it?\n  answer: It is.\n  {key}: [really, truly]\n"
        ).document
        assert document.pairs[0].alternates == ("really", "truly")


def test_a_key_that_stands_twice_is_named(reader: Reader) -> None:
    report = reader("f.json", '{"Is it?": "It is.",\n "Is it?": "It is not.", "Is that?": "That is."}')
    assert _warnings(report) == ["line 1: “Is it?” stands more than once in one mapping, only the last is read"]


def test_a_refusal_names_the_shapes_that_are_read(reader: Reader) -> None:
    with pytest.raises(
        ReadError, match=r"SQuAD, intents with patterns and responses, a schema\.org FAQPage or chat messages"
    ):
        reader("f.json", '{"users": [{"name": "Ann", "age": 3}]}')


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "count", "answer"),
    [
        ("unquoted-comma.csv", 2, "call 999 at once."),
        ("trailing-blank-rows.csv", 1, "Yes, often."),
        ("html-cells.csv", 1, "More & more"),
        ("sep-line.csv", 1, "Yes, often."),
        ("header-variants.csv", 2, "Try both."),
        ("true.json", 1, "true"),
        ("squad.json", 1, "Heat often helps tense muscles."),
        ("intents.json", 2, "Bye!"),
        ("yes-only.yaml", 5, "1_000"),
    ],
)
def test_shared_cases(name: str, count: int, answer: str) -> None:
    document = read(SHARED / name, document_id=name)
    assert len(document.pairs) == count
    last = document.pairs[-1]
    assert document.text[last.start : last.end].endswith(answer)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
def test_the_shared_case_of_an_unclosed_quotation_mark_is_named_with_its_line() -> None:
    with pytest.raises(ReadError, match=r"line 2: a quotation mark that is not closed \(to line 3\)"):
        read(SHARED / "unclosed-quote.csv", document_id="unclosed-quote.csv")
