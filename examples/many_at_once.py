"""Questions answered side by side from an asyncio program: python examples/many_at_once.py [INDEX]"""
# ruff: noqa: T201

import asyncio
import sys

from faqbot import FaqBot

QUESTIONS = ("which shoes help?", "is walking bad for a slipped disc?", "should I rest or keep moving?")


async def main(index: str) -> None:
    """One bot for all; each answer takes a thread for some milliseconds and holds up nobody."""
    with FaqBot.load(index) as bot:
        answers = await asyncio.gather(*(asyncio.to_thread(bot.answer, question) for question in QUESTIONS))
    for answer in answers:
        print(f"{answer.question}\n  {answer.band}: {answer.hits[0].passage.question or answer.hits[0].passage.title}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "index"))
