"""Articles with one passage marked, and the list of all topics."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.server.app import create_app
from faqbot.settings import Settings

QUESTION = "does walking cause back pain"


@pytest.fixture(scope="module")
def client(bot: FaqBot) -> Iterator[TestClient]:
    with TestClient(create_app(bot, Settings(), page=False)) as client:
        yield client


def test_a_passage_has_an_address_that_marks_it_in_its_article(client: TestClient, bot: FaqBot) -> None:
    passage = bot.answer(QUESTION).hits[0].passage
    page = client.get(f"/documents/{passage.document_id}?passage={passage.id}")
    assert page.status_code == 200
    assert page.text.count('<mark id="passage">') == 1
    assert "<script" not in page.text
    by_place = client.get(f"/documents/{passage.document_id}?start={passage.start}&end={passage.end}")
    assert by_place.text == page.text


def test_a_passage_that_is_gone_or_of_another_article_shows_the_article_unmarked(
    client: TestClient, bot: FaqBot
) -> None:
    passage = bot.answer(QUESTION).hits[0].passage
    other = next(each.id for each in bot.documents() if each.id != passage.document_id)
    for address in (
        f"/documents/{passage.document_id}?passage=0000000000000000",
        f"/documents/{passage.document_id}?passage=../x",
        f"/documents/{other}?passage={passage.id}",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "<mark" not in page.text


def test_every_article_has_banner_way_back_sources_and_headings_in_order(client: TestClient, bot: FaqBot) -> None:
    for document in bot.documents():
        page = client.get(f"/documents/{document.id}").text
        assert 'id="standing"' in page
        root = "../" * (document.id.count("/") + 1)
        assert f'<a href="{root}">Back to the questions</a>' in page
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), document.id
        if document.sources:
            assert page.index("Sources of this article") < page.rindex(unescape("</section>"))
        targets = set(re.findall(r'id="([^"]*)"', page))
        assert {href for href in re.findall(r'href="#([^"]*)"', page)} <= targets


def test_topics_list_every_article_and_every_question_with_an_address_that_works(
    client: TestClient, bot: FaqBot
) -> None:
    page = client.get("/topics").text
    listed = set(map(unescape, re.findall(r'<li><a href="[^"#]*(?:#passage)?">(.*?)</a></li>', page)))
    for document in bot.documents():
        assert document.title in listed
        assert {pair.question for pair in document.pairs} <= listed
    links = re.findall(r'<li><a href="(documents/[^"]*\?start[^"]*)"', page)
    assert links
    marked = client.get("/" + unescape(links[0]).split("#")[0])
    assert '<mark id="passage">' in marked.text


def test_pictures_of_the_index_are_shown_without_being_able_to_run_anything(client: TestClient, bot: FaqBot) -> None:
    page = client.get("/documents/exercises/floor-exercises.md").text
    shown = re.findall(r'<img src="../../pictures/([^"]*)" alt="([^"]+)" loading="lazy">', page)
    assert len(shown) >= 3
    for path, _ in shown:
        picture = client.get(f"/pictures/{path}")
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/svg+xml"
        assert "sandbox" in picture.headers["content-security-policy"]
    for path in ("nothing.svg", "..%2f..%2fpyproject.toml", "exercises/floor-exercises.md", ""):
        assert client.get(f"/pictures/{path}").status_code == 404
