import pytest

from faqbot.errors import SettingsError
from faqbot.safety import advice, assess, regions, standing_banner

EMERGENCY = "my groin is numb"
CRISIS = "I want to end my life"
LEVELS = {"conditional": "what is cauda equina", "urgent": "fever and backache", "emergency": EMERGENCY}


def test_there_are_four_profiles() -> None:
    assert list(regions()) == ["neutral", "uk", "us", "eu"]


@pytest.mark.parametrize("region", ["neutral", "uk", "us", "eu"])
def test_every_profile_has_every_card(region: str) -> None:
    assert set(regions()[region].cards) >= {"conditional", "urgent", "emergency", "crisis", "advice", "soon"}


@pytest.mark.parametrize(
    ("region", "tels"),
    [("neutral", ("112", "911", "999")), ("uk", ("999",)), ("us", ("911",)), ("eu", ("112",))],
)
def test_the_emergency_card_gives_the_numbers_of_the_region(region: str, tels: tuple[str, ...]) -> None:
    alert = assess([EMERGENCY], region=region)
    assert tuple(number.tel for number in alert.numbers) == tels
    assert all(tel in alert.message for tel in tels)


@pytest.mark.parametrize(("region", "tel"), [("neutral", "988"), ("uk", "116123"), ("us", "988"), ("eu", "112")])
def test_the_crisis_card_has_its_own_words_and_numbers(region: str, tel: str) -> None:
    alert = assess([CRISIS, EMERGENCY], region=region)
    assert alert.heading == "Please talk to someone now"
    assert tel in [number.tel for number in alert.numbers]
    assert alert.body[0].startswith("I am a program")


def test_the_neutral_words_name_the_local_number_and_all_three() -> None:
    for text in (standing_banner(), assess([EMERGENCY]).message):
        assert all(number in text for number in ("112", "911", "999"))
        assert "local emergency number" in text


def test_the_card_quotes_what_set_it_off() -> None:
    alert = assess(["hello", "since monday   my\ngroin is numb"])
    assert alert.body[0] == "Because you wrote: “groin is numb”."
    assert alert.matches == ("groin is numb",)


@pytest.mark.parametrize("level", list(LEVELS))
def test_the_message_is_the_card_as_text(level: str) -> None:
    alert = assess([LEVELS[level]])
    assert alert.level == level
    assert alert.message.split("\n")[: 1 + len(alert.body)] == [alert.heading, *alert.body]


def test_no_finding_says_nothing_at_all() -> None:
    alert = assess(["which shoes help"])
    assert alert.to_dict() == {
        "level": "none",
        "categories": [],
        "message": "",
        "matches": [],
        "rules": [],
        "heading": "",
        "body": [],
        "numbers": [],
        "can_retract": False,
    }


def test_no_card_says_that_all_is_well() -> None:
    texts = [
        line
        for region in regions().values()
        for shown in region.cards.values()
        for line in (shown.heading, *shown.body)
    ]
    assert [line for line in texts if "no red flag" in line.lower() or "all clear" in line.lower()] == []
    assert "cannot rule out" in advice().heading


def test_an_unknown_region_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="'mars', expected one of: neutral, uk, us, eu"):
        assess(["hello"], region="mars")


def test_a_card_can_be_retracted_only_where_no_lasting_rule_is_met() -> None:
    assert assess(["fever and backache"]).can_retract
    assert assess(["what is cauda equina"]).can_retract
    assert not assess([EMERGENCY]).can_retract
    assert not assess(["hello"]).can_retract


def test_quotes_carry_both_halves_in_at_most_eight_words() -> None:
    texts = (
        "my groin, which has been sore since the long drive on Monday, is numb",
        "I fell, I think it was on Tuesday evening after the rain had stopped, off a tall ladder",
        "the bladder that never gave me any trouble in sixty years leaks now",
    )
    for text in texts:
        for quote in assess([text]).matches:
            assert len(quote.replace("…", " ").split()) <= 8


def test_reasons_of_one_category_are_said_once() -> None:
    alert = assess(["my groin is numb and I can't pee and I wet myself"])
    assert len([line for line in alert.body if "nerves at the bottom of the spine" in line]) == 1
