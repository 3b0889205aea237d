"""The conversation as the page holds it, and the words of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.countries import read_countries
from assistant.exceptions import PolicyError
from corpus.page import Level
from ui.exceptions import BadState, WordsMissing
from ui.state import MOST_TURNS, State, Turn, read_state
from ui.words import FOLDER, language_for, read_words


def test_a_conversation_survives_the_way_to_the_page_and_back() -> None:
    state = State(language="es", country="GB").asked("Why?", Level.PLAIN).asked("And <now>?", Level.TECHNICAL)
    assert read_state(state.text()) == state
    assert state.question(1).earlier == ("Why?",)
    assert state.question(1).level is Level.TECHNICAL
    assert len({state.conversation, *(turn.answer for turn in state.turns)}) == 3
    assert len(state.conversation) >= 20


def test_another_level_replaces_the_last_reply_only() -> None:
    state = State().asked("One?", Level.PLAIN).asked("Two?", Level.PLAIN)
    changed = state.at_level(Level.DETAILED)
    assert changed.turns[0] == state.turns[0]
    assert changed.turns[1].text == "Two?"
    assert changed.turns[1].level is Level.DETAILED
    assert changed.turns[1].answer != state.turns[1].answer


def test_a_long_conversation_lets_its_oldest_message_go() -> None:
    state = State(turns=tuple(Turn(text=str(number)) for number in range(MOST_TURNS)))
    assert [turn.text for turn in state.asked("new", Level.PLAIN).turns][:: MOST_TURNS - 1] == ["1", "new"]


@pytest.mark.parametrize(
    "text", ["{", '{"turns": 1}', '{"other": 1}', '{"conversation": "<b>"}', '{"turns": [{"text": "x", "level": "y"}]}']
)
def test_what_is_no_conversation_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadState, match="reload the page"):
        read_state(text)


@pytest.mark.parametrize(
    ("wanted", "code"), [("es-MX,es;q=0.9,en;q=0.8", "es"), ("fr,en;q=0.5", "en"), ("", "en"), ("de", "en"), ("ES", "es")]
)
def test_the_language_is_the_first_that_is_known(wanted: str, code: str) -> None:
    assert language_for(wanted, read_words()) == code


def test_languages_have_the_same_entries_and_places_for_values() -> None:
    english, spanish = read_words()["en"].entries, read_words()["es"].entries
    for key, entry in english.items():
        for place in ("{number}", "{title}", "{days}", "{date}", "{version}", "{most}"):
            assert (place in entry) == (place in spanish[key]), key


def test_a_language_that_lacks_an_entry_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text((FOLDER / "en.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "fr.yaml").write_text("language: Français\n", encoding="utf-8")
    with pytest.raises(WordsMissing, match=r"fr\.yaml.*ask"):
        read_words(tmp_path)


def test_every_country_has_numbers_that_stand_in_its_wording() -> None:
    countries = read_countries()
    assert next(iter(countries)) == "international"
    for country in countries.values():
        kinds = {call.kind for call in country.calls}
        assert "emergency" in kinds
        assert country.code == "international" or kinds == {"emergency", "crisis", "poison"}
        assert all(call.link.removeprefix("tel:").isdigit() for call in country.calls)


def test_a_number_that_is_not_in_the_wording_refuses_the_start(tmp_path: Path) -> None:
    from assistant.countries import CALLS

    path = tmp_path / "calls.yaml"
    path.write_text(CALLS.read_text(encoding="utf-8").replace('"988"', '"989"'), encoding="utf-8")
    with pytest.raises(PolicyError, match="989 of US"):
        read_countries(calls_path=path)
