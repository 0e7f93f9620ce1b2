"""When it was, whose it is, and what explains it: each mechanism by a message and its look-alike."""

import pytest

from faqbot.safety import assess
from faqbot.safety.rules_file import load_rules
from faqbot.safety.triage import met_rules

UP = ("urgent", "emergency")


def _heard(*messages: str) -> bool:
    """Whether a rule calls for help."""
    return any(found.level in UP for found in met_rules(load_rules(), messages))


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        # "since my back went" ends nothing; "the numbness went" does
        ("he's very slow at the toilet since his back went", True),
        ("I had numbness in my groin on Monday but it went away", False),
        # a date belongs to the illness or event beside it
        ("had a kidney out for a growth some years ago, my back keeps me awake every night", True),
        ("foot ulcer last month, back ache and feeling hot and shivery", True),
        ("my foot was numb after surgery years ago, fine now", False),
        # an age that is long past, with a later one
        ("was in a bad car crash at 19, walked away, now 63 and stiff", False),
        ("came off my motorbike at fifty and my back is agony", True),
        # a finding that holds its own turn
        ("pain used to be left leg only, now the right has caught up with it", True),
    ],
)
def test_a_past_that_is_over_is_told_from_what_goes_on(message: str, heard: bool) -> None:
    assert _heard(message) is heard


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("no fever but should I do squats when both my legs have gone so weak I can't get up?", True),
        ("my legs are weak after squats", False),
        ("my husband's foot has gone pale blue and icy all of a sudden, thicker socks?", True),
        ("my foot goes white and cold in thin socks", False),
        ("can I use the cross trainer if both legs keep giving way since yesterday", True),
    ],
)
def test_a_reason_explains_only_what_it_belongs_to(message: str, heard: bool) -> None:
    assert _heard(message) is heard


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("he keeps saying he's fine but my husband's wet himself three times since his back gave out", True),
        ("a lad at work couldn't pee after his slipped disc, they operated and he's fine now", False),
        ("mum's had too many tramadol and is slurring", True),
        ("my son, 7, wakes up at night screaming with his back", True),
        ("my toddler likes to be carried and my back aches", False),
        ("the horse has a swollen hot leg so I'm mucking out double, back stiff", False),
    ],
)
def test_whose_it_is_is_told_apart(message: str, heard: bool) -> None:
    assert _heard(message) is heard


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("is a ripping feeling between the shoulder blades a pulled muscle, came out of nowhere 20 minutes ago", True),
        ("is a ripping feeling between the shoulder blades a sign of something", False),
        ("mate reckons numb legs means cancer", False),
        ("how long after a fever can I start walking", False),
        ("what's the difference between a pulled muscle and a heart attack", False),
        ("It's a flashcard I'm making. Loss of bladder control with back pain.", False),
        ("I'm a student nurse. Both legs numb and no control of bladder.", True),
        ("I work in A&E, all day it's people who can't pee. None of that is me, how do I lift", False),
    ],
)
def test_a_question_with_a_time_in_it_is_told(message: str, heard: bool) -> None:
    assert _heard(message) is heard


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("I just want it all to stop, for good", "emergency"),
        ("i don't want to die lol i just want to touch my toes", "none"),
        ("After my surgery in 2009 I didn't want to live, but that's long behind me, now only stiff", "none"),
        ("Those suicidal thoughts I had years ago are back", "emergency"),
        ("makes me want to die lol", "emergency"),
    ],
)
def test_despair_is_not_cleared_by_a_word_behind_it(message: str, level: str) -> None:
    assert assess([message]).level == level


def test_a_correction_goes_on_with_what_was_said() -> None:
    turns = ["my leg has been tingling since I twisted", "sorry, typo, legs, the two of them"]
    assert "both-legs-numb" in assess(turns).rules
    assert not _heard(turns[0])


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("I've wet myself since my back went. None of these tablets help.", True),
        ("People wet themselves with this, they say. None of that is me.", False),
        ("If I couldn't feel my bum should I go to A&E, because that's what's happening", True),
    ],
)
def test_none_of_it_counts_only_where_the_clause_ends_with_it(message: str, heard: bool) -> None:
    assert _heard(message) is heard


@pytest.mark.parametrize(
    "message",
    [
        "mum passed out on the sofa with back pain",
        "I was stabbed in the back last night",
        "hit by a car in the car park, spine hurts",
        "fever at the office today and my back is agony",
        "wasting away at an alarming rate, back aches",
        "I went through the roof of the barn, back in bits",
        "chest pain doing chest exercises and my back aches",
        "back bad as ever and I can't pee",
        "crashed the van driving for work yesterday, back sore",
        "I don't want to die but I keep thinking of ending my life",
    ],
)
def test_a_word_of_daily_life_hides_nothing(message: str) -> None:
    assert _heard(message)


@pytest.mark.parametrize(
    "explanation", ["only on the bike, goes off after ten minutes", "that was in 2011, all came back"]
)
@pytest.mark.parametrize("sign", ["numb bum", "my bum goes numb"])
def test_an_explanation_in_the_next_message_counts_as_in_the_same_one(sign: str, explanation: str) -> None:
    assert not _heard(f"{sign}, {explanation}")
    assert not _heard(sign, explanation)
    assert _heard(sign)


@pytest.mark.parametrize(
    "reply",
    ["no", "it was fine this morning", "should I cycle to hospital?", "last year I had a disc op", "since Monday"],
)
def test_a_reply_that_explains_nothing_leaves_an_emergency_standing(reply: str) -> None:
    assert assess(["I can't feel my groin", reply]).level == "emergency"


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        # what has its own clause has its own date
        ("I can't feel my legs, last year I had a disc op", True),
        ("last year I had a disc op and I can't feel my legs", True),
        ("leg is getting weaker every week, last month I managed the stairs", True),
        ("last year, my legs went numb", False),
        ("my legs went numb, that was last year", False),
        # a list that is denied ends where a clause begins
        ("don't have any saddle numbness or leg weakness just pain when I walk far", False),
        ("no numbness or weakness, groin numb", True),
        # not a name for an animal, and not a scene that is only watched
        ("his right foot hangs down, he lifts his knee high like a pony", True),
        ("watching a film where a guy cannot move his legs, mine are only stiff", False),
        ("I write crime novels, how soon would a stabbed man lose feeling in his legs", False),
        # "never had pain like it" denies no pain
        ("82, on alendronic acid, lifted a box, never had back pain like it", True),
    ],
)
def test_a_clause_is_judged_by_itself(message: str, heard: bool) -> None:
    assert _heard(message) is heard
