"""The page in a real browser, on a desk and on a phone: what a patient does with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Ask = Callable[[Any, str], None]
HANDS = "Why are my hands stiff since I started Arimidex?"


def menu(page: Any, entry: str) -> None:
    page.click(".cw-menu summary")
    page.click(f".cw-do-{entry}")
    page.wait_for_selector("dialog[open]")


def replies(page: Any) -> int:
    return int(page.locator("#cw-log .cw-reply").count())


def test_an_answer_has_sources_that_open_with_the_quotation_marked(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    assert page.locator(".cw-answered .cw-statements").count() == 1
    assert page.locator("#cw-question textarea").input_value() == ""
    cite = page.locator("a.cw-cite").first
    assert cite.get_attribute("aria-label").startswith("Source 1: ")
    cite.click()
    page.wait_for_selector("#cw-panel mark")
    assert page.inner_text("#cw-panel mark") == cite.get_attribute("data-quote")
    panel = page.inner_text("#cw-panel")
    for words in ("Evidence", "Who it is about", "Review", "Not yet reviewed by a clinician", "Studies behind this passage"):
        assert words in panel
    assert page.evaluate("() => document.activeElement.closest('#cw-panel') !== null")
    page.keyboard.press("Escape")
    assert page.locator("#cw-panel").count() == 0
    assert page.evaluate("() => document.activeElement.className") == "cw-cite"


def test_a_source_opens_by_itself_without_scripts(page: Any, ask: Ask, address: str) -> None:
    ask(page, HANDS)
    cite = page.locator("a.cw-cite").first
    href, quote = cite.get_attribute("href"), cite.get_attribute("data-quote")
    page.goto(address + href)
    assert page.inner_text("mark") == quote


def test_hover_or_focus_shows_a_card_with_the_quotation(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    cite = page.locator("a.cw-cite").first
    cite.focus()
    page.wait_for_selector("#cw-card:not([hidden])")
    assert cite.get_attribute("data-quote") in page.inner_text("#cw-card")
    assert cite.get_attribute("aria-describedby") == "cw-card"
    page.keyboard.press("Escape")
    assert page.locator("#cw-card:not([hidden])").count() == 0


def test_another_level_answers_again_in_place(page: Any, ask: Ask) -> None:
    ask(page, "What is CYP19A1?")
    before = page.inner_text("#cw-log .cw-statements")
    first = page.locator("#cw-log .cw-reply").get_attribute("data-answer")
    page.check("#cw-level input[value=technical]")
    page.wait_for_function("id => document.querySelector('#cw-log .cw-reply').dataset.answer !== id", arg=first)
    assert replies(page) == 1
    assert page.inner_text("#cw-log .cw-statements") != before
    page.check("#cw-level input[value=plain]")
    page.wait_for_function("text => document.querySelector('#cw-log .cw-statements').innerText === text", arg=before)


def test_topics_and_starters_ask_questions_that_are_answered(page: Any) -> None:
    page.locator(".cw-log .cw-ask").first.click()
    page.wait_for_selector(".cw-answered")
    page.click(".cw-do-help")
    page.locator("dialog details").nth(2).locator("summary").click()
    question = page.locator("dialog details").nth(2).locator(".cw-ask").first
    text = question.inner_text()
    question.click()
    page.wait_for_function("() => document.querySelectorAll('#cw-log .cw-answered').length === 2")
    assert text in page.locator(".cw-user").last.inner_text()
    assert page.evaluate("() => document.activeElement.classList.contains('cw-user')")


def test_the_glossary_tells_whether_it_is_about_my_medicine(page: Any) -> None:
    menu(page, "medicine")
    page.fill("#cw-medicine", "Arimidex")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [lang=en] strong")
    assert "aromatase inhibitor" in page.inner_text("dialog")
    page.fill("#cw-medicine", "zzz")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('dialog').innerText.includes('do not know this word')")


def test_a_term_is_explained_on_tap(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    term = page.locator("button.cw-term").first
    term.click()
    assert term.get_attribute("data-meaning") in page.inner_text("#cw-card")


def test_four_outcomes_look_different(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    ask(page, "How many mg of letrozole should I take?")
    ask(page, "Does letrozole turn my tonsils blue?")
    assert page.locator(".cw-answered").count() == 1
    assert page.locator(".cw-refused").count() == 1
    assert page.locator(".cw-not-covered").count() == 1
    page.fill("#cw-question textarea", "Why are my joints stiff? " * 200)
    page.click("#cw-send")
    page.wait_for_selector("#cw-trouble .cw-error")
    assert page.locator("#cw-question textarea").input_value() == "Why are my joints stiff? " * 200
    looks = "element => [getComputedStyle(element).borderLeftColor, getComputedStyle(element).borderTopStyle].join()"
    seen = [page.eval_on_selector(f".cw-{name}", looks) for name in ("answered", "refused", "not-covered", "error")]
    assert len(set(seen)) == 4


def test_an_emergency_has_calls_to_tap_and_the_country_one_tap_away(page: Any, ask: Ask) -> None:
    ask(page, "I have crushing chest pain")
    assert page.locator("a.cw-call").first.get_attribute("href") == "tel:112"
    page.locator("[data-country=GB]").click()
    page.wait_for_selector("[data-country=GB][aria-pressed=true]")
    assert page.locator("a.cw-call").first.get_attribute("href") == "tel:999"
    assert page.locator("a.cw-call[href='tel:911']").count() == 0
    assert "999" in page.inner_text(".cw-notice")


def test_the_sheet_for_the_care_team_is_made_and_saved(page: Any, ask: Ask, tmp_path: Path) -> None:
    ask(page, HANDS)
    ask(page, "How many mg of letrozole should I take?")
    page.click(".cw-do-sheet")
    page.wait_for_selector("#cw-sheet .cw-sheet-turn")
    text = page.inner_text("#cw-sheet")
    for words in (HANDS, "How many mg", "My care team can", "Questions I could ask", "content version"):
        assert words in text
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / "sheet.html")
    assert HANDS.rstrip("?") in (tmp_path / "sheet.html").read_text(encoding="utf-8")


def test_only_the_sheet_is_printed(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    page.click(".cw-do-sheet")
    page.wait_for_selector("#cw-sheet .cw-sheet-turn")
    page.evaluate("() => { window.print = () => {}; }")
    page.get_by_role("button", name="Print or save as PDF").click()
    page.emulate_media(media="print")
    assert page.locator("#cw-sheet").is_visible()
    assert not page.locator("#cw-log").is_visible()


def test_feedback_is_saved_and_stays_visible(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    page.click("[data-do=not-helpful]")
    page.check(".cw-feedback input[value=unclear]")
    page.fill(".cw-feedback textarea", "Too many words")
    page.click(".cw-feedback button[type=submit]")
    page.wait_for_selector(".cw-said")
    assert page.inner_text(".cw-said") == "Thank you. Your feedback is saved."
    page.reload()
    page.wait_for_selector("[data-do=not-helpful][aria-pressed=true]")
    page.click("[data-do=helpful]")
    page.wait_for_selector("[data-do=helpful][aria-pressed=true]")


def test_copying_takes_the_sources_along(page: Any, ask: Ask) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, HANDS)
    page.click("[data-do=copy]")
    page.wait_for_selector(".cw-said")
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert HANDS in text
    assert "[1]" in text
    assert "Sources:" in text


def test_reading_aloud_uses_the_browsers_own_voice(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    page.evaluate(
        "() => { window.spoken = []; window.speechSynthesis.speak = (voice) => window.spoken.push([voice.text, voice.lang]); }"
    )
    page.click("[data-do=read]")
    spoken = page.evaluate("() => window.spoken")
    assert spoken[0][1] == "en-US"
    assert "Stiff" in spoken[0][0] or "stiff" in spoken[0][0]
    assert page.inner_text("[data-do=read]") == "Stop reading"


def test_a_reload_loses_nothing(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    shown = page.inner_text("#cw-log")
    page.fill("#cw-question textarea", "half a quest")
    page.reload()
    page.wait_for_selector("#cw-log .cw-reply")
    assert page.inner_text("#cw-log") == shown
    assert page.locator("#cw-question textarea").input_value() == "half a quest"


def test_a_lost_connection_is_told_and_nothing_is_lost(page: Any, ask: Ask) -> None:
    ask(page, HANDS)
    page.context.set_offline(True)
    page.fill("#cw-question textarea", "What is aromatase?")
    page.click("#cw-send")
    page.wait_for_selector("#cw-offline .cw-again")
    assert page.locator("#cw-question textarea").input_value() == "What is aromatase?"
    page.context.set_offline(False)
    page.click("#cw-offline .cw-again")
    page.wait_for_function("() => document.querySelectorAll('#cw-log .cw-reply').length === 2")
    assert page.locator("#cw-offline .cw-again").count() == 0


def test_starting_over_and_deleting_take_everything_away(page: Any, ask: Ask, address: str) -> None:
    ask(page, HANDS)
    menu(page, "start_over")
    page.click("dialog .cw-primary")
    page.wait_for_function("() => document.querySelectorAll('#cw-log .cw-reply').length === 0")
    ask(page, HANDS)
    conversation = page.evaluate("() => JSON.parse(sessionStorage.getItem('cw-state')).conversation")
    assert page.request.get(f"{address}/api/conversations/{conversation}").status == 200
    menu(page, "forget")
    page.click("dialog .cw-primary")
    page.wait_for_function("() => document.querySelectorAll('#cw-log .cw-reply').length === 0")
    page.wait_for_function("() => document.getElementById('cw-status').textContent === 'Your conversation is deleted.'")
    assert page.request.get(f"{address}/api/conversations/{conversation}").status == 404
    assert HANDS not in page.evaluate("() => JSON.stringify({ ...sessionStorage })")


def test_leaving_quickly_leaves_nothing(page: Any, ask: Ask, address: str) -> None:
    ask(page, HANDS)
    page.click(".cw-leave")
    page.wait_for_url("about:blank")
    page.goto(address)
    page.wait_for_selector(".cw-bar")
    assert replies(page) == 0


def test_the_standing_line_and_privacy_say_what_they_must(page: Any) -> None:
    assert "Not a medical device" in page.inner_text("#cw-standing")
    menu(page, "privacy")
    assert "for 90 days" in page.inner_text("dialog")


def test_a_follow_up_uses_the_conversation(page: Any, ask: Ask) -> None:
    ask(page, "What is BPC-157?")
    ask(page, "is it approved?")
    assert "approved" in page.locator(".cw-reply").last.inner_text()


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=\"document.title='bad'\"> [x](javascript:alert(1)) **what** is aromatase?",
        "\u202ewhat is aromatase\u202c 😀 <script>document.title='bad'</script>",
        "</section></div><h1>Take 5</h1>",
    ],
    ids=["markup", "right-to-left", "closing tags"],
)
def test_hostile_text_stays_text(page: Any, ask: Ask, text: str) -> None:
    ask(page, text)
    assert page.locator("#cw-log .cw-user").inner_text().endswith(text)
    assert page.locator("#cw-log img, #cw-log script, #cw-log h1").count() == 0
    assert page.title() == "Citewell"


def test_a_port_in_use_is_named(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    result = subprocess.run([sys.executable, "-m", "ui", "--port", port], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert f"Port {port}" in result.stderr
    assert "in use" in result.stderr
