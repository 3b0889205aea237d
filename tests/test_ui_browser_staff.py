"""The staff pages in a real browser: sign in, find, judge, confirm, replay, withdraw, export; and the bar for everybody."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.accounts import Accounts
from assistant.roles import Role
from assistant.store import Store

pytestmark = pytest.mark.browser
PASSWORD = "river stone candle eleven"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HANDS = "Why are my hands stiff since I started Arimidex?"
SignIn = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def accounts(address: str, journal_folder: Path) -> None:
    store = Store(f"sqlite:///{journal_folder}/journal.sqlite3")
    for name, role in (("ada", Role.REVIEWER), ("bob", Role.REVIEWER), ("eve", Role.ADMIN)):
        Accounts(store).add(name, role, PASSWORD)
    store.engine.dispose()


@pytest.fixture
def answer_id(address: str) -> str:
    body = json.dumps({"question": HANDS}).encode()
    request = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["answer_id"])


@pytest.fixture
def sign_in(browser: Any, address: str) -> Iterator[SignIn]:
    contexts: list[Any] = []

    def enter(name: str, width: int = 1280) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/staff")
        assert page.url.endswith("/staff/sign-in")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Signed in as")
        return page

    yield enter
    for context in contexts:
        context.close()


def test_an_exchange_is_found_judged_and_confirmed_by_a_second_person(sign_in: SignIn, answer_id: str, address: str) -> None:
    page = sign_in("ada")
    page.click("summary")
    page.fill("#text", answer_id)
    page.click("text=Show")
    page.click("tbody a")
    assert page.inner_text("blockquote >> nth=0") == HANDS
    page.check("input[name=verdict][value=unsafe]")
    page.fill("#note", "needs a second look")
    page.click("text=Save the review")
    page.wait_for_selector("li:has-text('needs a second look')")
    assert page.locator("text=Confirm as a second person").count() == 0
    other = sign_in("bob")
    other.goto(f"{address}/staff/exchanges/{answer_id}")
    other.click("text=Confirm as a second person")
    other.wait_for_selector("li:has-text('confirms another review')")


def test_an_exchange_is_asked_again_on_todays_version(sign_in: SignIn, answer_id: str, address: str) -> None:
    page = sign_in("ada")
    page.goto(f"{address}/staff/exchanges/{answer_id}")
    page.click("text=Ask again on today's version")
    assert "The same reply." in page.inner_text("main")


def test_an_admin_withdraws_a_passage_and_exports(sign_in: SignIn, address: str, tmp_path: Path) -> None:
    page = sign_in("eve")
    page.goto(f"{address}/staff/content/what-aromatase-does")
    section = page.locator("section").last
    name = section.get_attribute("id")
    section.locator("input[name=reason]").fill("a test")
    section.locator("button").click()
    page.wait_for_selector(f"section[id='{name}'] >> text=Withdrawn: not quoted.")
    page.locator(f"section[id='{name}'] button").click()
    page.wait_for_function("() => !document.body.innerText.includes('Withdrawn: not quoted.')")
    with page.expect_download() as download:
        page.evaluate("() => { location.href = '/staff/export'; }")
    download.value.save_as(tmp_path / "journal.jsonl")
    assert HANDS in (tmp_path / "journal.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(sign_in: SignIn, answer_id: str, address: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, axe, found = sign_in("eve", width), Axe(), []
    paths = ("/staff", f"/staff/exchanges/{answer_id}", f"/staff/exchanges/{answer_id}/replay", "/staff/try", "/staff/dashboard")
    for path in (*paths, "/staff/content", "/staff/content/joint-pain", "/staff/none"):
        page.goto(address + path)
        for violation in axe.run(page, options={"runOnly": RULES}).response["violations"]:
            found.append(f"{path}: {violation['id']}: {violation['nodes'][0]['html'][:120]}")
        if not page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            found.append(f"{path}: scrolls sideways")
    page.context.clear_cookies()
    page.goto(f"{address}/staff/sign-in")
    found += [violation["id"] for violation in axe.run(page, options={"runOnly": RULES}).response["violations"]]
    assert found == []
