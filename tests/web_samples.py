"""Answers as values, for the tests of what is laid out; the tests of what is answered ask a real FaqBot."""

from faqbot.types import Alert, Answer, Hit, Number, Passage, Source

PACING = Passage(
    id="walking.md#1",
    document_id="living/walking.md",
    text="Start with five minutes on flat ground [4]. Add a minute every second day [9].",
    start=40,
    end=118,
    title="Walking again",
    headings=("Walking again", "How to begin"),
    question="How do I start walking again?",
    url="https://health.example/walking?a=1&b=2",
    author="A. Writer",
    date="2026-03-01",
    sources=(Source("Walk more", "https://health.example/study", "B. Author", "2024", "4"),),
)
SHOES = Passage(
    id="shoes.md#0",
    document_id="shoes.md",
    text="| Soft soles | on hard ground |",
    start=10,
    end=41,
    title="Shoes",
    headings=("Soles",),
    context="| Shoe | When |\n|---|---|",
)
EMERGENCY = Alert(
    level="emergency",
    categories=("cauda_equina",),
    message="Call now",
    matches=("can't feel my legs", "wet <myself>"),
    rules=("cauda_equina.both",),
    heading="Call your local emergency number now",
    body=("Because you wrote: “can't feel my legs”.", "Do not drive yourself."),
    numbers=(Number("Emergency, many countries", "112"), Number("Samaritans", "116123")),
)


def answer(**changes: object) -> Answer:
    """An answer with two hits, changed as the test needs."""
    fields = {
        "question": "how to start <again>?",
        "band": "answer",
        "certainty": "very likely",
        "confidence": 0.83,
        "hits": (
            Hit(PACING, 0.9, ((0, 43),), (("start", "Start"), ("begin", "Start"), ("Start", "start")), (SHOES,)),
            Hit(SHOES, 0.5, ((2, 12),)),
        ),
        "alert": Alert(),
        "query": "how to start again",
        "corrections": (("strat", "start"),),
        "suggestions": ("Which shoes help?", "Is it <b>safe</b>?"),
    }
    return Answer(**(fields | changes))  # type: ignore[arg-type]
