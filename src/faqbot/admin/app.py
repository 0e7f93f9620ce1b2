"""The owner's page as an ASGI app of its own, with its own limits and headers, in front of the other routes."""

import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from faqbot.admin import pages
from faqbot.admin.sessions import COOKIE, Session, Sessions, same_csrf
from faqbot.admin.staging import MAX_UPLOAD, Staging
from faqbot.admin.tasks import PUBLISH_SECONDS, run_task
from faqbot.errors import FaqbotError
from faqbot.feedback import feedback_statistics, read_counts, read_entries
from faqbot.index import current_name, rollback
from faqbot.server.middleware import SecurityHeaders, SizeLimit
from faqbot.service import Answering, ErrorResponse, safe_answer
from faqbot.settings import Settings

log = logging.getLogger(__name__)

PATH = "/admin"
_MAX_FILES = 200
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

Handler = Callable[[Request, Session, FormData], Awaitable[Response]]


@dataclass(slots=True)
class Job:
    """The publication under way, or how the last one ended."""

    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    notice: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: getattr(self, name) for name in ("running", "step", "done", "total", "error", "notice")}


def admin_app(bot: Answering, settings: Settings) -> ASGIApp:
    """Return the app for `/admin`. The settings name corpus, index, feedback file and token."""
    owner = OwnerPage(bot, settings)
    app = Starlette(
        routes=[
            Route(PATH, owner.root),
            Route(f"{PATH}/", owner.documents),
            Route(f"{PATH}/login", owner.login, methods=["POST"]),
            Route(f"{PATH}/document", owner.document),
            Route(f"{PATH}/check", owner.check),
            Route(f"{PATH}/try", owner.try_question),
            Route(f"{PATH}/unanswered", owner.unanswered),
            Route(f"{PATH}/progress", owner.progress),
            Route(f"{PATH}/admin.css", _asset("admin.css", "text/css")),
            Route(f"{PATH}/admin.js", _asset("admin.js", "text/javascript")),
            *(
                Route(f"{PATH}/{name}", owner.changing(handler), methods=["POST"])
                for name, handler in {
                    "logout": owner.logout,
                    "upload": owner.upload,
                    "remove": owner.remove,
                    "restore": owner.restore,
                    "promote": owner.promote,
                    "entry": owner.entry,
                    "publish": owner.publish,
                    "rollback": owner.roll_back,
                }.items()
            ),
        ],
        middleware=[
            Middleware(SecurityHeaders, frame_ancestors="'none'"),
            Middleware(SizeLimit, limit=MAX_UPLOAD),
        ],
    )
    return app


