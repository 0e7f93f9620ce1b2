"""A bot -> the chat page as Gradio Blocks, and the page mounted on an app. The only door to gradio."""

import asyncio
import os
import sys
from collections.abc import Callable

from fastapi import FastAPI

from faqbot.errors import need
from faqbot.feedback import FeedbackRecorder
from faqbot.server.middleware import content_policy
from faqbot.service import Answering
from faqbot.settings import Settings
from faqbot.ui.handlers import Desk
from faqbot.ui.header import page_head, page_top
from faqbot.ui.page_middleware import Shell
from faqbot.ui.symptom_check import check_form

try:
    import gradio as gr
except ImportError as error:
    raise need("gradio", "web", error) from error

# Gradio keeps a copy of the layout for each of the last visitors, 57 KB, and of 10,000 if it is let. Nothing of a
# visitor is in it, and one who comes back after so many others gets another copy.
_SESSIONS = 100
# What the components run when they are on the page, and what the events send of what only the page's script knows.
_ATTACH = "window.faqbot.attach(element, props, watch);"
_OUTCOME = "window.faqbot.outcome(element, props, watch);"
_ASKED = "(question, said) => { window.faqbot.asked(question); return [question, said]; }"
_FAILED = "() => { window.faqbot.failed(); }"
_ANSWERS = "() => [window.faqbot.answers()]"
_OPINION = "() => [window.faqbot.opinion()]"
_TOLD = "window.faqbot.told(element, props, watch);"
_UNTOLD = "() => { window.faqbot.untold(); }"
_GATHERED = "(said) => [said, window.faqbot.answers(), window.faqbot.kept()]"


def mount_page(app: FastAPI, bot: Answering, settings: Settings, recorder: FeedbackRecorder | None = None) -> None:
    """Serve the page at `/` of the app, with its banner and its policy."""
    app.add_middleware(
        Shell,
        head=page_head(bot.config.page.title),
        top=page_top(settings, bot.config),
        policy=lambda scripts, styles: content_policy(settings.frame_ancestors, scripts, styles),
    )
    _in_a_loop(lambda: _mount(app, build_page(bot, settings, recorder)))


def _mount(app: FastAPI, page: gr.Blocks) -> None:
    gr.mount_gradio_app(
        app,
        page,
        "/",
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


def _in_a_loop(call: Callable[[], None]) -> None:
    """Call within a running event loop: where there is none, Gradio opens one for each lock and closes none."""

    async def called() -> None:
        call()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(called())
    else:
        call()


def build_page(bot: Answering, settings: Settings, recorder: FeedbackRecorder | None = None) -> gr.Blocks:
    """The page: a conversation, the guided check and the summary for a visit, each a tab; feedback with a recorder.

    Its public events are `ask` and `check`, and `answer`, which gives the answer as plain JSON.
    """
    # Gradio would work out statistics of its events after each of them, over up to 10,000 records.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    desk = Desk(bot, settings, recorder)
    limits = {"concurrency_limit": settings.concurrency, "concurrency_id": "faqbot"}
    with gr.Blocks(title=bot.config.page.title, analytics_enabled=False, fill_width=True) as page:
        said = gr.JSON([], visible=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", elem_id="tab-ask"):
                _conversation(desk, said, limits)
                if recorder:
                    _feedback(desk, limits)
            with gr.Tab("Check", elem_id="tab-check"):
                _check(desk, limits)
            with gr.Tab("My visit", elem_id="tab-visit"):
                _visit(desk, said, limits)
        gr.api(desk.answer, api_name="answer", **limits)
    page.state_session_capacity = _SESSIONS
    page.queue(max_size=settings.queue_limit, default_concurrency_limit=settings.concurrency, api_open=False)
    return page


def _conversation(desk: Desk, said: gr.JSON, limits: dict[str, object]) -> None:
    turns = gr.HTML(
        desk.start(),
        html_template='<div id="turns" class="shown"></div>',
        js_on_load=_ATTACH,
        apply_default_css=False,
        elem_id="log",
    )
    with gr.Column(elem_id="composer"):
        box = gr.Textbox(
            label="Your question", placeholder="In your own words", elem_id="question", lines=1, max_lines=6
        )
        with gr.Row(elem_id="buttons"):
            send = gr.Button("Ask", variant="primary", elem_id="send")
            clear = gr.Button("Start again", elem_id="clear")
    shown = [turns, said, box]
    for trigger, name in ((send.click, "ask"), (box.submit, None)):
        visibility = "public" if name else "private"
        event = trigger(
            desk.ask,
            [box, said],
            shown,
            js=_ASKED,
            api_name=name,
            api_visibility=visibility,
            show_progress="hidden",
            **limits,
        )
        event.failure(None, js=_FAILED)
    clear.click(desk.again, None, shown, show_progress="hidden", api_visibility="private")


def _feedback(desk: Desk, limits: dict[str, object]) -> None:
    """What the buttons under an answer send: the page's script presses `tell` for them and shows what comes back."""
    opinion = gr.JSON({}, visible=False)
    tell = gr.Button("Send feedback", visible="hidden", elem_id="tell")
    told = gr.HTML({}, html_template="", js_on_load=_TOLD, apply_default_css=False, visible="hidden")
    event = tell.click(
        desk.tell, opinion, told, js=_OPINION, api_visibility="private", show_progress="hidden", **limits
    )
    event.failure(None, js=_UNTOLD)


def _check(desk: Desk, limits: dict[str, object]) -> None:
    gr.HTML(check_form(), js_on_load=None, apply_default_css=False, elem_id="check")
    answers = gr.JSON({}, visible=False)
    show = gr.Button("Show what to do", variant="primary", elem_id="conclude")
    outcome = gr.HTML(
        {}, html_template='<div class="shown"></div>', js_on_load=_OUTCOME, apply_default_css=False, elem_id="outcome"
    )
    event = show.click(desk.check, answers, outcome, js=_ANSWERS, api_name="check", show_progress="hidden", **limits)
    event.failure(None, js=_FAILED)


def _visit(desk: Desk, said: gr.JSON, limits: dict[str, object]) -> None:
    gr.HTML(
        "<section class='shown'><h2>For your visit</h2><p>One page to show or read out: what you wrote, what you "
        "answered in the check, and the passages you added. It is made now and stored nowhere.</p></section>",
        js_on_load=None,
        apply_default_css=False,
    )
    answers, kept = gr.JSON({}, visible=False), gr.JSON([], visible=False)
    make = gr.Button("Make my summary", variant="primary", elem_id="summarise")
    summary = gr.HTML(
        {}, html_template='<div class="shown"></div>', js_on_load=_OUTCOME, apply_default_css=False, elem_id="summary"
    )
    event = make.click(
        desk.summarise,
        [said, answers, kept],
        summary,
        js=_GATHERED,
        api_visibility="private",
        show_progress="hidden",
        **limits,
    )
    event.failure(None, js=_FAILED)
