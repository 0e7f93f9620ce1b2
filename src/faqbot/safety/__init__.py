"""Messages come in, an Alert comes out: red flags recognised by rules kept as data, without index or model."""

from faqbot.safety.cards import Card, card, regions, standing_banner
from faqbot.safety.conversation import assess

__all__ = ["Card", "assess", "card", "regions", "standing_banner"]
