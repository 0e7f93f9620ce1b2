"""A bot -> the chat page as Gradio Blocks, and the page mounted on an app. The only door to gradio."""

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from faqbot.doors import Answering, Refusal, ask
from faqbot.errors import need
from faqbot.guards import content_policy
from faqbot.settings import Settings
from faqbot.types import Alert, Answer
from faqbot.web.assets import asset_routes
from faqbot.web.cards import banner
from faqbot.web.shell import Shell
from faqbot.web.top import page_head, page_top
from faqbot.web.turns import answer_turn, error_turn, spoken
from faqbot.web.welcome import welcome

try:
    import gradio as gr
except ImportError as error:
    raise need("gradio", "web", error) from error

_EXAMPLES = 4
_UNREADABLE = "The earlier messages cannot be read. Start a new conversation."
_ATTACH = "window.faqbot.attach(element, props, watch);"
_ASKED = "(question, said) => { window.faqbot.asked(question); return [question, said]; }"
_FAILED = "() => { window.faqbot.failed(); }"


def mount_page(app: FastAPI, bot: Answering, settings: Settings) -> None:
    """Serve the page at `/` of the app, with its own files, its banner and its policy."""
    app.router.routes.extend(asset_routes())
    app.add_middleware(
        Shell,
        head=page_head(settings.title),
        top=page_top(settings),
        policy=lambda scripts, styles: content_policy(settings.frame_ancestors, scripts, styles),
    )
    _in_a_loop(lambda: _mount(app, build_page(bot, settings)))


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


def build_page(bot: Answering, settings: Settings) -> gr.Blocks:
    """The page: a conversation, a box and two buttons; `ask` is its event, `answer` the same as plain JSON."""
    # Gradio would work out statistics of its events after each of them, over up to 10,000 records.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    desk = Desk(bot, settings)
    start = desk.start()
    with gr.Blocks(title=settings.title, analytics_enabled=False, fill_width=True) as page:
        with gr.Tabs(elem_id="tabs"), gr.Tab("Ask a question", elem_id="tab-ask"):
            turns = gr.HTML(
                start,
                html_template='<div id="turns"></div>',
                js_on_load=_ATTACH,
                elem_id="log",
                apply_default_css=False,
            )
            said = gr.JSON([], visible=False)
            with gr.Column(elem_id="composer"):
                box = gr.Textbox(
                    label="Your question",
                    placeholder="In your own words",
                    elem_id="question",
                    lines=1,
                    max_lines=6,
                )
                with gr.Row(elem_id="buttons"):
                    send = gr.Button("Ask", variant="primary", elem_id="send")
                    clear = gr.Button("Start again", elem_id="clear")
        for trigger, name in ((send.click, "ask"), (box.submit, None)):
            event = trigger(
                desk.ask,
                [box, said],
                [turns, said, box],
                js=_ASKED,
                api_name=name,
                api_visibility="public" if name else "private",
                show_progress="hidden",
                concurrency_limit=settings.concurrency,
                concurrency_id="ask",
            )
            event.failure(None, js=_FAILED)
        clear.click(desk.again, None, [turns, said, box], show_progress="hidden", api_visibility="private")
        gr.api(desk.answer, api_name="answer", concurrency_limit=settings.concurrency, concurrency_id="ask")
    page.queue(max_size=settings.waiting, default_concurrency_limit=settings.concurrency, api_open=False)
    return page


class Desk:
    """The page's functions: plain values from the browser go in, plain values to show come out."""

    def __init__(self, bot: Answering, settings: Settings) -> None:
        self.bot = bot
        self.top_k = settings.top_k
        self.title = settings.title

    def ask(self, question: str, said: list[str]) -> tuple[dict[str, Any], list[str], str]:
        """The exchange to show, the person's messages with this one, and what stays in the box."""
        reply = self._reply(question, said)
        if isinstance(reply, Refusal):
            shown = error_turn(_shortened(question), reply.message, reply.alert)
            return _value(shown, reply.alert, reply.message), said, question
        repeated = reply.alert.level != "none" and reply.alert.rules == self.bot.assess(said).rules
        return _value(answer_turn(reply, repeated=repeated), reply.alert, spoken(reply)), [*said, question], ""

    def answer(self, question: str, history: list[str]) -> dict[str, Any]:
        """The answer in the JSON form that every door gives, or its error with the advice."""
        reply = self._reply(question, history)
        return reply.to_dict()

    def _reply(self, question: str, said: list[str]) -> Answer | Refusal:
        """What the bot says; earlier messages come from the browser, which could send anything."""
        if isinstance(said, list) and all(isinstance(message, str) for message in said):
            return ask(self.bot, question, said, top_k=self.top_k)
        return Refusal("question", _UNREADABLE, self.bot.assess([question]))

    def start(self) -> dict[str, Any]:
        """The conversation before anything was asked."""
        return _value(welcome(self.title, self.bot.examples(_EXAMPLES)), Alert(), "") | {"fresh": True}

    def again(self) -> tuple[dict[str, Any], list[str], str]:
        """The conversation anew."""
        return self.start(), [], ""


def _value(html: str, alert: Alert, words: str) -> dict[str, Any]:
    # `n` makes two equal exchanges two values, so that both are shown.
    return {"n": secrets.token_hex(4), "html": html, "banner": banner(alert), "spoken": words, "fresh": False}


def _shortened(question: Any, limit: int = 400) -> str:
    text = question if isinstance(question, str) else "(this was not text)"
    return text if len(text) <= limit else text[:limit] + " …"
