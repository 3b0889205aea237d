"""The fixed replies: complete, without a dose, and refused at the start when they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.exceptions import PolicyError
from assistant.policy import POLICY, read_policy
from assistant.types import Decision, Verdict
from corpus.leaks import find_leaks
from corpus.library import Library


def test_every_decision_but_answer_has_a_notice(library: Library) -> None:
    policy = read_policy(library)
    assert set(policy.notices) == set(Decision) - {Decision.ANSWER}
    assert policy.notice(Verdict(Decision.ANSWER, "")) is None


def test_no_notice_holds_dosing_advice(library: Library) -> None:
    policy = read_policy(library)
    texts = [notice.text for notice in policy.notices.values()] + [policy.standing, *policy.languages.values(), *policy.starters]
    assert [leak for text in texts for leak in find_leaks(text)] == []


def test_an_emergency_begins_with_the_call_for_help(library: Library) -> None:
    text = read_policy(library).notices[Decision.EMERGENCY].text
    assert text.startswith("Call your local emergency number now (911")
    assert "Do not wait for an answer here." in text


@pytest.mark.parametrize("code", ["es", "fr", "de", "pt", "it", "nl", "pl", "ru", "zh", "hi", "ar", "tr"])
def test_another_language_gets_its_own_line_and_an_emergency_number(library: Library, code: str) -> None:
    policy = read_policy(library)
    notice = policy.notice(Verdict(Decision.UNSUPPORTED_LANGUAGE, "", language=code))
    assert notice
    assert notice.paragraphs[0] == policy.languages[code]
    assert "112" in notice.paragraphs[0]


def test_an_unknown_language_gets_the_english_line(library: Library) -> None:
    notice = read_policy(library).notice(Verdict(Decision.UNSUPPORTED_LANGUAGE, "", language="xx"))
    assert notice
    assert notice.paragraphs[0].startswith("I can only answer questions in English")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("988 in the US and", "a number in the US and", "international wording lacks '988'"),
        ("call Lifeline on 13 11 14", "call a crisis line at 2 tablets daily", "self_harm leaks"),
        ("any hour: {crisis}.", "any hour.", "self_harm lacks"),
        ("any hour: {crisis}.", "any hour: {crises}.", "words in braces"),
        ("- Do not wait for an answer here.", "- Please read on.", "emergency lacks"),
        ("I cannot diagnose, read results", "Take one tablet daily. I cannot diagnose, read results", "diagnosis leaks"),
        ("stopping: [care-talk-first", "stopping: [nowhere", "passage 'nowhere' is unknown"),
        ("  gibberish:\n", "  nonsense:\n", "notices"),
        ("version:", "versoin:", "version"),
        ("notices:\n", "notices: [\n", "cannot be read"),
    ],
)
def test_a_policy_that_breaks_its_rules_refuses_the_start(
    library: Library, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = POLICY.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        read_policy(library, path)


@pytest.mark.parametrize(
    ("country", "number", "crisis"),
    [("US", "911", "988"), ("GB", "999", "116 123"), ("AU", "000", "13 11 14"), ("NZ", "111", "1737")],
)
def test_a_country_has_its_own_numbers_and_no_others(library: Library, country: str, number: str, crisis: str) -> None:
    policy = read_policy(library, country=country)
    assert policy.notices[Decision.EMERGENCY].text.startswith(f"Call the emergency number {number} now")
    assert crisis in policy.notices[Decision.SELF_HARM].text
    said = policy.standing + " ".join(notice.text for notice in policy.notices.values())
    others = {"911", "112", "999", "000", "111"} - {number, "112" if country == "IE" else number}
    assert [other for other in others if f" {other}" in said.replace("NHS 111", "")] == []


def test_an_unknown_country_is_named_with_those_that_are_known(library: Library) -> None:
    with pytest.raises(PolicyError, match=r"'XX'; give one of AU, CA, GB"):
        read_policy(library, country="XX")
