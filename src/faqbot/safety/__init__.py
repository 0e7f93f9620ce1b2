"""Messages come in, an Alert comes out: red flags recognised by rules kept as data, without index or model."""

from faqbot.safety.cards import Card, advice, card, regions, standing_banner
from faqbot.safety.conversation import assess
from faqbot.safety.listing import Checked, check_rules, list_rules
from faqbot.safety.symptom_check import ANSWERS, AnswerError, Question, conclude, questions

__all__ = [
    "ANSWERS",
    "AnswerError",
    "Card",
    "Checked",
    "Question",
    "advice",
    "assess",
    "card",
    "check_rules",
    "conclude",
    "list_rules",
    "questions",
    "regions",
    "standing_banner",
]
