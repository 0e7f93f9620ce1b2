"""An answer inside a Flask application: flask --app examples/flask_app run"""

import os

from flask import Flask, Response, jsonify, request

from faqbot import FaqBot
from faqbot.service import ErrorResponse, safe_answer

app = Flask(__name__)
bot = FaqBot.load(os.environ.get("FAQBOT_INDEX", "index"))  # once for all requests; it serves many threads


@app.post("/ask")
def answer() -> tuple[Response, int]:
    """{"question": "...", "history": ["..."]} -> the answer, or {"error", "alert"}: show the alert first in either."""
    body = request.get_json()
    reply = safe_answer(bot, body["question"], body.get("history", []))
    return jsonify(reply.to_dict()), 422 if isinstance(reply, ErrorResponse) else 200
