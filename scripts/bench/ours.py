"""FaqBot in the place of plain.py: ours.py INDEX serves turns of questions."""

import sys

from serving import serve

from faqbot import FaqBot

with FaqBot.load(sys.argv[1]) as bot:
    serve(bot.answer)
