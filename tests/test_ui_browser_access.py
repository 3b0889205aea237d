"""The page for everybody: axe, keyboard, screen reader, sizes, languages, colors, speed."""

from __future__ import annotations

import json
import re
import statistics
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Ask = Callable[[Any, str], None]
Open = Callable[..., Any]
HANDS = "Why are my hands stiff since I started Arimidex?"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def dialog(page: Any, entry: str) -> None:
    if entry not in {"help", "sheet"}:
        page.click(".cw-menu summary")
    page.click(f".cw-do-{entry}")
    page.wait_for_selector("dialog[open]")
    if entry == "sheet":
        page.wait_for_selector("#cw-sheet .cw-sheet-turn")


def source(page: Any) -> None:
    page.locator("a.cw-cite").first.click()
    page.wait_for_selector("#cw-panel mark")


def too_long(page: Any) -> None:
    page.fill("#cw-question textarea", "Why are my joints stiff? " * 200)
    page.click("#cw-send")
    page.wait_for_selector("#cw-trouble .cw-error")


def form(page: Any) -> None:
    page.click("[data-do=not-helpful]")
    page.wait_for_selector(".cw-feedback")


STATES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "empty": ("", lambda page: None),
    "answered": (HANDS, lambda page: None),
    "source open": (HANDS, source),
    "refused": ("How many mg of letrozole should I take?", lambda page: None),
    "not covered": ("Does letrozole turn my tonsils blue?", lambda page: None),
    "emergency": ("I have crushing chest pain", lambda page: None),
    "error": ("", too_long),
    "sheet": (HANDS, lambda page: dialog(page, "sheet")),
    "topics": ("", lambda page: dialog(page, "help")),
    "settings": ("", lambda page: dialog(page, "settings")),
    "feedback": (HANDS, form),
}
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"width": 1280, "height": 900},
    "phone": {"width": 360, "height": 740},
    "dark": {"width": 1280, "height": 900, "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(open_page: Open, ask: Ask, look: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    page = open_page(**LOOKS[look])
    for name, (question, act) in STATES.items():
        page.evaluate("() => sessionStorage.clear()")
        if page.locator("#cw-log .cw-reply, #cw-trouble .cw-reply, dialog, #cw-question textarea").count() > 1:
            page.reload()
            page.wait_for_selector(".cw-bar")
        if question:
            ask(page, question)
        act(page)
        for violation in axe.run(page, options={"runOnly": RULES}).response["violations"]:
            found.append(f"{name}: {violation['id']}: {violation['nodes'][0]['html'][:120]}")
    assert found == []


def test_everything_works_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "cw-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type(HANDS)
    page.keyboard.press("Enter")
    page.wait_for_selector(".cw-answered")
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("() => document.activeElement !== document.body"), "the focus is lost"
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus is not visible"
        if page.evaluate("() => document.activeElement.className === 'cw-cite'"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#cw-panel mark")
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.className") == "cw-cite"


def test_the_order_of_the_keyboard_is_that_of_the_eye(open_page: Open, ask: Ask) -> None:
    page = open_page()
    ask(page, HANDS)
    page.reload()
    page.wait_for_selector("#cw-log .cw-reply")
    seen: list[str] = []
    for _ in range(45):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.closest('.cw-bar') ? 'bar' : e.closest('#cw-log') ? 'log' : e.closest('#cw-ask') ? 'ask'"
                " : e.closest('#cw-level') ? 'level' : e.className; }"
            )
        )
    order = [part for part in dict.fromkeys(seen) if part in {"bar", "log", "ask", "level"}]
    assert order == ["bar", "log", "ask", "level"]


def test_a_screen_reader_gets_the_whole_reply(open_page: Open, ask: Ask) -> None:
    page = open_page()
    ask(page, HANDS)
    page.wait_for_function("() => document.getElementById('cw-status').textContent.length > 40")
    spoken = page.inner_text("#cw-status")
    first = page.locator("a.cw-cite").first.get_attribute("data-quote")
    assert "Answer from our content" in spoken
    assert first in spoken
    tree = page.locator("#cw-log").aria_snapshot()
    assert 'log "Conversation"' in tree
    # A term of the glossary is a button within its sentence, so the tree has the sentence in pieces.
    heard = " ".join(re.findall(r"\w+", re.sub(r"- (?:text|button|paragraph)\b", " ", tree)))
    assert " ".join(re.findall(r"\w+", first.split(",")[0])) in heard
    assert 'link "Source 1: Joint pain and stiffness"' in tree
    assert 'heading "You asked: ' in tree


