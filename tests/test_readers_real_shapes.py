"""A corpus of files in the shapes that people have: no word lost, every pair right, the scan refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot import FaqBot
from faqbot.chunking import report_word_loss, split
from faqbot.errors import ReadError
from faqbot.index import build
from faqbot.readers import read, read_report
from faqbot.settings import Settings
from real_shapes import FILES, QUESTIONS

PAIRS = {
    "site/visit.html": [
        ("Do I need a referral?", "No, you can book a first visit by yourself."),
        ("What should I wear?", "Loose trousers and a shirt that you can take off."),
        ("Can I bring my dog?", "Only if it is a guide dog."),
    ],
    "site/parking.html": [("Is there a lift?", "Yes, beside the entrance.")],
    "sitting.pdf": [
        ("How often should I get up?", "Twice an hour is enough, for as long as it takes to fill a glass of water."),
        ("Which chair is best?", "The one that lets you move:\n\n- a seat that tilts,\n- arms that can be set,\n- a back that gives way."),
    ],
    "leaflet.pdf": [
        ("Should I stretch first?", "Warm up before you stretch. Five minutes of easy walking will do, since cold muscles do not like to be pulled."),
        ("When is a brace useful?", "After a broken vertebra, and for as long as your surgeon tells you to wear it. It does not help an ordinary sore back."),
    ],
    "exercises.docx": [
        ("How long do I hold a bridge?", "Hold it for ten seconds."),
        ("May I do them in bed?", "Better on the floor, on a mat.\n\n| Exercise | Times |\n| --- | --- |\n| Bridge | 8 |\n| Cat stretch | 12 |"),
    ],
    "export.csv": [
        ("Is a café chair bad for me?", "Not for an hour; after that, get up."),
        ("How much is a mat?", "About €20 – ask at the desk."),
    ],
    "docs/diary.md": [
        ("What do I write down?", "The hour, what you did, and a number from 0 to 10."),
        ("Must I fill it in every day?", "No, three days a week are enough."),
    ],
    "shoes.html": [
        ("Are worn soles a problem?", "Yes, once the heel leans to one side."),
        ("Do insoles help?", "Some people, for some months."),
    ],
    "help.html": [("Does the clinic treat children?", "From the age of **six** on.")],
    "medicines.yaml": [("May I drive after taking codeine?", "No"), ("When does the pharmacy close?", "18:45")],
    "mail.txt": [
        ("I dug for three hours and now my back is stiff. May I dig on?", "Not today. Walk a little, keep warm and dig for a quarter of an hour tomorrow."),
        ("And how do I lift the pots?", "Close to your body, with bent knees, or with somebody else.\n\nBest wishes\n\nInes"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all files."""
    folder = tmp_path_factory.mktemp("shapes")
    for name, made in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(made())
    return folder


@pytest.mark.parametrize("name", [name for name in FILES if name != "scan.pdf"])
def test_no_word_is_lost_and_every_pair_is_right(shapes: Path, name: str) -> None:
    report = read_report(shapes / name, document_id=name)
    document = report.document
    passages = split(document, lambda text: len(text.split()) * 3 // 2 + 2)
    left_out = [part.text for part in report.left_out]
    assert report_word_loss(document, passages, extracted=report.extracted, left_out=left_out).warnings == ()
    assert [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs] == PAIRS.get(name, [])


def test_the_scan_is_refused(shapes: Path) -> None:
    with pytest.raises(ReadError, match="scanned"):
        read(shapes / "scan.pdf", document_id="scan.pdf")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("site/hours.html", "| Monday | 7:30 - 16:00 |\n| Wednesday | 7:30 - 12:00 |\n| Saturday | closed |"),
        ("site/hours.html", "12 Ropewalk  \nQuayside  \n(555) 010-7788"),
        ("site/services.html", "- Back school\n- Pool classes\n- Gait laboratory\n- Home visits"),
        ("site/staff.html", "- **Ines Moor**: physiotherapist, pool classes"),
        ("site/prices.html", "| Visit | Price |\n| --- | --- |\n| First visit | €62.50 |"),
        ("site/news.html", "Each class lasts forty minutes."),
        ("docs/diary.md", "A page of a diary with three columns"),
        ("hebrew.pdf", "הליכה קצרה בכל יום טובה לרוב האנשים"),
    ],
)
def test_lists_tables_and_other_scripts_come_out_whole(shapes: Path, name: str, text: str) -> None:
    assert text in read(shapes / name, document_id=name).text


def test_the_first_passage_answers_what_visitors_ask(
    shapes: Path, with_encoder: Callable[[Path], Path], tmp_path: Path
) -> None:
    index = with_encoder(tmp_path / "index")
    build(shapes, index, settings=Settings())
    with FaqBot.load(index) as bot:
        wrong = [
            (name, question, hits[0].passage.document_id if hits else "", hits[0].passage.text[:60] if hits else "")
            for name, asked in QUESTIONS.items()
            for question, answer in asked
            if not (hits := bot.rank(question, (), 1).hits) or answer not in hits[0].passage.text
        ]
    total = sum(map(len, QUESTIONS.values()))
    assert all(len(asked) == 5 for asked in QUESTIONS.values())
    assert len(wrong) <= 0.15 * total, "\n".join(map(str, wrong))
