"""A corpus in the shapes that people have: a clinic's site, leaflets, exports, a docs folder, an e-mail thread."""

from collections.abc import Callable, Mapping

from pdf_samples import Item, Text, column, placed_pdf
from reader_samples import docx_bytes, paragraph, pdf_bytes, table

_TOP = '<header><a href="/">Quayside Clinic</a><nav><ul><li><a href="/hours">Hours</a></li><li><a href="/faq">Questions</a></li></ul></nav></header>'
_END = "<footer><p>© Quayside Clinic. <a href='/privacy'>Privacy</a></p></footer><script src='/menu.js'></script>"


def _site(title: str, main: str) -> bytes:
    head = f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title} | Quayside Clinic</title><style>p{{margin:0}}</style></head>"
    return f"{head}<body>{_TOP}<main><h1>{title}</h1>{main}</main>{_END}</body></html>".encode()


def _hours() -> bytes:
    rows = "".join(
        f"<tr><td>{day}</td><td>{hours}</td></tr>"
        for day, hours in (("Monday", "7:30 - 16:00"), ("Wednesday", "7:30 - 12:00"), ("Saturday", "closed"))
    )
    return _site(
        "Opening hours",
        f"<p>The reception keeps these hours.</p><table>{rows}</table><address>12 Ropewalk<br>Quayside<br>(555) 010-7788</address>",
    )


def _accordion() -> bytes:
    asked = (
        ("Do I need a referral?", "No, you can book a first visit by yourself."),
        ("What should I wear?", "Loose trousers and a shirt that you can take off."),
        ("Can I bring my dog?", "Only if it is a guide dog."),
    )
    items = "".join(
        f"<div class='accordion-item'><h2><button aria-expanded='false' aria-controls='c{at}'>{question}</button></h2>"
        f"<div id='c{at}' class='collapse'><div class='body'><p>{answer}</p></div></div></div>"
        for at, (question, answer) in enumerate(asked)
    )
    return _site("Before your visit", items)


def _news() -> bytes:
    prose = "".join(f"<p>{text}</p>" for text in (
        "The heated pool on the second floor is open again after the winter repairs, and classes for sore backs begin in the first week of spring.",
        "Each class lasts forty minutes. The water is as deep as your chest, so that you need not be able to swim, and a physiotherapist stands beside the pool.",
        "Bring a towel and a padlock for the locker. Places are given out at the reception, and there is a waiting list for the evening classes.",
    ))  # fmt: skip
    return f"<html><head><title>The pool is open again</title></head><body><div class='menu'><a href='/'>Home</a> <a href='/shop'>Shop</a></div><div class='post'><h1>The pool is open again</h1>{prose}</div></body></html>".encode()


def _services() -> bytes:
    links = "".join(
        f"<li><a href='/s/{at}'>{name}</a></li>"
        for at, name in enumerate(("Back school", "Pool classes", "Gait laboratory", "Home visits"))
    )
    return _site("What we offer", f"<p>All of these can be booked at the reception.</p><ul>{links}</ul>")


def _staff() -> bytes:
    return _site(
        "Who works here",
        "<dl><dt>Ines Moor</dt><dd>physiotherapist, pool classes</dd><dt>Tom Arden</dt><dd>physiotherapist, gait laboratory</dd></dl>",
    )


def _parking() -> bytes:
    return _site(
        "Getting here",
        "<h2>By car</h2><p>There are nine places behind the house.</p><h2>By bus</h2><p>Lines 4 and 11 stop at Ropewalk.</p><details><summary>Is there a lift?</summary><p>Yes, beside the entrance.</p></details>",
    )


def _prices() -> bytes:
    table_of = "<table><caption>Prices of 2031</caption><tr><th>Visit</th><th>Price</th></tr><tr><td>First visit</td><td>€62.50</td></tr><tr><td>Pool class</td><td>€14</td></tr></table>"
    return _site("Prices", table_of)


def _google_docs() -> bytes:
    body: list[Item] = [
        Text(72, 720, "Sitting all day", 20, bold=True),
        *column(
            72,
            690,
            [
                "Long hours on a chair stiffen the hips and load the lower discs. A",
                "few habits make them easier to bear.",
            ],
            size=11,
        ),
        Text(72, 640, "How often should I get up?", 13, bold=True),
        *column(72, 620, ["Twice an hour is enough, for as long as it takes to fill a glass of", "water."], size=11),
        Text(72, 575, "Which chair is best?", 13, bold=True),
        *column(72, 555, ["The one that lets you move:"], size=11),
        *column(72, 535, ["• a seat that tilts,", "• arms that can be set,", "• a back that gives way."], size=11),
    ]
    return placed_pdf([body], info="/Title (Sitting all day) /Creator (Google Docs)")