@pytest.mark.parametrize("size", ["normal", "largest"])
def test_nothing_scrolls_sideways(open_page: Open, ask: Ask, size: str) -> None:
    page = open_page(320, 800)
    fits = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    page.evaluate("size => localStorage.setItem('cw-size', size)", size)
    page.reload()
    page.wait_for_selector(".cw-bar")
    ask(page, HANDS)
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(fits), width
        source(page)
        assert page.evaluate(fits), width
        page.keyboard.press("Escape")
        dialog(page, "sheet")
        assert page.evaluate(fits), width
        assert page.evaluate("() => { const d = document.querySelector('dialog'); return d.scrollWidth <= d.clientWidth; }"), (
            width
        )
        page.keyboard.press("Escape")


def test_text_grows_to_twice_its_size(open_page: Open, ask: Ask) -> None:
    page = open_page(640, 800)
    ask(page, HANDS)
    height = "() => parseFloat(getComputedStyle(document.querySelector('.cw-statements p')).fontSize)"
    before = page.evaluate(height)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert page.evaluate(height) >= 1.99 * before
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_is_touched_is_44_pixels_high(open_page: Open, ask: Ask) -> None:
    page = open_page(360, 740, has_touch=True)
    ask(page, HANDS)
    ask(page, "I have crushing chest pain")
    small = page.evaluate(
        "() => [...document.querySelectorAll("
        "'button:not(.cw-term), summary, a.cw-call, a.cw-open, #cw-question textarea, #cw-level label')]"
        ".map(e => [e.getBoundingClientRect(), e.textContent])"
        ".filter(([r]) => r.height > 0 && (r.height < 43.5 || r.width < 43.5)).map(([r, t]) => t)"
    )
    assert small == []
    area = "() => getComputedStyle(document.querySelector('a.cw-cite'), '::after').width"
    assert page.evaluate(area) == "44px"


def test_the_interface_speaks_spanish_and_can_be_switched(open_page: Open, ask: Ask) -> None:
    page = open_page(locale="es-MX")
    ask(page, HANDS)
    assert page.evaluate("() => document.documentElement.lang") == "es"
    assert page.inner_text("#cw-send") == "Preguntar"
    assert "Respuesta de nuestro contenido" in page.inner_text("#cw-log")
    assert page.locator(".cw-answered").get_attribute("lang") == "en"
    page.click(".cw-menu summary")
    page.click(".cw-do-settings")
    page.locator("dialog input[value=en]").click(no_wait_after=True)
    page.wait_for_function("() => document.querySelector('#cw-send')?.innerText === 'Ask'")
    page.wait_for_function("() => document.querySelector('#cw-log')?.innerText.includes('Answer from our content')")


def test_dark_contrast_and_size_are_kept_for_the_next_visit(open_page: Open) -> None:
    page = open_page()
    dialog(page, "settings")
    for value in ("dark", "high", "largest"):
        page.check(f"dialog input[value={value}]")
    page.reload()
    page.wait_for_selector(".cw-bar")
    page.wait_for_function("() => document.body.classList.contains('dark')")
    assert page.evaluate("() => document.documentElement.className").split() == ["cw-largest", "cw-contrast"]


def test_a_reader_who_wants_no_motion_gets_none(open_page: Open, ask: Ask) -> None:
    page = open_page(reduced_motion="reduce")
    ask(page, HANDS)
    moving = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(moving) == 0


def test_the_policy_forbids_inline_scripts_and_evaluation(address: str) -> None:
    with urllib.request.urlopen(address) as response:
        policy = response.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'"]


@pytest.mark.timing
def test_a_reply_is_on_the_screen_within_300_milliseconds(open_page: Open) -> None:
    page = open_page()
    questions = ["What is aromatase?", "Why do hot flashes happen?", "Does turmeric help sore joints?", "What is CYP19A1?"] * 3
    timed = """async text => {
        const box = document.querySelector('#cw-question textarea');
        const replies = () => document.querySelectorAll('#cw-log .cw-reply').length, count = replies();
        box.value = text; box.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(done => setTimeout(done, 100));
        const begun = performance.now();
        document.querySelector('#cw-send').click();
        return await new Promise(done => {
            const look = () => replies() > count ? done(performance.now() - begun) : requestAnimationFrame(look);
            look();
        });
    }"""
    assert statistics.median(page.evaluate(timed, text) for text in questions) <= 300


@pytest.mark.timing
def test_the_first_load_is_ready_within_two_and_a_half_seconds(open_page: Open) -> None:
    open_page()  # the browser's own start is not counted
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        open_page()
        took.append(time.perf_counter() - begun)
    assert statistics.median(took) <= 2.5


@pytest.mark.timing
def test_twenty_people_in_the_same_second_all_get_their_reply(address: str) -> None:
    questions = [f"Why are my joints stiff after {number} months?" for number in range(20)]

    def post(text: str) -> float:
        body = json.dumps({"question": text}).encode()
        request = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
        begun = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.load(response)["kind"]
        return time.perf_counter() - begun

    with ThreadPoolExecutor(20) as pool:
        took = sorted(pool.map(post, questions))
    assert took[18] <= 1.5
