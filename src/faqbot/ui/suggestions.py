"""`POST /suggest`: questions of the corpus for what has been typed so far.

What was typed is sent as a body, since addresses stand in server logs. Nothing of it is stored.
"""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from faqbot.errors import FaqbotError
from faqbot.service import Answering

SHOWN = 6


class Typed(BaseModel):
    """What stands in the box."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: str = Field(max_length=4000)


def suggestion_routes(bot: Answering) -> APIRouter:
    """Return `POST /suggest`, which gives {"suggestions": [...]}, empty where the index has none or cannot be read."""
    router = APIRouter()

    @router.post("/suggest", include_in_schema=False)
    def suggest(typed: Typed) -> JSONResponse:
        try:
            found = bot.suggest(typed.text, SHOWN)
        except FaqbotError:
            found = ()
        return JSONResponse({"suggestions": list(found)}, headers={"Cache-Control": "no-store"})

    return router
