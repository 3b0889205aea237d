"""The chat page. Gradio draws it; what it shows is made in `render.py`, what it remembers stands in the page itself."""

from __future__ import annotations

from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.exceptions import BadQuestion, JournalUnavailable
from corpus.page import Level
from ui.chat import Chat
from ui.exceptions import BadState
from ui.state import LONGEST_TEXT, State, read_state


class Command(BaseModel):
    """What a button of our own on the page asks for; the page writes it into a hidden box."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["ask", "draw", "forget"]
    text: str = Field(default="", max_length=LONGEST_TEXT)
    state: State = State()
    """The whole conversation, for `draw`: after a reload, or another country or language."""


class Events:
    """What Gradio calls. Each gives the conversation, its HTML, and the HTML of a problem, empty when there is none."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    def send(self, text: str, kept: str, level: str, request: gr.Request) -> tuple[Any, ...]:
        """Answer what stands in the box; the box is emptied only when there is a reply."""
        if not text.strip():
            return (text, *self._as_it_is())
        shown = self._ask(text, kept, level, request)
        return (text if shown[2] else "", *shown)

    def act(self, command: str, kept: str, level: str, request: gr.Request) -> tuple[Any, ...]:
        """Do what a button of our own asks for, and say which level the page should show."""
        try:
            wanted = Command.model_validate_json(command)
            state = read_state(kept)
        except (ValidationError, BadState):
            return (*self._problem(State(), request, "error_text"), level)
        match wanted.do:
            case "ask":
                return (*self._ask(wanted.text, kept, level, request), level)
            case "draw":
                last = wanted.state.turns[-1].level.value if wanted.state.turns else level
                return (*self._drawn(wanted.state, request), last)
            case "forget":
                try:
                    return (*self._drawn(self.chat.forget(state), request), level)
                except JournalUnavailable:
                    return (*self._problem(state, request, "forget_failed", again=False), level)

    def at_level(self, kept: str, level: str, request: gr.Request) -> tuple[Any, ...]:
        """Answer the last message again at another level, in its place."""
        try:
            return self._drawn(self.chat.at_level(read_state(kept), Level(level)), request)
        except BadState:
            return self._problem(State(), request, "error_text")

    def failed(self, request: gr.Request) -> tuple[Any, ...]:
        """After a failure of ours: a technical problem, with the message still in the box."""
        return (gr.skip(), *self._problem(State(), request, "error_text"))

    def failed_to_act(self, request: gr.Request) -> tuple[Any, ...]:
        """The same for a button of our own."""
        return (*self._problem(State(), request, "error_text"), gr.skip())

    def failed_at_level(self, request: gr.Request) -> tuple[Any, ...]:
        """The same for another level."""
        return self._problem(State(), request, "error_text")

    def _ask(self, text: str, kept: str, level: str, request: gr.Request) -> tuple[Any, ...]:
        state = State()
        try:
            state = read_state(kept)
            return self._drawn(self.chat.ask(state, text, Level(level)), request)
        except (BadQuestion, BadState) as error:
            said = str(error)
            message = f"{said[0].upper()}{said[1:]}."
            return (gr.skip(), gr.skip(), self.chat.renderer(state, accepted(request)).problem(message, again=False))

    def _drawn(self, state: State, request: gr.Request) -> tuple[Any, ...]:
        return (state.text(), self.chat.draw(state, accepted(request)), "")

    def _problem(self, state: State, request: gr.Request, key: str, again: bool = True) -> tuple[Any, ...]:
        renderer = self.chat.renderer(state, accepted(request))
        return (gr.skip(), gr.skip(), renderer.problem(renderer.words(key), again))

    @staticmethod
    def _as_it_is() -> tuple[Any, ...]:
        return (gr.skip(), gr.skip(), gr.skip())


def accepted(request: gr.Request) -> str:
    """The languages that the browser asks for."""
    return str(request.headers.get("accept-language", ""))


def build_page(chat: Chat, concurrency: int, i18n: gr.I18n) -> gr.Blocks:
    """The page for patients: a conversation, a box, and what the scripts in `static/` make of it."""
    events = Events(chat)
    page: gr.Blocks
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as page:
        gr.Markdown(i18n("heading"), elem_id="cw-head")
        gr.Markdown(chat.assistant.policy.standing, elem_id="cw-standing")
        log = gr.Markdown(
            chat.renderer(State(), "").log((), mark="first"),
            elem_id="cw-log",
            sanitize_html=False,  # `render.py` escapes everything; the sanitizer would take the names off our links
            latex_delimiters=[],
            show_label=False,
        )
        trouble = gr.Markdown("", elem_id="cw-trouble", sanitize_html=False, latex_delimiters=[], show_label=False)
        with gr.Row(elem_id="cw-ask"):
            box = gr.Textbox(
                label=i18n("question"),
                placeholder=i18n("placeholder"),
                max_length=LONGEST_TEXT,
                lines=1,
                max_lines=8,
                autofocus=False,
                scale=8,
                elem_id="cw-question",
            )
            send = gr.Button(i18n("ask"), variant="primary", scale=1, elem_id="cw-send")
        choices = [(i18n(f"level_{each.value}"), each.value) for each in Level]
        level = gr.Radio(choices, value=Level.PLAIN.value, label=i18n("level"), elem_id="cw-level")
        kept = gr.Textbox("", elem_id="cw-state", elem_classes="cw-hidden", label="state", show_label=False)
        command = gr.Textbox("", elem_id="cw-command", elem_classes="cw-hidden", label="command", show_label=False)
        act = gr.Button("", elem_id="cw-act", elem_classes="cw-hidden")
        shown = [kept, log, trouble]
        options: dict[str, Any] = {"concurrency_limit": concurrency, "api_visibility": "private", "show_progress": "hidden"}
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        for listen in (send.click, box.submit):
            asked = listen(events.send, [box, kept, level], [box, *shown], **options)
            asked.failure(events.failed, None, [box, *shown], **quiet)
        # Gradio drops a second press while the first is worked on, unless it is told not to.
        acted = act.click(events.act, [command, kept, level], [*shown, level], trigger_mode="multiple", **options)
        acted.failure(events.failed_to_act, None, [*shown, level], **quiet)
        changed = level.input(events.at_level, [kept, level], shown, **options)
        changed.failure(events.failed_at_level, None, shown, **quiet)
    return page
