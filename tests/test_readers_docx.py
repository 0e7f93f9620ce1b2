"""Word documents: what a reader sees is read; what is deleted, hidden or beside the text is listed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.readers import ReadReport, read, read_report
from reader_samples import WORD, docx_bytes, paragraph, table

Reader = Callable[..., ReadReport]
SHARED = Path(__file__).parents[2] / "shared" / "cases"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads the body of a Word document."""

    def _read(body: str, extra: dict[str, bytes] | None = None) -> ReadReport:
        path = tmp_path / "a.docx"
        path.write_bytes(docx_bytes(body, extra=extra))
        return read_report(path, document_id="a.docx")

    return _read


def _pairs(report: ReadReport) -> list[tuple[str, str]]:
    document = report.document
    return [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]


def _left_out(report: ReadReport) -> list[tuple[str, str]]:
    return [(part.reason, part.text) for part in report.left_out]


def _run(text: str, looks: str = "", *, after: str = "") -> str:
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{text}</w:t>{after}</w:r>'


def _styles(styles: str) -> dict[str, bytes]:
    return {"word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>'.encode()}


RAISED = '<w:vertAlign w:val="superscript"/>'
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
PAIRS = [("May I row?", "Yes, gently."), ("May I ski?", "On flat tracks.")]


@pytest.mark.parametrize(
    "body",
    [
        f"<w:p>{_run('May I row?', '<w:b/>', after='<w:br/>')}{_run('Yes, gently.')}</w:p><w:p>{_run('May I ski?', '<w:b/>', after='<w:br/>')}{_run('On flat tracks.')}</w:p>",
        f"<w:p>{_run('May I row?', '<w:b/>')}{_run(' Yes, gently.')}</w:p><w:p>{_run('May I ', '<w:b/>')}{_run('ski?', '<w:b/>')}{_run('On flat tracks.')}</w:p>",
        paragraph("May I row?", bold=True) + paragraph("Yes, gently.") + paragraph("May I ski?", bold=True) + paragraph("On flat tracks."),
        paragraph("Q: May I row?") + paragraph("A: Yes, gently.") + paragraph("Q: May I ski?") + paragraph("A: On flat tracks."),
        table([["Question", "Answer"], ["May I row?", "Yes, gently."], ["May I ski?", "On flat tracks."]]),
        table([["Question", "Answer"], ["May I row?", "Yes, gently."], ["May I ski?", "On flat tracks."]]).replace("<w:trPr><w:tblHeader/></w:trPr>", ""),
        paragraph("1. May I row?") + paragraph("Yes, gently.") + paragraph("2. May I ski?") + paragraph("On flat tracks."),
        paragraph("May I row?", style="Heading2") + paragraph("Yes, gently.") + paragraph("May I ski?", style="Heading2") + paragraph("On flat tracks."),
    ],
)  # fmt: skip
def test_every_way_of_marking_a_question_makes_a_pair(reader: Reader, body: str) -> None:
    report = reader(body)
    assert _pairs(report) == PAIRS
    assert report.document.warnings == ()


def test_the_title_style_is_the_title_and_styles_that_rest_on_headings_are_headings(reader: Reader) -> None:
    styles = _styles(
        '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Lined"><w:name w:val="Lined"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    )
    body = (
        paragraph("Sports", style="T")
        + paragraph("On water", style="Mine")
        + paragraph("Row.")
        + paragraph("Oars", style="Lined")
        + paragraph("Two.")
    )
    report = reader(body, styles)
    assert report.document.title == "Sports"
    assert report.document.text == "# Sports\n\n## On water\n\nRow.\n\n### Oars\n\nTwo.\n"


def test_deleted_moved_hidden_and_struck_text_is_left_out_and_listed(reader: Reader) -> None:
    body = (
        f"<w:p>{_run('Take ')}<w:del><w:r><w:delText>eight</w:delText></w:r></w:del><w:ins>{_run('two')}</w:ins>{_run(' a day.')}</w:p>"
        f"<w:p><w:moveFrom>{_run('Drink water.')}</w:moveFrom></w:p><w:p><w:moveTo>{_run('Drink water.')}</w:moveTo></w:p>"
        f"<w:p>{_run('Row.')}{_run('Ring Ann first.', '<w:vanish/>')}{_run('Shown.', '<w:vanish w:val=&quot;0&quot;/>'.replace('&quot;', chr(34)))}</w:p>"
        f"<w:p>{_run('Take nine.', '<w:strike/>')}{_run('Take ten.', '<w:dstrike/>')}</w:p>"
    )
    report = reader(body)
    assert report.document.text == "Take two a day.\n\nDrink water.\n\nRow.Shown.\n"
    assert _left_out(report) == [
        ("deleted text", "eight"),
        ("moved text", "Drink water."),
        ("hidden text", "Ring Ann first."),
        ("struck through", "Take ten."),
        ("struck through", "Take nine."),
    ]
    assert report.document.warnings == ()


def test_text_hidden_by_its_style_is_left_out(reader: Reader) -> None:
    styles = _styles(
        '<w:style w:type="paragraph" w:styleId="Note"><w:name w:val="Note"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    assert reader(paragraph("Row.") + paragraph("Ring Ann.", style="Note"), styles).document.text == "Row.\n"


DRAWN = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
INSIDE = f"<w:txbxContent>{paragraph('Call 112 if you cannot move.')}</w:txbxContent>"
SHAPE = f"<w:drawing {DRAWN}><wps:wsp><wps:txbx>{INSIDE}</wps:txbx></wps:wsp></w:drawing>"
PICTURE = f"<w:pict {DRAWN}><v:shape><v:textbox>{INSIDE}</v:textbox></v:shape></w:pict>"


@pytest.mark.parametrize(
    "drawn",
    [
        PICTURE,
        SHAPE,
        f"<mc:AlternateContent {DRAWN}><mc:Choice Requires='wps'>{SHAPE}</mc:Choice><mc:Fallback>{PICTURE}</mc:Fallback></mc:AlternateContent>",
    ],
)
def test_text_boxes_of_each_kind_are_read_once(reader: Reader, drawn: str) -> None:
    report = reader(f"<w:p>{_run('Row slowly.')}<w:r>{drawn}</w:r></w:p>{paragraph('Ski.')}")
    assert report.document.text == "Row slowly.\n\nCall 112 if you cannot move.\n\nSki.\n"
    assert report.document.warnings == ()


def _cell(text: str, look: str = "") -> str:
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{paragraph(text)}</w:tc>"


def test_the_first_row_names_the_columns_unless_it_holds_data(reader: Reader) -> None:
    named = table([["Sport", "Strain"], ["Rowing", "some"]]).replace("<w:trPr><w:tblHeader/></w:trPr>", "")
    assert reader(named).document.text == "| Sport | Strain |\n| --- | --- |\n| Rowing | some |\n"
    hours = table([["Monday", "8-17"], ["Friday", "closed"]]).replace("<w:trPr><w:tblHeader/></w:trPr>", "")
    assert reader(hours).document.text == "|  |  |\n| --- | --- |\n| Monday | 8-17 |\n| Friday | closed |\n"


def test_merged_cells(reader: Reader) -> None:
    rows = (
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{_cell('Day')}{_cell('Hours', '<w:gridSpan w:val=' + chr(34) + '2' + chr(34) + '/>')}</w:tr>"
        f"<w:tr>{_cell('Monday', '<w:vMerge w:val=' + chr(34) + 'restart' + chr(34) + '/>')}{_cell('8')}{_cell('12')}</w:tr>"
        f"<w:tr>{_cell('', '<w:vMerge/>')}{_cell('14')}{_cell('17')}</w:tr>"
    )
    assert reader(f"<w:tbl>{rows}</w:tbl>").document.text == (
        "| Day | Hours |  |\n| --- | --- | --- |\n| Monday | 8 | 12 |\n| Monday | 14 | 17 |\n"
    )


def test_a_bold_line_among_bold_questions_ends_the_answer_before_it(reader: Reader) -> None:
    report = reader(
        paragraph("May I row?", bold=True)
        + paragraph("Yes, gently.")
        + paragraph("Mind the oars.", bold=True)
        + paragraph("Fees", bold=True)
        + paragraph("Ten a month.")
    )
    assert _pairs(report) == [("May I row?", "Yes, gently.\n\n**Mind the oars.**")]
    assert "## Fees\n\nTen a month." in report.document.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<w:p>{_run('Row')}<w:r><w:br w:type='page'/></w:r>{_run('slowly.')}</w:p>", "Row  \nslowly.\n"),
        (f"<w:p>{_run('Row on ')}<w:fldSimple w:instr='DATE'>{_run('5 May')}</w:fldSimple>{_run('.')}</w:p>", "Row on 5 May.\n"),
        (f"<w:p>{_run('Speed ')}<m:oMath xmlns:m='{MATH}'><m:r><m:t>v = 2</m:t></m:r></m:oMath>{_run(' m/s')}</w:p>", "Speed v = 2 m/s\n"),
        (f"<w:customXml><w:p>{_run('Row.')}</w:p></w:customXml>", "Row.\n"),
        (f"<w:p>{_run('10')}{_run('3', RAISED)}{_run(' m')}</w:p>", "10³ m\n"),
    ],
)  # fmt: skip
def test_what_the_library_passes_over_is_read(reader: Reader, body: str, text: str) -> None:
    assert reader(body).document.text == text


def test_a_table_of_contents_is_listed_and_not_read(reader: Reader) -> None:
    report = reader(paragraph("Boats\t3", style="TOC1") + paragraph("Boats", style="Heading1") + paragraph("Row."))
    assert report.document.text == "# Boats\n\nRow.\n"
    assert _left_out(report) == [("table of contents", "Boats 3")]


def test_heads_feet_and_comments_are_listed(reader: Reader) -> None:
    part = f'<w:x xmlns:w="{WORD}">{{}}</w:x>'
    report = reader(
        paragraph("Row."),
        {
            "word/header1.xml": part.format(paragraph("Harbour Clinic")).encode(),
            "word/footer2.xml": part.format(paragraph("Page 1")).encode(),
            "word/comments.xml": part.format(paragraph("Is that so?")).encode(),
        },
    )
    assert report.document.text == "Row.\n"
    assert _left_out(report) == [
        ("page header", "Harbour Clinic"),
        ("page footer", "Page 1"),
        ("comment", "Is that so?"),
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
def test_shared_cases() -> None:
    asked = read(SHARED / "table.docx", document_id="table.docx")
    assert (asked.title, [pair.question for pair in asked.pairs]) == (
        "Back care FAQ",
        ["Can I swim?", "How long should I rest?"],
    )
    bold = read(SHARED / "bold-break.docx", document_id="bold-break.docx")
    assert [bold.text[pair.start : pair.end] for pair in bold.pairs] == ["Yes, gently.", "A day or two.", "Rarely."]
    tracked = read(SHARED / "tracked.docx", document_id="tracked.docx")
    assert tracked.text == "# Dose leaflet\n\nTake one tablet a day, with food.\n\nMoved sentence about water.\n"
