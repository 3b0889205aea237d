"""The chat page. Gradio draws it; what it shows is made in `render.py`, what it remembers stands in the page itself."""

from __future__ import annotations

from typing import Any

import gradio as gr

from assistant.exceptions import BadQuestion
from assistant.pipeline import Assistant
from assistant.types import LONGEST_QUESTION, Question
from corpus.page import Level
from ui.history import earlier, with_reply
from ui.render import answer_html, error_html, user_html

RELATED = 3


class Chat:
    """The events of the page; holds nothing of any conversation."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def reply(self, text: str, history: list[dict[str, Any]], level: str) -> tuple[Any, ...]:
        """Answer one message: what stays in the box, the conversation, and the related questions."""
        if not text.strip():
            return (text, history, *self._related(()))
        turn = len(history)
        try:
            answer = self.assistant.answer(Question(text, earlier(history), Level(level)))
        except BadQuestion as error:
            said = str(error)
            html = error_html(f"{said[0].upper()}{said[1:]}.")
            return (text, with_reply(history, user_html(text), html), *self._related(()))
        html = answer_html(answer, self.assistant.library, turn)
        return ("", with_reply(history, user_html(text), html), *self._related(answer.related))

    def say_so(self, text: str, history: list[dict[str, Any]]) -> tuple[Any, ...]:
        """What stands on the page after a failure of ours: a technical problem, with the question still in the box."""
        message = "Something went wrong on our side, so there is no answer."
        return (text, with_reply(history, user_html(text), error_html(message)), *self._related(()))

    @staticmethod
    def _related(questions: tuple[str, ...]) -> list[Any]:
        padded = [*questions[:RELATED], *([""] * (RELATED - len(questions[:RELATED])))]
        return [gr.update(value=question, visible=bool(question)) for question in padded]


def build_page(assistant: Assistant, concurrency: int) -> gr.Blocks:
    """The page for patients."""
    chat = Chat(assistant)
    policy, labels = assistant.policy, assistant.library.labels
    page: gr.Blocks
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as page:
        gr.Markdown("# Citewell\nQuestions and answers about aromatase inhibitors", elem_id="cw-head")
        gr.Markdown(policy.standing, elem_id="cw-standing")
        log_view = gr.Chatbot(
            label="Conversation",
            show_label=False,
            elem_id="cw-log",
            sanitize_html=False,  # `render.py` escapes everything; the sanitizer would take the names off our links
            render_markdown=True,
            latex_delimiters=[],
            feedback_options=None,
            buttons=[],
            height=None,  # the page scrolls, not a box in it: boxes within boxes are hard to use on phones
            min_height="6rem",
            autoscroll=False,
            layout="panel",
            placeholder="Ask a question below, or pick one of the questions to start with.",
            group_consecutive_messages=False,
        )
        related = [gr.Button("", visible=False, elem_classes="cw-related") for _ in range(RELATED)]
        with gr.Row(elem_id="cw-ask"):
            box = gr.Textbox(
                label="Your question",
                placeholder="For example: Why are my hands stiff since I started Arimidex?",
                max_length=LONGEST_QUESTION * 10,
                lines=2,
                max_lines=8,
                autofocus=True,
                scale=8,
                elem_id="cw-question",
            )
            send = gr.Button("Ask", variant="primary", scale=1, elem_id="cw-send")
        choices = [(labels.levels[each], each.value) for each in Level]
        level = gr.Radio(choices, value=Level.PLAIN.value, label="How much detail", elem_id="cw-level")
        gr.Markdown("You could start with", elem_id="cw-starters-title")
        with gr.Row(elem_id="cw-starters"):
            starters = [gr.Button(text, elem_classes="cw-starter", size="sm") for text in policy.starters]
        outputs = [box, log_view, *related]
        options: dict[str, Any] = {"concurrency_limit": concurrency, "api_visibility": "private", "show_progress": "minimal"}
        asked: list[tuple[Any, gr.Textbox | gr.Button]] = [(send.click, box), (box.submit, box)]
        asked += [(button.click, button) for button in (*related, *starters)]
        for listen, source in asked:
            event = listen(chat.reply, [source, log_view, level], outputs, **options)
            event.failure(chat.say_so, [source, log_view], outputs, api_visibility="private")
    return page
