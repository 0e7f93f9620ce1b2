"""The owner's page as an ASGI app of its own, with its own limits and headers, in front of the other routes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from faqbot.admin import pages
from faqbot.admin.jobs import PUBLISH_SECONDS, SECONDS, Job, Jobs, run_task
from faqbot.admin.sessions import COOKIE, Outcome, Session, Sessions, same_csrf
from faqbot.admin.staging import MAX_UPLOAD, Entry, Staging
from faqbot.errors import FaqbotError
from faqbot.feedback import MARKS, feedback_statistics, read_counts, read_entries
from faqbot.index import current_name, rollback
from faqbot.server.middleware import SecurityHeaders, SizeLimit
from faqbot.service import Answering, safe_answer
from faqbot.settings import Settings

PATH = "/admin"
_MAX_FILES = 200
_MAX_LOGIN = 10_000  # bytes of a form that gives the token
_MAX_GROUPS = 50  # of unanswered questions on the page
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

Endpoint = Callable[[Request], Awaitable[Response]]
Handler = Callable[[Request, Session, FormData], Awaitable[Response]]


class BodyLimit:
    """Bounds requests: uploads where somebody is logged in, a token otherwise."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.sessions = sessions
        too_large = _page(pages.too_large_page(MAX_UPLOAD), 413)
        too_large.headers["Connection"] = "close"
        self.uploads = SizeLimit(app, MAX_UPLOAD, too_large)
        self.tokens = SizeLimit(app, _MAX_LOGIN, too_large)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request within its limit."""
        known = scope["type"] == "http" and self.sessions.find(Request(scope).cookies.get(COOKIE, ""))
        await (self.uploads if known else self.tokens)(scope, receive, send)


def admin_app(bot: Answering, settings: Settings) -> ASGIApp:
    """Return the app for `/admin`. The settings name corpus, index, feedback file and token."""
    owner = OwnerPage(bot, settings)
    app = Starlette(
        routes=[
            Route(PATH, owner.root),
            Route(f"{PATH}/", owner.showing("Documents", owner.documents, login=200)),
            Route(f"{PATH}/login", owner.login, methods=["POST"]),
            Route(f"{PATH}/document", owner.showing("Document", owner.document)),
            Route(f"{PATH}/check", owner.showing("Check", owner.check)),
            Route(f"{PATH}/try", owner.showing("Try a question", owner.try_question)),
            Route(f"{PATH}/unanswered", owner.showing("Unanswered questions", owner.unanswered)),
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
            Middleware(BodyLimit, sessions=owner.sessions),
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
        self.jobs = Jobs()
        self._indexed: tuple[str, frozenset[str]] = "", frozenset()  # an index version and the ids of its documents

    def _frame(self, session: Session, *, notices: bool = False) -> pages.Frame:
        """What every page has around its content; notices are shown once."""
        told = session.notices if notices else []
        if notices:
            session.notices = []
        return pages.Frame(self.bot.config.page.title, session.csrf, tuple(told), replace(self.jobs.last))

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

    def documents(self, request: Request, session: Session) -> str:
        """Return all documents, what waits, and what became of the last upload."""
        entries = self._entries()
        return pages.documents_page(
            entries,
            self._frame(session, notices=True),
            uploads=session.uploads,
            undoable=self._undoable(),
            interrupted=self.staging.interrupted(),
        )

    def _entries(self) -> list[Entry]:
        """The documents, with those marked that no answer comes from: a build could not read them, or has not yet."""
        version = self.bot.index_version
        if version and version != self._indexed[0]:
            self._indexed = version, frozenset(document.id for document in self.bot.documents())
        unread = "No answer comes from it. Check says why; if it was added by hand, build again"
        return [
            Entry(entry.document_id, "skipped", unread)
            if version and entry.status == "published" and entry.document_id not in self._indexed[1]
            else entry
            for entry in self.staging.entries()
        ]

    def document(self, request: Request, session: Session) -> str:
        """Return how a document is read and split."""
        document_id = request.query_params.get("id", "")
        path = self.staging.path(document_id)
        found = run_task("preview", self.settings, path=str(path.resolve()), document_id=document_id)
        return pages.preview_page(document_id, found, self._frame(session))

    def check(self, request: Request, session: Session) -> str:
        """Return the lint issues of the corpus as it would be published."""
        found = run_task("check", self.settings, corpus=str(self._merged("check")))
        return pages.check_page(found, self._frame(session))

    def try_question(self, request: Request, session: Session) -> str:
        """Return the answer to a question from what is published, with scores."""
        question = request.query_params.get("q", "")
        found = safe_answer(self.bot, question, top_k=10) if question.strip() else None
        return pages.try_page(question, found, self._frame(session))

    def unanswered(self, request: Request, session: Session) -> str:
        """Return unanswered questions in groups, with what people get today, and counts per day."""
        if not self.settings.feedback:
            words = "Feedback is off. Start the server with: faqbot serve --feedback FILE"
            return pages.message_page("Unanswered questions", words, self._frame(session))
        if self.jobs.last.running:
            return pages.busy_page("Unanswered questions", self._frame(session))
        frame = self._frame(session, notices=True)
        found = run_task("groups", self.settings, corpus=str(self._merged("groups")))
        groups = []
        for each in found["groups"][:_MAX_GROUPS]:
            today = safe_answer(self.bot, each["questions"][0], top_k=1)
            groups.append(pages.Group(each, today, self._outcome(session, each["id"])))
        path = Path(self.settings.feedback)
        by_day = feedback_statistics(read_counts(path), read_entries(path)).by_day
        return pages.unanswered_page(groups, found["questions"], by_day, frame, len(found["groups"]))

    def _outcome(self, session: Session, group: str) -> Outcome | None:
        """What became of the last attempt to do something about a group."""
        if group and group == self.jobs.last.group and self.jobs.last.error:
            return Outcome(self.jobs.last.error, failed=True)
        return session.outcomes.get(group)

    async def progress(self, request: Request) -> Response:
        """Return the state of the publication as JSON."""
        if self._session(request) is None:
            return JSONResponse({"error": "Log in first."}, 401)
        return JSONResponse(asdict(self.jobs.last))

    async def logout(self, request: Request, session: Session, form: FormData) -> Response:
        """End the session."""
        self.sessions.log_out(request.cookies.get(COOKIE, ""))
        return _to("./")

    async def upload(self, request: Request, session: Session, form: FormData) -> Response:
        """Make uploaded files waiting changes; each is read once, and one that cannot be read is refused."""
        files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
        contents = [(file.filename or "", await file.read()) for file in files]
        session.uploads = await to_thread.run_sync(self._keep, contents)
        return _to("./#uploads")

    def _keep(self, contents: Sequence[tuple[str, bytes]]) -> list[Outcome]:
        """Stage the files that can be read and return what became of each."""
        outcomes: dict[str, Outcome] = {}
        held: dict[str, str] = {}
        for name, content in contents:
            try:
                path = self.staging.hold(name, content)
                held[path.name] = str(path.resolve())
            except FaqbotError as error:
                outcomes[name] = Outcome(f"Refused: {error}.", failed=True)
        for document_id, (passages, reason) in self._read(held).items():
            if reason:
                self.staging.discard(document_id)
                outcomes[document_id] = Outcome(f"Refused: {document_id}: {reason}.", failed=True)
            else:
                self.staging.accept(document_id)
                words = f"{document_id}: read as {pages.counted(passages, 'passage')}."
                outcomes[document_id] = Outcome(words, document_id=document_id)
        return list(outcomes.values())

    def _read(self, held: Mapping[str, str]) -> dict[str, tuple[int, str]]:
        """Return the number of passages of each file, or why it cannot be read.

        A file at which the reading process ends is refused; the others are read by another one.
        """
        found: dict[str, tuple[int, str]] = {}

        def note(document_id: str, passages: int, error: str) -> None:
            found[document_id] = passages, error

        while waiting := [(path, document_id) for document_id, path in held.items() if document_id not in found]:
            try:
                run_task("read", self.settings, seconds=SECONDS * len(waiting), progress=note, files=waiting)
            except FaqbotError as error:
                culprit = next(document_id for _, document_id in waiting if document_id not in found)
                found[culprit] = 0, str(error)
        return found

    async def remove(self, request: Request, session: Session, form: FormData) -> Response:
        """Mark a document to be removed, or drop one that was only waiting."""
        await to_thread.run_sync(self.staging.remove, str(form.get("id", "")))
        return _to("./")

    async def restore(self, request: Request, session: Session, form: FormData) -> Response:
        """Drop the waiting change of a document."""
        await to_thread.run_sync(self.staging.restore, str(form.get("id", "")))
        return _to("./")

    async def promote(self, request: Request, session: Session, form: FormData) -> Response:
        """Try a group's questions as variants of a question of the corpus, and keep them where nothing gets worse."""
        group, to, questions = str(form.get("group", "")), str(form.get("to", "")), _texts(form, "question")
        session.outcomes.pop(group, None)
        if not to.strip() or not questions:
            words = "Choose the question that has the answer." if questions else "Choose at least one question."
            session.outcomes[group] = Outcome(words, failed=True)
            return _to(f"unanswered#{quote(group)}")

        def work(job: Job) -> str:
            waiting = {question: list(texts) for question, texts in self.staging.variants().items()}
            found = run_task(
                "promote",
                self.settings,
                seconds=PUBLISH_SECONDS,
                progress=job.report_progress,
                questions=questions,
                to=to,
                waiting=waiting,
            )
            left_out = [f"“{question}”: {reason}" for question, reason in found["left_out"].items()]
            if not found["added"]:
                raise FaqbotError("Nothing is left to add. " + "; ".join(left_out))
            if found["losses"]:
                raise FaqbotError("Answers would get worse. " + "; ".join(found["losses"]))
            self.staging.add_variants(found["question"], found["added"])
            return pages.promoted(found)

        self.jobs.start(work, failed="Not added", group=group)
        return _to("unanswered#job")

    async def entry(self, request: Request, session: Session, form: FormData) -> Response:
        """Add a question with a new answer, as a waiting change."""
        group, questions = str(form.get("group", "")), _texts(form, "question")
        asked = str(form.get("asked", "")) or next(iter(questions), "")
        others = [each for each in questions if each != asked and not any(mark in each for mark in MARKS)]
        try:
            name = await to_thread.run_sync(self.staging.add_entry, asked, str(form.get("answer", "")), others)
        except FaqbotError as error:
            session.outcomes[group] = Outcome(f"Not added: {error}.", failed=True)
            return _to(f"unanswered#{quote(group)}")
        session.outcomes.pop(group, None)
        session.notices.append(f"“{asked}” was added to {name}. It waits to be published.")
        return _to("unanswered")

    async def publish(self, request: Request, session: Session, form: FormData) -> Response:
        """Start the publication, unless one is under way."""
        if self.staging.interrupted() == "rolling back":
            raise FaqbotError("A roll-back was interrupted. Finish it first")
        session.uploads = []
        self.jobs.start(self._publish, failed="Nothing was published")
        return _to("./#job")

    def _publish(self, job: Job) -> str:
        report = run_task(
            "publish",
            self.settings,
            seconds=PUBLISH_SECONDS,
            progress=job.report_progress,
            corpus=str(self._merged("publish")),
        )
        self.staging.apply(report["version"])
        self._refresh()
        passages = pages.counted(report["passages"], "passage")
        documents = pages.counted(report["documents"], "document")
        skipped = (f"Not read: {each}." for each in report["skipped"])
        return " ".join((f"Published: {passages} of {documents}.", *skipped))

    async def roll_back(self, request: Request, session: Session, form: FormData) -> Response:
        """Go back to the index version and corpus before the last publication; its changes wait again."""

        def back() -> None:
            if self.jobs.last.running or not self._undoable():
                raise FaqbotError("There is nothing to roll back. Publish something first")
            version = self.staging.undoable()
            self.staging.begin_undo()
            if current_name(self.index) == version:  # else it was done before a process died
                rollback(self.index)
            self.staging.undo()
            self._refresh()
            self.jobs.last = Job()
            session.uploads = []
            session.notices.append("Rolled back: people get the answers of before. The changes wait again.")

        await to_thread.run_sync(back)
        return _to("./")

    def showing(self, title: str, show: Callable[[Request, Session], str], login: int = 401) -> Endpoint:
        """Return a handler of a GET that shows a page, or why it cannot; `login` is the status without a session."""

        async def shown(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return _page(pages.login_page(self.bot.config.page.title), login)
            try:
                return _page(await to_thread.run_sync(show, request, session))
            except FaqbotError as error:
                return _page(pages.message_page(title, str(error), self._frame(session)), 422)

        return shown

    def changing(self, handler: Handler) -> Endpoint:
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
            try:
                async with request.form(max_files=_MAX_FILES, max_fields=2000) as form:
                    if not same_csrf(session, str(form.get("csrf", ""))):
                        return _refused("This form is out of date. Load the page again.", 403)
                    return await handler(request, session, form)
            except FaqbotError as error:
                session.notices.append(f"Not done: {error}.")
            except HTTPException:  # of a form that is no form, or has more files than allowed
                refused = f"Refused: at most {_MAX_FILES} files can be uploaded at once. Upload fewer."
                session.uploads = [Outcome(refused, failed=True)]
            except OSError as error:
                session.notices.append(f"Not done: {error.strerror or error}. Check disk and permissions.")
            return _to("./")

        return checked

    def _session(self, request: Request) -> Session | None:
        return self.sessions.find(request.cookies.get(COOKIE, ""))

    def _merged(self, name: str) -> Path:
        """The corpus with the waiting changes, in a folder of its own for each kind of work."""
        return self.staging.merge(self.staging.folder / "merged" / name)

    def _undoable(self) -> bool:
        """Whether the version in use is the one that the last publication made, or going back was interrupted."""
        version = self.staging.undoable()
        try:
            in_use = version == current_name(self.index)
            return bool(version) and (in_use or self.staging.interrupted() == "rolling back")
        except FaqbotError:
            return False

    def _refresh(self) -> None:
        """Go over to the new version at once; a server looks for it every few seconds anyway."""
        if refresh := getattr(self.bot, "refresh", None):
            refresh()


def _asset(name: str, kind: str) -> Endpoint:
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
    return _page(pages.login_page(message=message), status)


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _same_origin(request: Request) -> bool:
    """Whether a browser says that the form is from this site; older ones say nothing, the CSRF token decides then."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _is_https(request: Request) -> bool:
    forwarded: Sequence[str] = request.headers.get("x-forwarded-proto", "").split(",")
    return request.url.scheme == "https" or forwarded[0].strip() == "https"
