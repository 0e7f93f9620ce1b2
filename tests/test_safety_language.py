"""Language identification: messages that are mostly not English get a reply with the numbers, English ones do not."""

import subprocess
import sys

import pytest

from faqbot.safety import detect_language, reply_if_not_english

OTHER = {
    "es": ("Me duele la espalda desde hace tres días", "No siento mis piernas", "no puedo orinar desde ayer"),
    "fr": ("j'ai mal au dos depuis lundi", "je ne sens plus mes jambes", "est-ce que je peux marcher"),
    "de": ("Ich habe Rückenschmerzen", "mein Bein ist taub seit heute", "ich will sterben"),
    "it": ("ho mal di schiena da una settimana", "non sento più le gambe", "posso correre con la sciatica"),
    "pt": ("estou com dor nas costas", "não consigo urinar desde ontem"),
    "pl": ("boli mnie plecy od tygodnia", "bolą mnie plecy i mam gorączkę"),
    "hi": ("mujhe kamar me dard hai", "meri taang sunn ho gayi hai", "kamar dard ke liye kya kare"),
    "ru": ("у меня болит спина и онемели ноги",),
    "zh": ("我的背很痛怎么办",),
}
ENGLISH = (
    "",
    "ok",
    "since monday",
    "sciatica, left leg",
    "lower back pain",
    "my lower back aches when I walk",
    "spondylolisthesis exercises please",
    "L5-S1 disc herniation",
    "Schmorl nodes and Scheuermann disease?",
    "dolor lumbar",
    "no fever no numbness no weakness",
    "cauda equina",
    "tai chi or qi gong",
    "ｍｙ ｂａｃｋ ｉｓ ｓｏｒｅ ｔｏｄａｙ",
)


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in OTHER.items() for text in texts])
def test_other_languages_are_detected(language: str, text: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_english_and_very_short_messages_are_english(text: str) -> None:
    assert detect_language(text) == "en"
    assert reply_if_not_english(text) == ""


def test_reply_gives_numbers_of_the_region_in_the_language_and_in_english() -> None:
    reply = reply_if_not_english("Ich habe Rückenschmerzen", region="uk")
    assert reply.split("\n") == [
        "Ich verstehe nur Englisch. Im Notfall rufen Sie an: 999.",
        "I only read English. If this may be an emergency, call 999.",
    ]


def test_language_without_a_text_of_its_own_gets_the_english_line() -> None:
    assert reply_if_not_english("у меня болит спина и онемели ноги").startswith("I only read English.")


def test_model_is_loaded_on_first_use_only() -> None:
    code = "import sys, faqbot.safety; faqbot.safety.assess(['my back hurts']); print('fasttext' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
