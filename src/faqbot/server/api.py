"""`/api/*` added to an app: each request becomes one call of the bot, each error one clear answer."""

import os
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import HTMLResponse, JSONResponse, Response

import faqbot
from faqbot.errors import FaqbotError
from faqbot.feedback import FeedbackRecorder
from faqbot.server.concurrency import BusyError, Turnstile
from faqbot.server.openapi_page import docs_page
from faqbot.server.schemas import (
    AlertForm,
    AnswerForm,
    Conversation,
    FeedbackGiven,
    FeedbackKept,
    Problem,
    Question,
    Status,
)
from faqbot.service import (
    Answering,
    ErrorResponse,
    FeedbackRequest,
    FeedbackSaved,
    assess_conversation,
    safe_answer,
    save_feedback,
)
from faqbot.settings import Settings
from faqbot.types import Alert, Answer

_RETRY_SECONDS = "1"
_STATUS = {"invalid_request": 422, "unavailable": 503, "internal_error": 500}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON"},
    401: {"model": Problem, "description": "The bearer token is missing or wrong, on a server that asks for one"},
    413: {"model": Problem, "description": "The body is larger than the server takes"},
    422: {"model": Problem, "description": "The question or history cannot be used; `alert` is what was seen in it"},
    500: {"model": Problem, "description": "Something broke; `alert` is what was seen in the question"},
    503: {"model": Problem, "description": "Too many requests (see Retry-After), or there is no index"},
}

_FEEDBACK_PROBLEMS = _PROBLEMS | {
    404: {"model": Problem, "description": "Feedback is off on this server"},
    422: {"model": Problem, "description": "The feedback cannot be used, or its passage is not in the index in use"},
    503: {"model": Problem, "description": "Too many requests (see Retry-After), or the feedback cannot be kept"},
}


def add_rest(app: FastAPI, bot: Answering, settings: Settings, recorder: FeedbackRecorder | None = None) -> None:
    """Serve `/api/answer`, `assess`, `feedback`, `health`, `ready`, `openapi.json` and `docs`.

    Without a recorder feedback is off: it is described all the same, and answered with 404.
    """
    app.include_router(_asking(bot, settings, recorder))
    app.include_router(_status(app, bot))
    app.add_exception_handler(RequestValidationError, _invalid)


def _asking(bot: Answering, settings: Settings, recorder: FeedbackRecorder | None) -> APIRouter:
    router = APIRouter(prefix="/api")
    turnstile = Turnstile(settings.concurrency, settings.queue_limit)

    @router.post("/answer", response_model=AnswerForm, responses=_PROBLEMS)
    async def answer(body: Question) -> Response:
        """Answer a question with passages word for word, the alert first."""
        return await _reply(
            turnstile, lambda: safe_answer(bot, body.question, body.history, top_k=body.top_k, recorder=recorder)
        )

    @router.post("/assess", response_model=AlertForm, responses=_PROBLEMS)
    async def assess(body: Conversation) -> Response:
        """Say only what the safety rules see in the person's messages, oldest first."""
        return await _reply(turnstile, lambda: assess_conversation(bot, body.messages, most=settings.max_history))

    @router.post("/feedback", response_model=FeedbackKept, responses=_FEEDBACK_PROBLEMS)
    async def feedback(body: FeedbackGiven) -> Response:
        """Keep what somebody says of an answer, without personal data, on a server whose operator turned that on."""
        if recorder is None:
            return _problem(404, "Feedback is off on this server. Turn it on with: faqbot serve --feedback FILE")
        opinion = FeedbackRequest(**body.model_dump())
        return await _reply(turnstile, lambda: save_feedback(bot, recorder, opinion, most=settings.max_question_chars))

    return router


def _status(app: FastAPI, bot: Answering) -> APIRouter:
    router = APIRouter(prefix="/api")

    @router.get("/health", response_model=Status)
    async def health() -> Response:
        """Whether the process is alive."""
        return JSONResponse({"status": "alive", "version": faqbot.__version__, "process": os.getpid()})

    @router.get("/ready", response_model=Status, responses={503: _PROBLEMS[503]})
    async def ready() -> Response:
        """Whether questions can be answered: the index is open, and the engine answers where passages are on one."""
        try:
            await to_thread.run_sync(bot.ready)
        except FaqbotError as error:
            return _problem(503, str(error))
        return JSONResponse({"status": "ready", "version": faqbot.__version__, "process": os.getpid()})

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(app.openapi())

    @router.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()))

    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def nothing(request: Request) -> Response:
        return _problem(404, f"There is nothing here to {request.method}. See /api/docs")

    return router


async def _reply(
    turnstile: Turnstile, call: Callable[[], Answer | Alert | FeedbackSaved | ErrorResponse]
) -> JSONResponse:
    try:
        result = await turnstile.run(call)
    except BusyError as error:
        return JSONResponse({"error": str(error)}, 503, {"Retry-After": _RETRY_SECONDS})
    return JSONResponse(result.to_dict(), _STATUS[result.reason] if isinstance(result, ErrorResponse) else 200)


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """The first thing wrong with a body, by its place and without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _problem(400, 'The body is not JSON. Send for example {"question": "why does my back hurt when I walk"}')
    place = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return _problem(422, f"{place}: {first['msg']}. See /api/docs")
