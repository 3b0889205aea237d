"""The page in a real browser: ask, open a source, no request to anywhere else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = pytest.mark.browser


def need_chromium() -> None:
    if Path(CHROMIUM).exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing, and CI has to have it")
    pytest.skip("Chromium is missing: install the package chromium")


@pytest.fixture(scope="module")
def address(state: Path) -> Iterator[str]:
    need_chromium()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "CITEWELL_INDEX_DIRECTORY": str(state)}
    process = subprocess.Popen([sys.executable, "-m", "ui", "--port", str(port)], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 120:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    pytest.fail("the server did not become ready")


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(20_000)
    page.requested = []
    page.failed = []
    page.on("request", lambda sent: page.requested.append(sent.url))
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#cw-question textarea")
    yield page
    assert [url for url in page.requested if not url.startswith((address, "data:", "blob:"))] == []
    assert page.failed == []
    page.close()


def ask(page: Any, text: str) -> None:
    count = page.locator(".cw-reply").count()
    page.fill("#cw-question textarea", text)
    page.click("#cw-send")
    page.wait_for_function("count => document.querySelectorAll('.cw-reply').length > count", arg=count)


def test_a_question_is_answered_and_its_source_opens(page: Any) -> None:
    ask(page, "Why are my hands stiff since I started Arimidex?")
    assert page.locator(".cw-answered .cw-statements").count() == 1
    cited = page.locator("a.cw-cite")
    assert cited.count() >= 2
    source = page.locator("details.cw-source").first
    assert source.get_attribute("open") is None
    cited.first.click()
    page.wait_for_selector("mark.cw-current")
    assert source.get_attribute("open") is not None
    quote = page.locator("mark.cw-current").inner_text()
    assert quote in page.locator(".cw-statements").first.inner_text().replace("\n", " ") or quote[:30] in page.content()
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    assert page.locator("#cw-question textarea").input_value() == ""


def test_the_source_opens_with_the_keyboard_alone(page: Any) -> None:
    ask(page, "What is aromatase?")
    page.locator("a.cw-cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("mark.cw-current")
    assert page.locator("details.cw-source[open]").count() == 1


def test_the_standing_line_and_starters_are_there(page: Any) -> None:
    assert "Not a medical device" in page.inner_text("#cw-standing")
    page.locator("button.cw-starter").first.click()
    page.wait_for_selector(".cw-answered")


def test_outcomes_look_different(page: Any) -> None:
    ask(page, "How many mg of letrozole should I take?")
    ask(page, "I have crushing chest pain")
    assert page.locator(".cw-refused").count() == 1
    assert page.locator(".cw-urgent").count() == 1
    assert page.locator(".cw-answered").count() == 0


def test_markup_in_a_message_stays_text(page: Any) -> None:
    text = "<img src=x onerror=\"document.title='bad'\"> [x](javascript:alert(1)) **what** is aromatase?"
    ask(page, text)
    assert page.locator("#cw-log .cw-user").first.inner_text() == text
    assert page.locator("#cw-log img[src='x']").count() == 0
    assert page.title() == "Citewell"


def test_a_follow_up_uses_the_conversation(page: Any) -> None:
    ask(page, "What is BPC-157?")
    ask(page, "is it approved?")
    assert "Peptides" in page.locator(".cw-reply").last.inner_text()


def test_a_question_that_is_too_long_stays_in_the_box(page: Any) -> None:
    text = "Why are my joints stiff? " * 200
    ask(page, text)
    assert page.locator(".cw-error").count() == 1
    assert page.locator("#cw-question textarea").input_value() == text


def test_nothing_scrolls_sideways(page: Any) -> None:
    ask(page, "Why are my hands stiff since I started Arimidex?")
    page.locator("a.cw-cite").first.click()
    page.wait_for_selector("mark.cw-current")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_port_in_use_is_named(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    result = subprocess.run([sys.executable, "-m", "ui", "--port", port], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert f"Port {port}" in result.stderr
    assert "in use" in result.stderr