def _leaflet() -> bytes:
    left = [
        ("Should I stretch first?", True),
        *(
            (line, False)
            for line in (
                "Warm up before you stretch. Five minutes",
                "of easy walking will do, since cold muscles",
                "do not like to be pulled.",
            )
        ),
    ]
    right = [
        ("When is a brace useful?", True),
        *(
            (line, False)
            for line in (
                "After a broken vertebra, and for as long as",
                "your surgeon tells you to wear it. It does",
                "not help an ordinary sore back.",
            )
        ),
    ]
    items: list[Item] = [Text(150, 750, "A leaflet for walkers", 18, bold=True)]
    for at, ((one, bold_one), (two, bold_two)) in enumerate(zip(left, right, strict=True)):
        items += [Text(50, 700 - 13 * at, one, 10, bold_one), Text(320, 700 - 13 * at, two, 10, bold_two)]
    return placed_pdf([items])


def _word() -> bytes:
    changed = "<w:p><w:r><w:t xml:space='preserve'>Hold it for </w:t></w:r><w:del><w:r><w:delText>sixty</w:delText></w:r></w:del><w:ins><w:r><w:t>ten</w:t></w:r></w:ins><w:r><w:t xml:space='preserve'> seconds.</w:t></w:r></w:p>"
    return docx_bytes(
        paragraph("Exercises at home", style="Heading1")
        + paragraph("How long do I hold a bridge?", bold=True)
        + changed
        + paragraph("May I do them in bed?", bold=True)
        + paragraph("Better on the floor, on a mat.")
        + table([["Exercise", "Times"], ["Bridge", "8"], ["Cat stretch", "12"]])
    )


def _excel() -> bytes:
    rows = (
        "Nr.;Question;Answer",
        '1;"Is a café chair bad for me?";"Not for an hour; after that, get up."',
        "2;How much is a mat?;About €20 – ask at the desk.",
        ";;",
        ";;",
    )
    return "\r\n".join(rows).encode("cp1252")


def _hugo() -> bytes:
    return (
        b'+++\ntitle = "Pain diary"\nweight = 30\n+++\n\n{{< toc >}}\n\nA diary shows what helps.\n\n## What do I write down?\n\nThe hour, what you did, and a number from 0 to 10.\n\n'
        b'{{% details "Must I fill it in every day?" %}}\nNo, three days a week are enough.\n{{% /details %}}\n\n![A page of a diary with three columns](diary.png)\n'
    )


def _wordpress() -> bytes:
    body = "<div id='page'><div class='site-header'>Back Blog</div><div class='entry-content'><h1>Questions about shoes</h1><p><strong>Are worn soles a problem?</strong><br />Yes, once the heel leans to one side.</p><p><strong>Do insoles help?</strong><br />Some people, for some months.</p></div><div class='widget'>Recent posts</div></div>"
    return f"<html><head><title>Questions about shoes - Back Blog</title></head><body class='wp'>{body}</body></html>".encode()


def _json_ld() -> bytes:
    entry = '{"@type":"Question","name":"Does the clinic treat children?","acceptedAnswer":{"@type":"Answer","text":"<p>From the age of <b>six</b> on.</p>"}}'
    return f"<html><head><title>Help</title><script type='application/ld+json'>{{\"@type\":\"FAQPage\",\"mainEntity\":[{entry}]}}</script></head><body><div id='app'></div><script src='/a.js'></script></body></html>".encode()


def _hebrew() -> bytes:
    lines = (
        "הליכה קצרה בכל יום טובה לרוב האנשים",
        "מי שסובל מכאבים חזקים צריך לפנות לרופאים",
        "נעליים נוחות מקלות על הברכיים",
    )
    return placed_pdf([[Text(60, 700 - 14 * at, line[::-1]) for at, line in enumerate(lines)]], unicode=True)


_YAML = b"title: Medicines\npairs:\n- question: May I drive after taking codeine?\n  answer: No\n- question: When does the pharmacy close?\n  answer: 18:45\n"
_MAIL = b"""From: Ana
To: Quayside Clinic
Subject: My back after gardening

Q: I dug for three hours and now my back is stiff. May I dig on?

A: Not today. Walk a little, keep warm and dig for a quarter of an hour tomorrow.

Q: And how do I lift the pots?

A: Close to your body, with bent knees, or with somebody else.

Best wishes
Ines
"""

FILES: Mapping[str, Callable[[], bytes]] = {
    "site/hours.html": _hours,
    "site/visit.html": _accordion,
    "site/news.html": _news,
    "site/services.html": _services,
    "site/staff.html": _staff,
    "site/parking.html": _parking,
    "site/prices.html": _prices,
    "sitting.pdf": _google_docs,
    "leaflet.pdf": _leaflet,
    "exercises.docx": _word,
    "export.csv": _excel,
    "docs/diary.md": _hugo,
    "shoes.html": _wordpress,
    "help.html": _json_ld,
    "scan.pdf": lambda: pdf_bytes([[], []], picture=True),
    "hebrew.pdf": _hebrew,
    "medicines.yaml": lambda: _YAML,
    "mail.txt": lambda: _MAIL,
}