class OwnerPage:
    """The handlers. A page shows what is there; whatever changes something is a POST with the session's CSRF token."""

    def __init__(self, bot: Answering, settings: Settings) -> None:
        self.bot = bot
        self.settings = settings
        self.index = Path(settings.index)
        self.staging = Staging(Path(settings.corpus), self.index.with_name(f"{self.index.name}.staging"))
        self.sessions = Sessions(settings.admin_token)
        self.job = Job()
        self._start = threading.Lock()

    async def root(self, request: Request) -> Response:
        """Send a browser to the page with its slash, on which relative links rest."""
        return _to("admin/")

    async def login(self, request: Request) -> Response:
        """Start a session for the right token."""
        if not _same_origin(request):
            return _refused("This form came from another site. Open the page and log in there.", 403)
        address = request.client.host if request.client else ""
        if self.sessions.wrong_tokens.full(address):
            return _refused("Too many wrong tokens. Wait a minute, then try again.", 429)
        async with request.form(max_files=0, max_fields=5) as form:
            name = self.sessions.log_in(str(form.get("token", "")), address)
        if not name:
            return _refused("That is not the token.", 401)
        response = _to("./")
        response.set_cookie(
            COOKIE,
            name,
            max_age=12 * 3600,
            path=None,  # which a browser takes for the folder of this page, also behind a proxy
            httponly=True,
            samesite="strict",
            secure=_is_https(request),
        )
        return response

    async def documents(self, request: Request) -> Response:
        """Show all documents."""
        session = self._session(request)
        if session is None:
            return _page(pages.login_page())
        try:
            entries = await to_thread.run_sync(self.staging.entries)
            html = pages.documents_page(
                entries,
                session.csrf,
                self._notices(session),
                job=self.job.to_dict(),
                pending=self.staging.pending(),
                undoable=self._undoable(),
            )
        except FaqbotError as error:
            html = pages.message_page("Documents", str(error), session.csrf)
        return _page(html)

    async def document(self, request: Request) -> Response:
        """Show how a document is read and split."""
        document_id = request.query_params.get("id", "")

        def show(session: Session) -> str:
            path = self.staging.path(document_id)
            found = run_task("preview", self.settings, path=str(path.resolve()), document_id=document_id)
            return pages.preview_page(document_id, found, session.csrf)

        return await self._shown(request, "Document", show)

    async def check(self, request: Request) -> Response:
        """Show the lint issues of the corpus as it would be published."""
        return await self._shown(
            request,
            "Check",
            lambda session: pages.check_page(
                run_task("check", self.settings, corpus=str(self._merged("check"))), session.csrf
            ),
        )

    async def try_question(self, request: Request) -> Response:
        """Answer a question from what is published, with scores."""
        question = request.query_params.get("q", "")

        def show(session: Session) -> str:
            found = safe_answer(self.bot, question, top_k=10) if question.strip() else None
            if isinstance(found, ErrorResponse):
                return pages.try_page(question, None, found.message, session.csrf)
            return pages.try_page(question, found, "", session.csrf)

        return await self._shown(request, "Try a question", show)

    async def unanswered(self, request: Request) -> Response:
        """Show unanswered questions in groups, and counts per day."""

        def show(session: Session) -> str:
            if not self.settings.feedback:
                words = "Feedback is off. Start the server with: faqbot serve --feedback FILE"
                return pages.message_page("Unanswered questions", words, session.csrf)
            found = run_task("groups", self.settings, corpus=str(self._merged("groups")))
            path = Path(self.settings.feedback)
            by_day = feedback_statistics(read_counts(path), read_entries(path)).by_day
            return pages.unanswered_page(found, by_day, session.csrf, self._notices(session))

        return await self._shown(request, "Unanswered questions", show)

    async def progress(self, request: Request) -> Response:
        """Return the state of the publication as JSON."""
        if self._session(request) is None:
            return JSONResponse({"error": "Log in first."}, 401)
        return JSONResponse(self.job.to_dict())

    async def logout(self, request: Request, session: Session, form: FormData) -> Response:
        """End the session."""
        self.sessions.log_out(request.cookies.get(COOKIE, ""))
        return _to("./")

    async def upload(self, request: Request, session: Session, form: FormData) -> Response:
        """Keep uploaded files as waiting changes; each is read once, and one that cannot be read is refused."""
        for upload in form.getlist("files"):
            if isinstance(upload, UploadFile) and upload.filename:
                content = await upload.read()
                session.notices.append(await to_thread.run_sync(self._keep, upload.filename, content))
        return _to("./")

    def _keep(self, name: str, content: bytes) -> str:
        """Stage one file and return what to tell the owner."""
        try:
            document_id = self.staging.add(name, content)
        except FaqbotError as error:
            return f"Refused: {error}"
        try:
            path = str(self.staging.path(document_id).resolve())
            found = run_task("preview", self.settings, path=path, document_id=document_id)
        except FaqbotError as error:
            self.staging.restore(document_id)
            return f"Refused: {document_id}: {error}"
        return f"{document_id}: read as {len(found['passages'])} passages. Look at them, then publish."

    async def remove(self, request: Request, session: Session, form: FormData) -> Response:
        """Mark a document to be removed, or drop one that was only waiting."""
        await to_thread.run_sync(self.staging.remove, str(form.get("id", "")))
        return _to("./")

    async def restore(self, request: Request, session: Session, form: FormData) -> Response:
        """Drop the waiting change of a document."""
        await to_thread.run_sync(self.staging.restore, str(form.get("id", "")))
        return _to("./")

    async def promote(self, request: Request, session: Session, form: FormData) -> Response:
        """Make a group's questions variants of a question of the corpus, as a waiting change."""
        questions, to = _texts(form, "question"), str(form.get("to", ""))

        def add() -> None:
            found = run_task("promote", self.settings, corpus=str(self._merged("promote")), questions=questions, to=to)
            for question, reason in found["left_out"].items():
                session.notices.append(f"Left out: {question}: {reason}.")
            if found["added"]:
                self.staging.add_variants(found["question"], found["added"])
                session.notices.append(f"Added to “{found['question']}”: {'; '.join(found['added'])}. Now publish.")

        await to_thread.run_sync(add)
        return _to("unanswered")

    async def entry(self, request: Request, session: Session, form: FormData) -> Response:
        """Add a question with a new answer, as a waiting change."""
        first, *others = _texts(form, "question") or [""]
        name = await to_thread.run_sync(self.staging.add_entry, first, str(form.get("answer", "")), others)
        session.notices.append(f"“{first}” was added to {name}. Now publish.")
        return _to("unanswered")

    async def publish(self, request: Request, session: Session, form: FormData) -> Response:
        """Start the publication, unless one is under way."""
        with self._start:
            if not self.job.running:
                self.job = Job(running=True, step="Starting")
                threading.Thread(target=self._publish, daemon=True).start()
        return _to("./")

    def _publish(self) -> None:
        job = self.job

        def report_progress(step: str, done: int, total: int) -> None:
            job.step, job.done, job.total = step, done, total

        try:
            corpus = self._merged("publish")
            report = run_task(
                "publish", self.settings, seconds=PUBLISH_SECONDS, progress=report_progress, corpus=str(corpus)
            )
            self.staging.apply(report["version"])
            self._refresh()
            job.notice = f"Published: {report['passages']} passages of {report['documents']} documents."
            for skipped in report["skipped"]:
                job.notice += f" Not read: {skipped}."
        except FaqbotError as error:
            job.error = f"Nothing was published: {error}"
        except OSError as error:
            job.error = f"Nothing was published: {error.strerror or error}. Check disk and permissions"
        finally:
            job.running = False

    async def roll_back(self, request: Request, session: Session, form: FormData) -> Response:
        """Go back to the index version and corpus before the last publication; its changes wait again."""

        def back() -> None:
            if self.job.running or not self._undoable():
                raise FaqbotError("There is nothing to roll back. Publish something first")
            version = rollback(self.index)
            self.staging.undo()
            self._refresh()
            session.notices.append(f"Rolled back: {version.documents} documents are in use. The changes wait again.")

        await to_thread.run_sync(back)
        return _to("./")

    def changing(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Return a handler of a POST that checks session, CSRF token, origin and rate first, and shows errors."""

        async def checked(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return _refused("You are logged out. Log in again.", 401)
            if not _same_origin(request):
                return _refused("This form came from another site.", 403)
            if self.sessions.changes.full():
                return _refused("Too many changes at once. Wait a minute.", 429)
            self.sessions.changes.add()
            async with request.form(max_files=_MAX_FILES, max_fields=2000) as form:
                if not same_csrf(session, str(form.get("csrf", ""))):
                    return _refused("This form is out of date. Load the page again.", 403)
                try:
                    return await handler(request, session, form)
                except FaqbotError as error:
                    session.notices.append(f"Not done: {error}")
                except OSError as error:
                    session.notices.append(f"Not done: {error.strerror or error}. Check disk and permissions")
            return _to("./")

        return checked

    def _session(self, request: Request) -> Session | None:
        return self.sessions.find(request.cookies.get(COOKIE, ""))

    def _notices(self, session: Session) -> list[str]:
        """What to tell this browser once."""
        shown, session.notices = session.notices, []
        if not self.job.running and self.job.notice:
            shown, self.job.notice = [*shown, self.job.notice], ""
        return shown

    async def _shown(self, request: Request, title: str, show: Callable[[Session], str]) -> Response:
        session = self._session(request)
        if session is None:
            return _page(pages.login_page(), 401)
        try:
            return _page(await to_thread.run_sync(show, session))
        except FaqbotError as error:
            return _page(pages.message_page(title, str(error), session.csrf), 422)

    def _merged(self, name: str) -> Path:
        """The corpus with the waiting changes, in a folder of its own for each kind of work."""
        return self.staging.merge(self.staging.folder / "merged" / name)

    def _undoable(self) -> bool:
        """Whether the version in use is the one that the last publication made."""
        version = self.staging.undoable()
        try:
            return bool(version) and version == current_name(self.index)
        except FaqbotError:
            return False

    def _refresh(self) -> None:
        """Go over to the new version at once; a server looks for it every few seconds anyway."""
        refresh = getattr(self.bot, "refresh", None)
        if refresh:
            refresh()


def _asset(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    text = files("faqbot.admin").joinpath(name).read_text(encoding="utf-8")

    async def served(request: Request) -> Response:
        return Response(text, media_type=kind, headers={"Cache-Control": "no-cache"})

    return served


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str) and value.strip()][:500]


def _page(html: str, status: int = 200) -> HTMLResponse:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers)


def _refused(message: str, status: int) -> HTMLResponse:
    return _page(pages.login_page(message), status)


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _same_origin(request: Request) -> bool:
    """Whether a browser says that the form is from this site; older ones say nothing, the CSRF token decides then."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _is_https(request: Request) -> bool:
    forwarded: Sequence[str] = request.headers.get("x-forwarded-proto", "").split(",")
    return request.url.scheme == "https" or forwarded[0].strip() == "https"
