"""REST under `/api/`: parse a request, call the service layer, format its result as JSON."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

import faqbot
from faqbot.errors import FaqbotError
from faqbot.feedback import FeedbackRecorder
from faqbot.server.auth import bearer
from faqbot.server.concurrency import RETRY_AFTER, BusyError, ConcurrencyLimit
from faqbot.server.openapi import add_openapi
from faqbot.server.schemas import (
    AnswerRequest,
    AnswerResponse,
    AssessRequest,
    ErrorBody,
    FeedbackBody,
    FeedbackResponse,
    StatusResponse,
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

_STATUS = {"invalid_request": 422, "unavailable": 503, "internal_error": 500}
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The body is not JSON"},
    401: {"model": ErrorBody, "description": "The bearer token is missing or wrong, on a server that asks for one"},
    413: {"model": ErrorBody, "description": "The body is larger than the server takes"},
    415: {"model": ErrorBody, "description": "The header Content-Type: application/json is missing"},
    422: {"model": ErrorBody, "description": "The question or history cannot be used; `alert` is what was seen in it"},
    500: {"model": ErrorBody, "description": "Something broke; `alert` is what was seen in the question"},
    503: {"model": ErrorBody, "description": "Too many requests (see Retry-After), or there is no index"},
}
_FEEDBACK_ERRORS = _ERRORS | {
    404: {"model": ErrorBody, "description": "Feedback is off on this server"},
    422: {"model": ErrorBody, "description": "The feedback cannot be used, or its passage is not in the index in use"},
    503: {"model": ErrorBody, "description": "Too many requests (see Retry-After), or the feedback cannot be kept"},
}
_EXAMPLE = '{"question": "..."}'


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with. Without a recorder feedback is off: described all the same, and answered with 404."""

    bot: Answering
    settings: Settings
    recorder: FeedbackRecorder | None
    limit: ConcurrencyLimit


async def get_services(request: Request) -> Services:
    """Return the services of this app; a program that embeds it may override this dependency."""
    services: Services = request.app.state.services
    return services


Injected = Annotated[Services, Depends(get_services)]
router = APIRouter(prefix="/api")
status_router = APIRouter(prefix="/api")


def add_rest(app: FastAPI, services: Services) -> None:
    """Serve `/api/answer`, `assess`, `feedback`, `health`, `ready`, `openapi.json` and `docs`."""
    app.state.services = services
    app.include_router(router, dependencies=[Depends(bearer)] if services.settings.token else [])
    app.include_router(status_router)
    add_openapi(app, services.bot, services.settings.frame_ancestors)
    app.add_api_route("/api/{rest:path}", _not_found, methods=[*_METHODS], include_in_schema=False)
    app.add_exception_handler(RequestValidationError, _invalid_request)


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@router.post("/answer", response_model=AnswerResponse, responses=_ERRORS, summary="Answer a question")
async def answer(body: AnswerRequest, services: Injected) -> Response:
    """Return passages that answer the question, word for word and with their sources, and the alert."""
    bot, recorder = services.bot, services.recorder
    return await _respond(
        services, lambda: safe_answer(bot, body.question, body.history, top_k=body.top_k, recorder=recorder)
    )


@router.post("/assess", response_model=Alert, responses=_ERRORS, summary="Assess messages")
async def assess(body: AssessRequest, services: Injected) -> Response:
    """Return only the alert for the person's messages, oldest first; needs no index."""
    most = services.settings.max_history
    return await _respond(services, lambda: assess_conversation(services.bot, body.messages, most=most))


@router.post("/feedback", response_model=FeedbackResponse, responses=_FEEDBACK_ERRORS, summary="Give feedback")
async def feedback(body: FeedbackBody, services: Injected) -> Response:
    """Keep a verdict on an answer, without personal data, on a server whose operator turned feedback on."""
    recorder = services.recorder
    if recorder is None:
        return _error(404, "Feedback is off on this server. Turn it on with: faqbot serve --feedback FILE")
    request = FeedbackRequest(**body.model_dump())
    most = services.settings.max_question_chars
    return await _respond(services, lambda: save_feedback(services.bot, recorder, request, most=most))


@status_router.get("/health", response_model=StatusResponse, summary="Is the process alive?")
async def liveness() -> Response:
    """Return 200 while the process is alive."""
    return _status("alive")


@status_router.get("/ready", response_model=StatusResponse, responses={503: _ERRORS[503]}, summary="Can it answer?")
async def readiness(services: Injected) -> Response:
    """Return 200 while questions can be answered: the index is open, and the engine answers where it is on one."""
    try:
        await to_thread.run_sync(services.bot.ready)
    except FaqbotError as error:
        return _error(503, str(error))
    return _status("ready")


def _status(state: str) -> JSONResponse:
    return JSONResponse({"status": state, "version": faqbot.__version__, "process": os.getpid()})


async def _respond(
    services: Services, call: Callable[[], Answer | Alert | FeedbackSaved | ErrorResponse]
) -> JSONResponse:
    try:
        result = await services.limit.run(call)
    except BusyError as error:
        return JSONResponse({"error": str(error)}, 503, {"Retry-After": str(RETRY_AFTER)})
    return JSONResponse(result.to_dict(), _STATUS[result.reason] if isinstance(result, ErrorResponse) else 200)


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status)


async def _not_found(request: Request) -> Response:
    return _error(404, f"There is nothing here to {request.method}. See /api/docs")


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    """The first thing wrong with a request, by its place and without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        found = "another Content-Type" if media_type else "no Content-Type"
        return _error(415, f"Found {found}, expected JSON. Send the header: Content-Type: application/json")
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _error(400, f"The body is not JSON. Send for example {_EXAMPLE}")
    place = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return _error(422, f"{place}: {first['msg']}. See /api/docs")
