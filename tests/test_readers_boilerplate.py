"""Page furniture is recognised by rules that hold for pages never seen, and medical text is left alone."""

from pathlib import Path

import pytest

from faqbot.readers.parsed import ParsedFile
from faqbot.readers.postprocess import finish, is_notice, opens_comments, opens_links

SEEDS = Path(__file__).parents[1].parent / "shared" / "reference" / "seeds"


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Reply",
        "3 Comments",
        "Website | + posts",
        "Photo of author",
        "Photo credit: Getty Images",
        "Image: Shutterstock / walking man",
        "Share this on Facebook",
        "Facebook Twitter Pinterest",
        "Read more »",
        "Skip to main content",
        "Table of Contents",
        "Advertisement",
        "Ask our AI doctor",
        "Try the Walkwell Symptom Checker",
        "Walkwell AI Symptom Checker",
        "Have more questions? Ask AI Doctor",
        "Sign up for our weekly newsletter and get free tips",
        "Subscribe to receive updates in your inbox.",
        "Follow us on Instagram",
        "We use cookies to improve your experience.",
        "© 2024 The Walking Page",
        "The Walking Page. All rights reserved.",
        "This article is not a substitute for professional medical advice.",
        "For informational purposes only.",
        "We may earn a commission from links on this page.",
        "Book an appointment online today",
        "Was this article helpful? Yes No",
        "Your email address will not be published.",
        "Related Articles",
        "You may also like",
        "Tags: back, walking, shoes",
        "Home > Health > Back pain",
    ],
)
def test_furniture_of_pages(line: str) -> None:
    assert is_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "Back pain",
        "Yes.",
        "No.",
        "When to See a Doctor",
        "Call your doctor if the pain gets worse.",
        "Book a visit with your doctor if this lasts.",
        "Walk more and share the load between both arms.",
        "Follow the steps below.",
        "Rest is not a substitute for exercise.",
        "Two simple steps make a chair better for the back.",
        "If this is not a substitute for professional medical advice to you, call an ambulance in an emergency.",
        "Check your shoes for worn soles",
        "Sources of pain",
        "Related conditions",
        "Popular exercises",
        "The comments of patients were kind",
        "Weight: losing a little helps",
    ],
)
def test_health_text_is_no_furniture(line: str) -> None:
    assert not is_notice(line)


def test_lines_that_end_or_interrupt_an_article() -> None:
    assert opens_comments("## Leave a Comment") and not opens_comments("Comments of a patient on walking")
    assert opens_links("**Related posts**") and not opens_links("Related conditions")


def _removed(text: str) -> list[str]:
    document = finish("d.md", ParsedFile(text))
    return [document.text[start:end] for start, end in document.boilerplate]


def test_everything_after_the_comments_begin_is_left_out() -> None:
    text = f"# A\n\n{'Walking helps. ' * 20}\n\n## 2 Comments\n\nBob: it cured me\n\n### Reply\n\nAnn: me too, all of it.\n"
    assert _removed(text) == ["## 2 Comments\n\nBob: it cured me\n\n### Reply\n\nAnn: me too, all of it.\n"]


def test_comments_counted_at_the_head_of_an_article_do_not_end_it() -> None:
    assert _removed(f"# A\n\n3 Comments\n\n{'Walking helps. ' * 20}\n") == ["3 Comments"]


def test_links_to_other_articles_are_left_out_up_to_the_text() -> None:
    prose = "Walking keeps the muscles of the back strong, and strong muscles carry the spine through the day."
    text = f"# A\n\n{prose}\n\nRelated articles\n\n- Ten best mattresses\n- Is sitting bad?\n\n## Treatment\n\n{prose} Yes.\n"
    assert _removed(text) == ["Related articles", "- Ten best mattresses", "- Is sitting bad?"]


def test_a_biography_said_again_after_furniture_is_left_out_and_other_repeats_stay() -> None:
    text = "# A\n\nBy Ann Lee\n\nPT from Leeds.\n\nCall now.\n\nWalk.\n\nCall now.\n\nWebsite | + posts\n\nPT from Leeds.\n"
    assert _removed(text) == ["Website | + posts", "PT from Leeds."]


def test_a_caption_that_only_repeats_the_title_is_left_out() -> None:
    assert _removed("# Back Pain When Walking: Tips\n\nback pain when walking\n\nwalk slowly\n") == [
        "back pain when walking"
    ]


def test_a_list_of_references_is_no_answer() -> None:
    text = "# A\n\nAches[1].\n\n## References\n\n1. Lee A. On calves. https://a.b/c\n2. [Ode](https://a.b/d)\n\n## Treatment\n\nText.\n"
    document = finish("d.md", ParsedFile(text))
    assert [(source.mark, source.title, source.url) for source in document.sources] == [
        ("1", "Lee A. On calves", "https://a.b/c"),
        ("2", "Ode", "https://a.b/d"),
    ]
    assert _removed(text) == ["## References", "1. Lee A. On calves. https://a.b/c", "2. [Ode](https://a.b/d)"]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the reference documents are not here")
@pytest.mark.parametrize("start", ["000", "001", "002", "003", "004"])
def test_no_passage_of_the_reference_documents_is_furniture(start: str) -> None:
    from faqbot.chunking import split
    from faqbot.readers import read

    (path,) = SEEDS.glob(f"{start}_*.txt")
    found = split(read(path, document_id=path.name), lambda text: len(text.split()) * 3 // 2)
    assert len(found) > 10
    for furniture in (
        "Leave a Comment",
        "+ posts",
        "AI Doctor",
        "Symptom Checker",
        "one click away",
        "min read",
        "https://",
    ):
        assert not [passage.text for passage in found if furniture in passage.text]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the reference documents are not here")
def test_the_gold_quotes_of_the_reference_questions_stand_in_one_passage() -> None:
    import json
    import re

    from faqbot.chunking import split
    from faqbot.readers import read

    def bare(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.casefold()))

    passages = {
        path.name[:3]: [
            bare(one.text) for one in split(read(path, document_id=path.name), lambda text: len(text.split()) * 3 // 2)
        ]
        for path in SEEDS.glob("*.txt")
    }
    lines = (SEEDS.parents[1] / "eval" / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    quotes = {(gold["doc"], bare(gold["quote"])) for line in lines for gold in json.loads(line)["gold"]}
    lost = [(doc, quote) for doc, quote in quotes if not any(quote in passage for passage in passages[doc])]
    # One quote is from the small print of an advert for a symptom checker.
    assert len(lost) <= 0.02 * len(quotes)
