"""Printed pages: reading order, columns, tables, heads and feet, headings, form values, direction of writing."""

import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from faqbot.errors import ReadError
from faqbot.readers import Limits, ReadReport, read, read_report
from faqbot.readers.pdf_layout import Page, Run
from faqbot.readers.pdf_layout import Rule as Drawn
from faqbot.readers.pdf_text import document_text
from pdf_samples import Field, Item, Rule, Text, column, placed_pdf, words
from reader_samples import pdf_bytes

Reader = Callable[[bytes], ReadReport]
SHARED = Path(__file__).parents[2] / "shared" / "cases"
BOAT = [
    "A rowing boat asks the back to bend and",
    "stretch at each stroke, which keeps it",
    "supple if the legs do most of the work.",
    "Begin with ten minutes on flat water.",
]
SKIS = [
    "Skis glide without a jolt, so that most",
    "sore backs put up with them for longer",
    "than they put up with a run. Take poles",
    "along and keep to prepared tracks.",
]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads bytes as a PDF."""

    def _read(content: bytes) -> ReadReport:
        path = tmp_path / "a.pdf"
        path.write_bytes(content)
        return read_report(path, document_id="a.pdf")

    return _read


def _pairs(report: ReadReport) -> list[tuple[str, str]]:
    document = report.document
    return [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]


def _page(x: float = 60) -> list[Item]:
    return [
        *column(x, 700, ["May I row?"], bold=True),
        *column(x, 684, BOAT),
        *column(x, 620, ["May I ski?"], bold=True),
        *column(x, 604, SKIS),
    ]


PAIRS = [("May I row?", " ".join(BOAT)), ("May I ski?", " ".join(SKIS))]


def test_words_placed_one_by_one_are_running_text(reader: Reader) -> None:
    items: list[Item] = [item for at, line in enumerate(BOAT) for item in words(60, 700 - 12 * at, line)]
    assert reader(placed_pdf([items])).document.text == " ".join(BOAT) + "\n"


def test_letters_placed_one_by_one_are_words(reader: Reader) -> None:
    letters: list[Item] = [
        Text(60 + 5 * at, 700, letter) for at, letter in enumerate("Rowing is fine.") if letter != " "
    ]
    assert reader(placed_pdf([letters])).document.text == "Rowing is fine.\n"


def test_a_narrow_column_is_running_text_under_its_headings(reader: Reader) -> None:
    assert _pairs(reader(placed_pdf([_page()]))) == PAIRS


def test_two_columns_drawn_row_by_row_are_read_one_after_the_other(reader: Reader) -> None:
    rows: list[Item] = []
    for left, right in zip(
        [("May I row?", True), *((line, False) for line in BOAT)],
        [("May I ski?", True), *((line, False) for line in SKIS)],
        strict=True,
    ):
        y = 700 - 12 * (len(rows) // 2)
        rows += [Text(60, y, left[0], bold=left[1]), Text(320, y, right[0], bold=right[1])]
    assert _pairs(reader(placed_pdf([rows]))) == PAIRS


def test_columns_that_stand_close_together_are_two(reader: Reader) -> None:
    right = 60 + 5 * max(map(len, BOAT)) + 8  # less than a letter's height between the longest line and the next column
    items: list[Item] = [Text(60, 730, "Sports that spare a sore back and those that do not spare it", 10, bold=True)]
    items += [*column(60, 700, BOAT), *column(right, 700, SKIS), *column(60, 640, BOAT), *column(right, 640, SKIS)]
    text = reader(placed_pdf([items])).document.text
    for whole in (" ".join(BOAT), " ".join(SKIS)):
        assert text.count(whole) == 2


def test_a_heading_beside_lines_of_another_column_joins_none_of_them(reader: Reader) -> None:
    items: list[Item] = [*column(60, 700, [*BOAT, *SKIS]), Text(320, 683, "May I ski?", 18, bold=True)]
    items += column(320, 660, [*SKIS, *BOAT])
    text = reader(placed_pdf([items])).document.text
    assert text.startswith(" ".join([*BOAT, *SKIS]))
    assert text.endswith(f"May I ski?\n\n{' '.join([*SKIS, *BOAT])}\n")


def test_the_two_last_lines_of_a_text_may_stand_in_the_next_column(reader: Reader) -> None:
    items: list[Item] = [
        *column(60, 700, [*BOAT, *SKIS]),
        *column(320, 700, ["Take a friend along on flat", "water and on snow."]),
    ]
    text = reader(placed_pdf([items])).document.text
    assert text == f"{' '.join([*BOAT, *SKIS])}\n\nTake a friend along on flat water and on snow.\n"


def test_a_box_beside_the_text_does_not_cut_its_sentences(reader: Reader) -> None:
    box: list[Item] = [Text(330, 695, "Stay ashore if", 8, bold=True), Text(334, 683, "your legs are weak", 8)]
    box += [Text(334, 672, "you feel faint", 8), Text(330, 660, "the water is rough", 8)]
    text = reader(placed_pdf([[*column(60, 700, BOAT), *column(60, 652, SKIS), *box]])).document.text
    assert " ".join([*BOAT, *SKIS]) in text
    assert "your legs are weak" in text


def test_a_run_that_ends_in_a_space_is_apart_from_the_next(reader: Reader) -> None:
    items: list[Item] = [Text(60, 700, "Row on "), Text(95, 700, "flat "), Text(120, 700, "water.")]
    assert reader(placed_pdf([items])).document.text == "Row on flat water.\n"


def test_raised_and_lowered_digits(reader: Reader) -> None:
    items: list[Item] = [
        Text(60, 700, "At 10"),
        Text(85, 704, "3", 7),
        Text(92, 700, "strokes of H"),
        Text(152, 697, "2", 7),
    ]
    items += [Text(155.5, 700, "O one stops."), Text(215.5, 704, "14", 7), *column(60, 686, BOAT)]
    assert reader(placed_pdf([items])).document.text == f"At 10³ strokes of H2O one stops.¹⁴ {' '.join(BOAT)}\n"


def test_ligatures_are_their_letters(reader: Reader) -> None:
    items: list[Item] = [Text(60, 700, "The \ufb01rst di\ufb03cult \ufb02oor and sta\ufb00.")]
    assert reader(placed_pdf([items], unicode=True)).document.text == "The first difficult floor and staff.\n"


def test_words_cut_at_the_end_of_a_line_are_one_and_compounds_keep_their_hyphen(reader: Reader) -> None:
    lines = [
        "Rowing is a low-",
        "impact sport for a reha-",
        "bilitation. The impact is as low as one can under-",
        "stand, on the same day.",
    ]
    text = reader(placed_pdf([[*column(60, 700, lines)]])).document.text
    assert (
        text
        == "Rowing is a low-impact sport for a rehabilitation. The impact is as low as one can understand, on the same day.\n"
    )


def test_round_marks_that_are_drawn_begin_items() -> None:
    runs = [
        Run(line, 72, 72 + 5 * len(line), 700 - 14.0 * at, 10, False)
        for at, line in enumerate(["slowly", "with poles"])
    ]
    dots = [Drawn(62, run.y + 2, 65, run.y + 5) for run in runs]
    assert document_text([Page(runs=runs, dots=dots)]).text == "- slowly\n- with poles\n"


def test_pages_that_say_the_same_are_no_heads_and_feet(reader: Reader) -> None:
    page = [*column(60, 700, ["May I row?"], bold=True), *column(60, 684, BOAT)]
    assert reader(placed_pdf([page, page, page])).document.text.count(" ".join(BOAT)) == 3


def test_columns_below_a_title_that_goes_over_both(reader: Reader) -> None:
    title = Text(120, 750, "Sports that spare a sore back, and those that do not", 16, bold=True)
    left, right = (
        _page()[:5],
        [
            Text(item.x + 260, item.y + 80, item.text, item.size, item.bold)
            for item in _page()[5:]
            if isinstance(item, Text)
        ],
    )
    report = reader(placed_pdf([[title, *right, *left]]))
    assert report.document.title == "Sports that spare a sore back, and those that do not"
    assert _pairs(report) == PAIRS


def test_three_columns(reader: Reader) -> None:
    swim = [
        "Water carries most of the weight, and",
        "a slow crawl turns the back a little.",
        "Warm water is kinder than cold water.",
    ]
    items = [
        item
        for y, row in enumerate(zip(BOAT, SKIS, swim, strict=False))
        for x, text in zip((40, 240, 440), row, strict=True)
        for item in column(x, 700 - 12 * y, [text], size=8)
    ]
    text = reader(placed_pdf([items], width=660)).document.text
    assert text.index("Begin") if "Begin" in text else True
    assert text.index("rowing boat") < text.index("Skis glide") < text.index("Water carries") < text.index("Warm water")
    assert "bend and stretch at each stroke" in text and "for longer than they put up" in text


def test_repeated_heads_and_feet_of_any_number_are_left_out_and_listed(reader: Reader) -> None:
    pages = []
    for number in range(1, 5):
        head = column(60, 770, ["Harbour Clinic", "Leaflet 12, version 3", "Spine unit"], size=8)
        foot = column(
            60, 60, ["Review: spring 2031", "Large print on request", "Charity 1234", f"Page {number} of 4"], size=8
        )
        body = column(
            60, 700, [f"On page {number} the text says {BOAT[number - 1][:20]}, and goes on.", SKIS[number - 1]]
        )
        pages.append([*foot, *head, *body])
    report = reader(placed_pdf(pages))
    for repeated in ("Harbour", "Leaflet 12", "Spine unit", "Review", "Large print", "Charity", "Page 1 of"):
        assert repeated not in report.document.text
    assert "On page 3 the text" in report.document.text
    (left_out,) = report.left_out
    assert left_out.reason == "page head or foot" and "Charity 1234" in left_out.text
    assert report.document.warnings == ()


def test_a_sentence_goes_on_over_the_page(reader: Reader) -> None:
    one: list[Item] = [*column(60, 700, ["A rowing boat asks the back to bend and"]), Text(60, 40, "12", 8)]
    two: list[Item] = [*column(60, 700, ["stretch at each stroke of the oars."]), Text(60, 40, "13", 8)]
    assert (
        reader(placed_pdf([one, two])).document.text
        == "A rowing boat asks the back to bend and stretch at each stroke of the oars.\n"
    )


def test_headings_by_size(reader: Reader) -> None:
    items = [
        Text(60, 750, "Sports for backs", 20),
        Text(60, 720, "On water", 14),
        *column(60, 700, BOAT),
        Text(60, 630, "On snow", 14),
        *column(60, 610, SKIS),
    ]
    lines = reader(placed_pdf([items])).document.text.split("\n")
    assert [line for line in lines if line.startswith("#")] == ["# Sports for backs", "## On water", "## On snow"]


def test_a_heading_over_two_lines_is_one(reader: Reader) -> None:
    items = [
        *column(60, 740, ["What should I do when my back", "hurts after a long row?"], size=14),
        *column(60, 700, BOAT),
        Text(60, 640, "And skis?", 14),
        *column(60, 620, SKIS),
    ]
    assert _pairs(reader(placed_pdf([items])))[0][0] == "What should I do when my back hurts after a long row?"


def test_bold_words_within_text_are_no_heading(reader: Reader) -> None:
    items = [
        Text(60, 700, "Never", bold=True),
        Text(88, 700, "row with a stiff back in the morning."),
        *column(60, 688, BOAT),
    ]
    assert "#" not in reader(placed_pdf([items])).document.text


def _grid(x: Sequence[float], y: Sequence[float]) -> list[Item]:
    across = [Rule(x[0], each, x[-1], each) for each in y]
    return [*across, *(Rule(each, y[0], each, y[-1]) for each in x)]


def test_a_table_with_lines_keeps_its_rows(reader: Reader) -> None:
    cells = [
        Text(65, 685, "Sport", bold=True), Text(165, 685, "Strain", bold=True),
        Text(65, 665, "Rowing"), Text(165, 665, "much when the"), Text(165, 653, "legs rest"),
        Text(65, 635, "Skiing"), Text(165, 635, "little"),
    ]  # fmt: skip
    above, below = (
        column(60, 740, ["This is how much each of them strains a back:"]),
        column(60, 600, ["Ask somebody who knows both of them well."]),
    )
    text = reader(placed_pdf([[*above, *cells, *_grid([60, 160, 260], [630, 650, 678, 698]), *below]])).document.text
    assert text == (
        "This is how much each of them strains a back:\n\n| Sport | Strain |\n| --- | --- |\n"
        "| Rowing | much when the legs rest |\n| Skiing | little |\n\nAsk somebody who knows both of them well.\n"
    )


def test_a_table_without_lines_keeps_its_rows(reader: Reader) -> None:
    rows = [("Monday", "8:00 - 17:00"), ("Tuesday", "8:00 - 13:00"), ("Friday", "closed")]
    items: list[Item] = [
        item
        for at, row in enumerate(rows)
        for item in (Text(60, 700 - 14 * at, row[0]), Text(200, 700 - 14 * at, row[1]))
    ]
    items = [*column(60, 740, ["The clinic is open on three days of the week:"]), *items]
    text = reader(placed_pdf([items])).document.text
    assert "| Monday | 8:00 - 17:00 |\n| Tuesday | 8:00 - 13:00 |\n| Friday | closed |" in text


@pytest.mark.parametrize("shift", [0, 30])
def test_a_table_without_lines_whose_cells_go_over_several_lines(reader: Reader, shift: int) -> None:
    items: list[Item] = [Text(60 + shift, 720, "Sport", bold=True), Text(180 + shift, 720, "What it asks", bold=True)]
    items += [Text(410 + shift, 720, "For whom", bold=True)]
    for at, (name, cell, whom) in enumerate([("Rowing", BOAT, "all"), ("Cross-country skiing", SKIS, "most people")]):
        items += [Text(60, 700 - 70 * at, name), *column(180, 700 - 70 * at, cell), Text(410, 700 - 70 * at, whom)]
    text = reader(
        placed_pdf([[*items, *column(60, 560, ["Ask us about all of them, at any time of the day."])]])
    ).document.text
    assert text == (
        "| Sport | What it asks | For whom |\n| --- | --- | --- |\n"
        f"| Rowing | {' '.join(BOAT)} | all |\n| Cross-country skiing | {' '.join(SKIS)} | most people |\n\n"
        "Ask us about all of them, at any time of the day.\n"
    )


def test_a_table_of_questions_and_answers_is_pairs(reader: Reader) -> None:
    cells = [
        Text(65, 685, "Question"), Text(225, 685, "Answer"),
        Text(65, 665, "May I row?"), Text(225, 665, "Yes, gently."),
        Text(65, 645, "May I ski?"), Text(225, 645, "On flat tracks."),
    ]  # fmt: skip
    report = reader(placed_pdf([[*cells, *_grid([60, 220, 420], [640, 660, 680, 700])]]))
    assert _pairs(report) == [("May I row?", "Yes, gently."), ("May I ski?", "On flat tracks.")]


def test_form_values_stand_where_they_were_filled_in(reader: Reader) -> None:
    items: list[Item] = [
        Text(60, 700, "Your exercise:"),
        Field(140, 696, "exercise", "ten slow bridges"),
        Text(60, 670, "Do it every morning before you get up."),
    ]
    assert reader(placed_pdf([items])).document.text.split("\n")[0].endswith("Your exercise: ten slow bridges")


@pytest.mark.parametrize("mark", ["\u2022", "\u25c6", "\u25a1", "\uf0b7"])
def test_lists_keep_their_items(reader: Reader, mark: str) -> None:
    items = [
        Text(60, 750, "Sports for backs", 16),
        *column(60, 720, ["Take with you:"]),
        *column(
            60, 704, [f"{mark} poles that reach up to your elbow when", "  you stand on flat ground", f"{mark} water"]
        ),
        *column(60, 640, ["1. Warm up.", "2. Row slowly."]),
    ]
    assert (
        "- poles that reach up to your elbow when you stand on flat ground\n- water\n\n1. Warm up.\n2. Row slowly."
        in reader(placed_pdf([[*items, *column(60, 600, BOAT)]], unicode=True)).document.text
    )


def test_text_drawn_twice_for_weight_is_read_once(reader: Reader) -> None:
    assert (
        reader(placed_pdf([[Text(60, 700, "Row slowly."), Text(60.4, 700, "Row slowly.")]])).document.text
        == "Row slowly.\n"
    )


def test_a_page_on_its_side_is_read_and_a_turned_stamp_is_left_out(reader: Reader) -> None:
    turned: list[Item] = [Text(100 + 12 * at, 60, line, turn="0 1 -1 0") for at, line in enumerate(BOAT)]
    assert reader(placed_pdf([turned])).document.text == " ".join(BOAT) + "\n"
    report = reader(placed_pdf([[*column(60, 700, BOAT), Text(300, 300, "DRAFT", 60, turn=".7 .7 -.7 .7")]]))
    assert report.document.text == " ".join(BOAT) + "\n"
    assert [(part.reason, part.text) for part in report.left_out] == [("turned text", "DRAFT")]


HEBREW = [
    "כאבי גב הם תופעה נפוצה אצל אנשים",
    "מומלץ ללכת כל יום עשרים דקות לפחות",
    "אם הכאבים חזקים פנו אל הרופאים שלכם",
]
ARABIC = ["المشي كل يوم مفيد لعضلات الظهر", "الراحة الطويلة ليست فكرة جيدة", "اتصل بالطبيب إذا كانت الحالة سيئة"]


@pytest.mark.parametrize("lines", [HEBREW, ARABIC])
@pytest.mark.parametrize("order", ["as read", "as seen", "word by word"])
def test_right_to_left_text_is_read_in_order(reader: Reader, lines: list[str], order: str) -> None:
    items: list[Item] = []
    for at, line in enumerate(lines):
        y = 700 - 14 * at
        if order == "as read":
            items.append(Text(60, y, line))
        elif order == "as seen":
            items.append(Text(60, y, line[::-1]))
        else:
            at_x = 500.0
            for word in line.split():
                at_x -= 5 * len(word)
                items.append(Text(at_x, y, word[::-1]))
                at_x -= 3
    text = reader(placed_pdf([items], unicode=True)).document.text
    assert " ".join(text.split()) == " ".join(lines)


def test_numbers_in_right_to_left_text_keep_their_order(reader: Reader) -> None:
    seen = "הופעה ל-120 אנשים בשנת 2024 ושוב לאנשים רבים וטובים"
    turned = seen[::-1].replace("021", "120").replace("4202", "2024")
    assert "120" in reader(placed_pdf([[Text(60, 700, turned)]], unicode=True)).document.text
    assert "2024" in reader(placed_pdf([[Text(60, 700, turned)]], unicode=True)).document.text


def test_right_to_left_text_without_signs_of_its_order_is_refused(reader: Reader) -> None:
    with pytest.raises(ReadError, match="right-to-left text whose order cannot be told"):
        reader(placed_pdf([[Text(60, 700, "גב כאב יד")]], unicode=True))


def test_fonts_that_do_not_tell_their_letters_are_refused(reader: Reader) -> None:
    content = placed_pdf([[Text(60, 700, "Rowing is fine for most backs.")]], unicode=True).replace(
        b"beginbfchar", b"beginbfcha_"
    )
    content = content.replace(b"endbfchar", b"endbfcha_")
    with pytest.raises(ReadError, match="fonts do not tell which letters"):
        reader(content)


def test_a_scan_is_refused_with_what_to_do(reader: Reader) -> None:
    with pytest.raises(ReadError, match=r"scanned: pictures of 3 page\(s\) without text\. Run text recognition"):
        reader(pdf_bytes([[], [], []], picture=True))


def test_a_stream_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(b" " * 200_000_000)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream"
    honest = re.compile(rb"<< /Length \d+ >>\nstream\nBT.*?endstream", re.DOTALL)
    content = honest.sub(lambda _: stream, pdf_bytes([["x"]]))
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="more than 100,000,000 bytes of pages when unpacked"):
        read(path, document_id="a.pdf")


def test_a_page_that_draws_itself_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes([["A line of text that says next to nothing."] * 3_000]))
    with pytest.raises(ReadError, match="characters on one page"):
        read(path, document_id="a.pdf", limits=Limits())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "questions"), [("narrow-only.pdf", 4), ("rowwise.pdf", 6), ("furniture.pdf", 18), ("nospaces.pdf", 2)]
)
def test_shared_cases(name: str, questions: int) -> None:
    document = read(SHARED / name, document_id=name)
    assert len(document.pairs) == questions
    assert document.warnings == ()
    for pair in document.pairs:
        answer = document.text[pair.start : pair.end]
        assert "\n" not in answer and answer.endswith(".")
        assert "Review date" not in answer and "Page" not in answer
