"""What Gradio calls: a reply, a problem, never a lost message."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.countries import read_countries
from assistant.exceptions import JournalUnavailable
from assistant.pipeline import Assistant
from ui.chat import MOST_SHOWN, Chat
from ui.page import Command, Events
from ui.state import State, Turn, read_state
from ui.words import read_words

REQUEST: Any = SimpleNamespace(headers={"accept-language": "en"})


class Recorder:
    """A journal that remembers, or that cannot be reached."""

    def __init__(self, reached: bool = True) -> None:
        self.reached = reached
        self.recorded: list[str] = []

    def record(self, answer: Any, body: Any) -> None:
        self.recorded.append(body["answer_id"])

    def delete(self, conversation_id: str, by: str = "patient") -> int:
        if not self.reached:
            raise JournalUnavailable("away")
        return 1


def events(assistant: Assistant, journal: Any = None) -> Events:
    return Events(Chat(assistant, read_countries(), read_words(), journal))


def test_a_message_gets_its_reply_and_leaves_the_box(assistant: Assistant) -> None:
    recorder = Recorder()
    box, kept, log, problem = events(assistant, recorder).send("What is aromatase?", "", "plain", REQUEST)
    assert (box, problem) == ("", "")
    assert 'data-kind="answer"' in log
    assert recorder.recorded == [turn.answer for turn in read_state(kept).turns]


@pytest.mark.parametrize("text", ["Why are my joints stiff? " * 200, "\x00"])
def test_what_cannot_be_read_stays_in_the_box_with_a_problem(assistant: Assistant, text: str) -> None:
    box, _, _, problem = events(assistant).send(text, "", "plain", REQUEST)
    assert box == text
    assert "Technical problem" in problem


def test_a_conversation_that_cannot_be_read_is_a_problem_and_no_answer(assistant: Assistant) -> None:
    box, _, _, problem = events(assistant).send("What is aromatase?", "{broken", "plain", REQUEST)
    assert box == "What is aromatase?"
    assert "reload the page" in problem


def test_after_a_failure_of_ours_there_is_a_problem_with_a_way_to_try_again(assistant: Assistant) -> None:
    for result in (
        events(assistant).failed(REQUEST),
        events(assistant).failed_to_act(REQUEST),
        events(assistant).failed_at_level(REQUEST),
    ):
        said = " ".join(part for part in result if isinstance(part, str))
        assert "Something went wrong on our side" in said
        assert "cw-again" in said


def test_an_error_of_the_assistant_is_not_taken_for_an_answer(assistant: Assistant) -> None:
    def broken(query: Any) -> Any:
        raise RuntimeError("the index is gone")

    with pytest.raises(RuntimeError):
        events(replace(assistant, search=broken)).send("What is aromatase?", "", "plain", REQUEST)


def test_forgetting_needs_the_records_to_be_reached(assistant: Assistant) -> None:
    kept = State().asked("x", "plain").text()  # type: ignore[arg-type]
    command = Command(do="forget").model_dump_json()
    done = events(assistant, Recorder()).act(command, kept, "plain", REQUEST)
    assert read_state(done[0]).turns == ()
    failed = events(assistant, Recorder(reached=False)).act(command, kept, "plain", REQUEST)
    assert "could not be deleted" in failed[2]


def test_a_reload_draws_the_conversation_without_recording_it_again(assistant: Assistant) -> None:
    recorder = Recorder()
    state = State(turns=(Turn(text="What is aromatase?", level="technical", answer="a1"),))  # type: ignore[arg-type]
    kept, log, problem, level = events(assistant, recorder).act(
        Command(do="draw", state=state).model_dump_json(), "", "plain", REQUEST
    )
    assert (read_state(kept), problem, level) == (state, "", "technical")
    assert 'data-answer="a1"' in log
    assert recorder.recorded == []


def test_only_the_latest_replies_of_a_long_conversation_are_drawn(assistant: Assistant) -> None:
    chat = events(assistant).chat
    state = State(turns=tuple(Turn(text="hello", answer=str(number)) for number in range(MOST_SHOWN + 2)))
    log = chat.draw(state, "en")
    assert log.count("cw-turn") == MOST_SHOWN
    assert "Older replies are left out" in log
