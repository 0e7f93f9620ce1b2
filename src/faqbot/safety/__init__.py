"""Red flags recognised in messages by rules kept as data; needs no index and no model."""

from faqbot.safety.cards import Card, advice, card, regions, standing_banner
from faqbot.safety.language import detect_language, reply_if_not_english
from faqbot.safety.review import RulesCheck, check_rules, list_rules
from faqbot.safety.rules_file import NO_RULES, SHIPPED_RULES
from faqbot.safety.symptom_check import ANSWERS, AnswerError, Question, conclude, questions
from faqbot.safety.triage import RETRACTION, assess

__all__ = [
    "ANSWERS",
    "NO_RULES",
    "RETRACTION",
    "SHIPPED_RULES",
    "AnswerError",
    "Card",
    "Question",
    "RulesCheck",
    "advice",
    "assess",
    "card",
    "check_rules",
    "conclude",
    "detect_language",
    "list_rules",
    "questions",
    "regions",
    "reply_if_not_english",
    "standing_banner",
]
