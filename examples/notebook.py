"""The bot as a function, step by step: python examples/notebook.py [INDEX]"""
# ruff: noqa: T201

import sys

from faqbot import FaqBot

# %% Open the index once; it serves every question.
bot = FaqBot.load(sys.argv[1] if len(sys.argv) > 1 else "index")

# %% Ask. The alert comes before everything else.
answer = bot.answer("how should I start walking again?", history=["my lower back aches on long walks"])
if answer.alert.level != "none":
    print(answer.alert.message)

# %% The best passage, word for word, with the sentence that answers and where it comes from.
if answer.answered:
    best = answer.hits[0]
    print(best.passage.text)
    print("The words that answer:", [best.passage.text[start:end] for start, end in best.highlights])
    print("From:", best.passage.document_id, best.passage.headings, best.passage.url)
else:
    print("No answer.")

# %% How sure, and what else the corpus answers nearby.
print(answer.band, round(answer.confidence, 2), answer.suggestions)

# %% Only the safety rules: no index and no model needed.
print(bot.assess(["my back hurts", "and now I can't pee"]).level)
bot.close()
