"""The chat page as Gradio Blocks, and mounted on an app. The only module that imports gradio."""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from faqbot.errors import need
from faqbot.server.middleware import content_policy
from faqbot.settings import Settings
from faqbot.ui.assets import Assets
from faqbot.ui.handlers import Handlers
from faqbot.ui.header import page_head, page_top
from faqbot.ui.html import words
from faqbot.ui.page_middleware import PageMiddleware
from faqbot.ui.symptom_check import check_form

try:
    import gradio as gr
except ImportError as error:
    raise need("gradio", "web", error) from error

# Gradio keeps a copy of the layout for each of the last visitors, 57 KB, and of 10,000 if it is let. Nothing of a
# visitor is in it, and one who comes back after so many others gets another copy.
_SESSIONS = 100
LOG = "log"  # the element that shows the conversation


def mount_page(app: FastAPI, handlers: Handlers, settings: Settings, assets: Assets) -> None:
    """Serve the page at `/` of the app, with its banner and its policy."""
    options = handlers.options
    blocks = _in_a_loop(lambda: build_page(handlers, settings))
    app.add_middleware(
        PageMiddleware,
        before=_Greeting(blocks, handlers).update,
        head=page_head(options, assets),
        top=page_top(options),
        language=options.language,
        policy=lambda scripts, styles: content_policy(settings.frame_ancestors, scripts, styles),
    )
    _in_a_loop(
        lambda: gr.mount_gradio_app(
            app,
            blocks,
            "/",
            root_path=settings.root_path or None,
            footer_links=[],
            run_history=False,
            show_error=False,
            max_file_size=1,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        )
    )


class _Greeting:
    """Keeps the questions to try those of the index version in use; the rest of the page depends on none."""

    def __init__(self, blocks: gr.Blocks, handlers: Handlers) -> None:
        self._blocks = blocks
        self._handlers = handlers
        self._version = handlers.bot.index_version

    async def update(self) -> None:
        """Put the greeting of a new version into the page's configuration, which Gradio sends to each visitor."""
        version = self._handlers.bot.index_version
        if version == self._version:
            return
        self._version = version
        greeting = await to_thread.run_sync(self._handlers.initial_state)
        for component in self._blocks.config["components"]:
            if component["props"].get("elem_id") == LOG:
                component["props"]["value"] = greeting


def _in_a_loop(call: Callable[[], Any]) -> Any:
    """Call within a running event loop: where there is none, Gradio opens one for each lock and closes none."""

    async def called() -> Any:
        return call()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(called())
    return call()


def build_page(handlers: Handlers, settings: Settings) -> gr.Blocks:
    """Return the page: a conversation, the symptom check and the summary for a visit, each a tab if the options say so.

    Its public events are `ask`, `check` (where there is one) and `answer`, which gives the answer as plain JSON.
    """
    # Gradio would work out statistics of its events after each of them, over up to 10,000 records.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    options = handlers.options
    limits = {"concurrency_limit": settings.concurrency, "concurrency_id": "faqbot"}
    with gr.Blocks(title=options.page.title, analytics_enabled=False, fill_width=True) as page:
        history = gr.JSON([], visible=False)
        if options.page.tabs == ("ask",):
            with gr.Column(elem_id="tab-ask"):
                _ask_part(handlers, history, limits)
        else:
            with gr.Tabs(elem_id="tabs"):
                with gr.Tab(options.texts.tab_ask, elem_id="tab-ask"):
                    _ask_part(handlers, history, limits)
                if "check" in options.page.tabs:
                    with gr.Tab(options.texts.tab_check, elem_id="tab-check"):
                        _check(handlers, limits)
                if "visit" in options.page.tabs:
                    with gr.Tab(options.texts.tab_visit, elem_id="tab-visit"):
                        _visit(handlers, history, limits)
        if options.page.footer:
            _static(f'<footer class="site-footer"><p>{words(options.page.footer)}</p></footer>')
        gr.api(handlers.answer, api_name="answer", **limits)
    page.state_session_capacity = _SESSIONS
    page.queue(max_size=settings.queue_limit, default_concurrency_limit=settings.concurrency, api_open=False)
    return page


