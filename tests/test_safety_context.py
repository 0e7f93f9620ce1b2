"""ConText: negated, hypothetical, of another experiencer, each message beside its look-alike."""

import pytest

from faqbot.safety.rules_file import load_rules
from faqbot.safety.triage import met_rules


def _level(*messages: str) -> str:
    """The highest level of the rules that fire."""
    return next((found.level for found in met_rules(load_rules(), messages)), "none")


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("no numbness in the groin yet", "emergency"),  # it may come
        ("my groin isn't numb yet but it tingles", "emergency"),
        ("no red flags: numb groin, fever", "none"),
        ("numb groin? no red flags", "emergency"),
        ("fever, numb groin and weight loss: all clear", "none"),
        ("the GP asked about a numb groin and the answer is no", "none"),
        ("the nurse asked about a numb groin, I said no, but I have it now", "emergency"),
        ("a numb groin and a fever. None of that is me", "none"),
        ("a numb groin and a fever. None of these pills work", "emergency"),
        ("not me. numb groin", "emergency"),
        ("I do not want to die", "none"),
        ("no fever, I want to die", "emergency"),
    ],
)
def test_a_denial_of_a_whole_list_is_told_from_other_words_like_it(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("no tingling, numbness, weakness", "none"),
        ("no fever, chills", "conditional"),  # one comma and no "or" may begin what there is
        ("no chills, fever, back aches", "none"),
        ("no tingling, numbness in the groin", "emergency"),
        ("no numbness or weakness in my legs", "none"),
        ("no numbness nor weak legs", "none"),
        ("no weak or numb legs since monday", "none"),
        ("no fever and chills", "none"),
        ("no fever and chills since monday", "none"),
        ("no pain and numb groin", "emergency"),
        ("no fever or chills or weight loss", "none"),
        ("I do not at all now have any kind of significant or obvious new numbness in my groin", "none"),
        ("no numbness, no weakness. Fever", "conditional"),
        ("no. numb groin", "emergency"),
        ("no aching, tingling, fever", "none"),  # two commas make a list
        ("no aching, fever", "conditional"),
        ("no fever (chills)", "conditional"),
        ("nothing or numb groin", "none"),
        ("neither numb nor weak in both legs", "none"),
        ("no fever but chills", "conditional"),
        ("no fever or even a hint of any chills", "none"),
        ("no fever, no chills, and no numb groin", "none"),
        ("no numbness and weakness in both legs", "none"),
        ("no weakness and numb groin", "emergency"),
        ("no problem, numb groin", "emergency"),
    ],
)
def test_a_denial_in_front_reaches_along_a_list_and_no_further(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("fever: no", "none"),
        ("numbness in the groin: none at all", "none"),
        ("numb groin no", "none"),
        ("numb groin? no", "none"),
        ("numb groin? no idea what to do", "emergency"),
        ("fever (no), chills (none), numb groin (no)", "none"),
        ("fever no, numb groin yes", "emergency"),
        ("fever chills none", "none"),
        ("fever - none", "none"),
        ("fever, none", "none"),
        ("weakness or fever: no", "none"),
        ("fever of any kind no", "none"),
        ("fever of any kind at all really no", "none"),
        ("numb groin not really", "none"),
        ("numb groin in the morning no", "emergency"),
        ("numb groin: normal people walk", "emergency"),
        ("numb groin fine shoes", "emergency"),
        ("numbness in my groin is better now", "none"),
        ("numb groin since my back went", "emergency"),
        ("wet myself, since my back went", "emergency"),
        ("numb groin I went to the GP", "emergency"),
        ("numb groin when I went", "emergency"),
        ("my groin was numb on the first day but was normal the next morning", "none"),
        ("numb groin. It has gone", "emergency"),
        ("numb groin. but was normal", "emergency"),
        ("my leg weakness after that long walk has gone", "urgent"),
        ("leg weakness has now gone", "none"),
        ("leg weakness stopped", "none"),
        ("leg weakness stopped me from walking", "urgent"),
        ("my cancer has gone, back aches", "urgent"),  # the risk stays
        ("osteoporosis resolved, fell on my back", "urgent"),
    ],
)
def test_what_is_over_or_answered_behind_is_told_from_what_only_sounds_so(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("homework: why does a numb groin matter", "conditional"),
        ("It's a quiz question. Numb groin and fever", "conditional"),
        ("Numb groin and fever. It's a quiz question", "conditional"),
        ("It's a quiz question. My groin is numb", "emergency"),
        ("Numb groin. I saw it on a walk. It's a quiz question", "emergency"),
        ("if somebody has a numb groin", "conditional"),
        ("what if my groin goes numb", "conditional"),
        ("my groin is numb, what if it stays", "emergency"),
        ("it is as if somebody numbed my groin, numb groin", "emergency"),
        ("laugh if you like but my groin is numb", "emergency"),
        ("should you worry if you have a numb groin", "conditional"),
        ("cauda equina", "conditional"),
        ("I have cauda equina", "emergency"),
        ("is it cauda equina", "conditional"),
        ("I have had bad cauda equina", "emergency"),
        ("do I have cauda equina", "conditional"),
        ("I have a cold and read about cauda equina", "conditional"),
    ],
)
def test_what_is_supposed_or_read_of_is_told_from_what_somebody_has(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("what is a numb groin", "conditional"),
        ("what is a numb groin, I am scared", "emergency"),
        ("what is a numb groin and weak legs", "conditional"),
        ("numb groin, what does that mean", "conditional"),
        ("numb groin, and walking is hard, what does it mean", "emergency"),
        ("is numbness in the groin serious", "conditional"),
        ("is a numb groin serious, began today", "emergency"),
        ("numbness in the groin is serious", "emergency"),
        ("does a numb groin hurt", "conditional"),
        ("how to walk with a numb groin", "emergency"),
        ("how do I walk with a numb groin", "emergency"),
        ("why numb groin", "conditional"),
        ("do you know what causes a numb groin", "conditional"),
        ("what causes fever, numb groin", "conditional"),
        ("what causes back ache but numb groin", "emergency"),
        ("what causes back ache and numb groin", "conditional"),
        ("numb groin but what is a sign of sciatica", "emergency"),
        ("numb groin and sciatica, a sign of what", "conditional"),
        ("he has a numb groin, is it serious", "emergency"),
        ("is his numb groin serious", "emergency"),
        ("can a person have a numb groin", "conditional"),
        ("does fever matter", "conditional"),
        ("does my fever matter", "conditional"),
    ],
)
def test_a_question_about_it_is_told_from_a_question_beside_it(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("my dog has a numb groin", "none"),
        ("my dog bit me and my groin is numb", "emergency"),
        ("walking my dog, numb groin", "emergency"),
        ("my groin is numb, the dog is fine", "emergency"),
        ("numb groin after lifting the dog", "emergency"),
        ("the bike lost control and my groin is numb", "emergency"),
        ("the drone, lost bladder control", "emergency"),
        ("the drone that we had lost bladder control", "emergency"),
        ("in the film he can't feel his legs", "none"),
        ("after the film I can't feel my legs", "emergency"),
        ("numb groin in the film", "none"),
        ("while reading a book his groin went numb", "emergency"),
    ],
)
def test_an_animals_or_a_storys_is_told_from_ones_own_beside_it(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("cancer runs in my family and my back aches", "none"),
        ("my mother had cancer, back aches", "none"),
        ("mother with a bad old case of cancer, back aches", "none"),
        ("mother with a very bad old case of cancer, back aches", "urgent"),  # too far apart to tell
        ("my mother has cancer and her back aches", "urgent"),
        ("dad had a numb groin in 2003", "none"),
        ("dad has had a numb groin since monday", "emergency"),
        ("dad had a numb groin today", "emergency"),
        ("dad wet himself and I wet myself", "emergency"),
        ("dad says I wet myself", "emergency"),
        ("dad suffered with his chest and has chest pain", "emergency"),
        ("dad had his tea and then chest pain", "emergency"),
        ("my back is fine but my old dad had a numb groin", "none"),
        ("dad wet himself, he is fine now", "none"),
        ("dad wet himself, he says he's fine now", "emergency"),  # it is he who says so
        ("my neighbour has leg weakness but says he's recovered", "urgent"),
        ("my late dad had chest pain", "none"),
        ("chest pain, my late dad", "emergency"),
        ("my late dad, and I have chest pain", "emergency"),
        ("neighbour's leg weakness, mine merely aches", "none"),
        ("mine merely aches, neighbour's legs are both weak", "emergency"),
        ("my neighbour had leg weakness but is fully recovered", "none"),
        ("my neighbour had leg weakness and still does", "urgent"),
        ("mum fell off a ladder years ago", "none"),
        ("mum fell off a ladder", "emergency"),
    ],
)
def test_somebody_elses_past_is_told_from_what_they_have_now(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("wet from the rain, wet myself", "emergency"),
        ("lost weight because I'm dieting", "none"),
        ("lost weight without dieting", "urgent"),
        ("lost weight not dieting", "urgent"),
        ("legs numb and not from the cold", "emergency"),
        ("lost weight, should I diet?", "none"),
        ("dieting when I lost weight", "none"),
        ("weight loss and dieting", "none"),
        ("legs numb from the cold", "none"),
        ("legs numb, it is cold", "emergency"),
        ("both my legs are weak, how do I run", "emergency"),
    ],
)
def test_a_reason_is_told_from_the_same_word_beside_it(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("years ago my groin was numb", "none"),
        ("my groin was numb years ago", "none"),
        ("my groin was numb years ago and it still is", "emergency"),
        ("my groin was numb years ago, fully recovered, still walking", "none"),
        ("my groin was numb years ago but now my leg is weak", "urgent"),
        ("years ago, now my groin is numb", "emergency"),
        ("fully recovered from numbness in the groin", "none"),
        ("recovered from fever and chills", "none"),
        ("recovered from a really bad bout of numbness in the groin", "none"),
        ("recovered from a really very bad bout of numbness in the groin", "emergency"),  # too far apart to tell
        ("recovered from flu, numb groin", "emergency"),  # it is the flu that is over
        ("recovered, numb groin", "emergency"),
        ("got over the flu and then my groin went numb", "emergency"),
        ("got over the flu and my groin is numb", "emergency"),
        ("got over the long hard winter and then my groin went numb", "emergency"),
        ("cancer in 2010, now numb groin", "emergency"),
        ("cancer in 2010 numb groin", "emergency"),
        ("a fall in 2010, numb groin", "emergency"),
        ("numb groin, a fall in 2010", "emergency"),
        ("numb groin after surgery in 2010", "none"),
        ("numb groin in 2010, cancer in 2012", "emergency"),
        ("car crash at 19", "emergency"),
        ("car crash at 19, now 63", "none"),
        ("now 63, car crash at 19", "emergency"),
        ("car crash at 19, now 63, back hurts since monday", "emergency"),
        ("car crash at 19, fine since", "none"),
        ("car crash at 45, now 63", "emergency"),
        ("car crash in 1990", "none"),
        ("car crash years ago, back hurts today", "none"),
        ("car crash yesterday, back surgery years ago", "emergency"),  # the date beside it counts
        ("years ago I had surgery but yesterday I crashed my car", "emergency"),
        ("suicidal years ago but fully recovered", "none"),
        ("years ago weak in one leg, now both legs are numb", "emergency"),
        ("my groin was numb years ago. Now it is back", "emergency"),
        ("years ago I had a numb groin. It has come back", "emergency"),
        ("had saddle numbness 3 years ago. it returned this week", "emergency"),
        ("I had cauda equina in 2015. now the same symptoms are back", "emergency"),
        ("my groin was numb years ago. It never came back.", "none"),
        ("my groin was numb years ago. It went away. Now I walk fine", "none"),
        ("my groin was numb years ago. It is fine now, my back started hurting again", "none"),
        ("my groin was numb years ago. The back pain is back now", "none"),
        ("my groin was numb years ago. It", "none"),
        ("my groin was numb years ago, now its back", "emergency"),
        ("my groin was numb years ago now it's back", "emergency"),
        ("my groin was numb years ago. It has just started again", "emergency"),
        ("my groin was numb years ago, but its back", "emergency"),
        ("my groin was numb years ago, it's back", "emergency"),
        ("my groin was numb years ago, it is back to normal", "none"),
        ("my groin was numb years ago, its ok my back is sore", "none"),
        ("my groin was numb years ago, the dog hurt its back", "none"),
        ("my groin was numb years ago. This time it is my back again", "none"),
    ],
)
def test_what_is_long_over_is_told_from_what_began_since(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("can my numb groin be normal", "emergency"),
        ("numb groin, should be fine", "emergency"),
        ("can a numb groin be normal, came on an hour ago", "emergency"),
        ("my wife has cauda equina", "emergency"),
        ("my wife had cauda equina", "none"),
        ("does my neighbour have cauda equina", "conditional"),
        ("my mother has cancer, my back aches", "none"),
    ],
)
def test_hoping_is_no_denial_and_an_illness_of_somebody_close_is_no_family_history(message: str, level: str) -> None:
    assert _level(message) == level


@pytest.mark.parametrize(
    ("messages", "level"),
    [
        (["my groin feels sore", "and now it is numb"], "emergency"),
        (["my back hurts", "and now it is numb"], "none"),
        (["my groin feels sore", "no fever", "and now it is numb"], "none"),  # only the message before
        (["numb feet in the cold", "and weak too"], "none"),
        (["neither weak legs nor pain", "it's numb now"], "emergency"),
        (["what is cauda equina", "I think I have it"], "emergency"),
        (["what is cauda equina", "how do I lift?", "I think I have it"], "emergency"),
        (["I think I have it", "what is cauda equina"], "conditional"),
    ],
)
def test_a_message_goes_on_with_the_one_before_it(messages: list[str], level: str) -> None:
    assert _level(*messages) == level