# Five questions a file as visitors ask them, with what the first passage for each must say.
QUESTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "site/hours.html": (
        ("when does the reception open on monday", "| Monday | 7:30 - 16:00 |"),
        ("is anybody there on saturdays", "| Saturday | closed |"),
        ("how long are you open on wednesday", "| Wednesday | 7:30 - 12:00 |"),
        ("what is your phone number", "(555) 010-7788"),
        ("what is the address of the clinic", "12 Ropewalk"),
    ),
    "site/visit.html": (
        ("can I come without being referred", "you can book a first visit by yourself"),
        ("does my doctor have to send me", "you can book a first visit by yourself"),
        ("which clothes are best for the appointment", "Loose trousers"),
        ("do I have to undress", "Loose trousers"),
        ("are dogs allowed inside", "Only if it is a guide dog."),
    ),
    "site/news.html": (
        ("how long is one class in the pool", "forty minutes"),
        ("do I have to be able to swim", "need not be able to swim"),
        ("how deep is the pool", "as deep as your chest"),
        ("what do I bring to the pool", "Bring a towel"),
        ("is there a waiting list for evening classes", "waiting list for the evening"),
    ),
    "site/services.html": (
        ("what do you offer", "Back school"),
        ("do you visit people at home", "Home visits"),
        ("can you analyse how I walk", "Gait laboratory"),
        ("where do I book a back school", "booked at the reception"),
        ("list of services", "Pool classes"),
    ),
    "site/staff.html": (
        ("who is Ines Moor", "Ines Moor"),
        ("who runs the gait laboratory", "Tom Arden"),
        ("which physiotherapist teaches the pool classes", "Ines Moor"),
        ("who works here", "Tom Arden"),
        ("what does Tom Arden do", "Tom Arden"),
    ),
    "site/parking.html": (
        ("where can I park my car", "nine places behind the house"),
        ("which bus stops near you", "Lines 4 and 11"),
        ("how do I get there by bus", "Lines 4 and 11"),
        ("is there a lift for wheelchairs", "beside the entrance"),
        ("how many parking spaces are there", "nine places"),
    ),
    "site/prices.html": (
        ("what does the first visit cost", "€62.50"),
        ("price of a pool class", "€14"),
        ("how much is an appointment", "€62.50"),
        ("how expensive is the class in water", "€14"),
        ("prices of 2031", "€62.50"),
    ),
    "sitting.pdf": (
        ("how many times an hour should I stand up from my desk", "Twice an hour"),
        ("what kind of office chair do I need", "a seat that tilts"),
        ("why is sitting bad for the hips", "stiffen the hips"),
        ("how long should I get up for when I sit all day", "fill a glass of water"),
        ("chair with adjustable arms", "arms that can be set"),
    ),
    "leaflet.pdf": (
        ("do I warm up before stretching", "Five minutes of easy walking"),
        ("is it bad to stretch cold muscles", "cold muscles do not like to be pulled"),
        ("should I wear a back brace", "After a broken vertebra"),
        ("does a brace help an ordinary sore back", "not help an ordinary sore back"),
        ("for how long do I wear the brace", "as long as your surgeon"),
    ),
    "exercises.docx": (
        ("how many seconds is the bridge held", "ten seconds"),
        ("can I exercise on my mattress", "Better on the floor, on a mat."),
        ("how many times do I do the cat stretch", "| Cat stretch | 12 |"),
        ("how often is the bridge repeated", "| Bridge | 8 |"),
        ("do I need a mat for the exercises", "on a mat"),
    ),
    "export.csv": (
        ("are cafe chairs bad", "after that, get up"),
        ("is it ok to sit in a café for hours", "Not for an hour"),
        ("what does a mat cost", "About €20"),
        ("mat price", "About €20"),
        ("where can I buy a mat", "ask at the desk"),
    ),
    "docs/diary.md": (
        ("what goes into the pain diary", "a number from 0 to 10"),
        ("do I have to write every single day", "three days a week"),
        ("how many days a week do I fill in the diary", "three days a week"),
        ("how do I rate my pain", "a number from 0 to 10"),
        ("why keep a diary of pain", "A diary shows what helps."),
    ),
    "shoes.html": (
        ("my soles are worn down", "heel leans to one side"),
        ("when should I replace old shoes", "heel leans to one side"),
        ("do insoles work", "Some people, for some months."),
        ("are inserts any good", "Some people, for some months."),
        ("is a worn heel a problem", "heel leans to one side"),
    ),
    "help.html": (
        ("do you treat kids", "From the age of **six** on."),
        ("can I bring my five year old daughter for treatment", "From the age of **six** on."),
        ("from which age do you see children", "From the age of **six** on."),
        ("is my child old enough for the clinic", "From the age of **six** on."),
        ("children's treatment", "From the age of **six** on."),
    ),
    "medicines.yaml": (
        ("can I drive on codeine", "No"),
        ("is codeine ok before driving", "No"),
        ("until when is the pharmacy open", "18:45"),
        ("closing time of the pharmacy", "18:45"),
        ("may I take the car after codeine tablets", "No"),
    ),
    "mail.txt": (
        ("my back is stiff after digging, can I go on", "Not today."),
        ("how do I lift a heavy flower pot", "Close to your body"),
        ("can I garden again tomorrow", "a quarter of an hour tomorrow"),
        ("should I keep my back warm after digging for hours", "keep warm"),
        ("should somebody help me with the pots", "with somebody else"),
    ),
}