def _ask_part(handlers: Handlers, history: gr.JSON, limits: dict[str, object]) -> None:
    _conversation(handlers, history, limits)
    if handlers.options.feedback:
        _feedback(handlers, limits)


def _conversation(handlers: Handlers, history: gr.JSON, limits: dict[str, object]) -> None:
    texts = handlers.options.texts
    exchanges = gr.HTML(
        handlers.initial_state(),
        html_template='<div id="turns" class="shown"></div>',
        js_on_load=_shown_by("attach"),
        apply_default_css=False,
        elem_id=LOG,
    )
    with gr.Column(elem_id="composer"):
        placeholder = handlers.options.page.placeholder or texts.placeholder
        box = gr.Textbox(label=texts.question, placeholder=placeholder, elem_id="question", lines=1, max_lines=6)
        with gr.Row(elem_id="buttons"):
            send = gr.Button(texts.ask, variant="primary", elem_id="send")
            clear = gr.Button(texts.start_again, elem_id="clear")
    shown = [exchanges, history, box]
    given = [box, history, gr.JSON(None, visible=False)]
    asked = "(question, history) => window.faqbot.asked(question, history)"
    _event(send.click, handlers.ask, given, shown, limits, js=asked, failed="failed", api_name="ask")
    _event(box.submit, handlers.ask, given, shown, limits, js=asked, failed="failed")
    clear.click(handlers.reset, None, shown, show_progress="hidden", api_visibility="private")


def _feedback(handlers: Handlers, limits: dict[str, object]) -> None:
    """What the buttons under an answer send: the page's script presses `tell` for them and shows what comes back."""
    given = gr.JSON({}, visible=False)
    tell = gr.Button("Send feedback", visible="hidden", elem_id="tell")
    told = gr.HTML({}, html_template="", js_on_load=_shown_by("told"), apply_default_css=False, visible="hidden")
    _event(tell.click, handlers.tell, given, told, limits, js="() => [window.faqbot.opinion()]", failed="untold")


def _check(handlers: Handlers, limits: dict[str, object]) -> None:
    _static(check_form(handlers.options.texts), elem_id="check")
    given = [gr.JSON({}, visible=False), gr.JSON(None, visible=False)]
    conclude = gr.Button(handlers.options.texts.check_finish, visible="hidden", elem_id="conclude")
    outcome = _outcome("checked", "outcome")
    answers = "() => [window.faqbot.answers(), window.faqbot.region()]"
    _event(conclude.click, handlers.check, given, outcome, limits, js=answers, failed="checkFailed", api_name="check")


def _visit(handlers: Handlers, history: gr.JSON, limits: dict[str, object]) -> None:
    texts = handlers.options.texts
    _static(f"<section class='shown'><h2>{words(texts.visit_heading)}</h2><p>{words(texts.visit_intro)}</p></section>")
    given = [history, gr.JSON({}, visible=False), gr.JSON([], visible=False)]
    make = gr.Button(texts.visit_make, variant="primary", elem_id="summarise")
    summary = _outcome("summarised", "summary")
    gathered = "(history) => [history, window.faqbot.answers(), window.faqbot.kept()]"
    _event(make.click, handlers.summarise, given, summary, limits, js=gathered, failed="failed")


def _event(
    trigger: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Any,
    outputs: Any,
    limits: dict[str, object],
    *,
    js: str,
    failed: str,
    api_name: str | None = None,
) -> None:
    """Send what `js` gives of what only the page's script knows; `failed` is the script's function for no answer."""
    visibility = "public" if api_name else "private"
    event = trigger(
        handler, inputs, outputs, js=js, api_name=api_name, api_visibility=visibility, show_progress="hidden", **limits
    )
    event.failure(None, js=f"() => {{ window.faqbot.{failed}(); }}")


def _static(html: str, **options: Any) -> gr.HTML:
    return gr.HTML(html, js_on_load=None, apply_default_css=False, **options)


def _outcome(function: str, name: str) -> gr.HTML:
    """Where a function of the page's script shows what an event gives."""
    template = '<div class="shown"></div>'
    return gr.HTML({}, html_template=template, js_on_load=_shown_by(function), apply_default_css=False, elem_id=name)


def _shown_by(function: str) -> str:
    """What a component runs when it is on the page: a function of the page's script watches its value."""
    return f"window.faqbot.{function}(element, props, watch);"
