"""The staff pages: nobody gets in unsigned, forms come from our own pages only, verdicts are kept."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount

from assistant.accounts import LOCKED, MOST_TRIES, Accounts
from assistant.exceptions import BadAccount, SignInRefused
from assistant.journal import Journal, Keeping
from assistant.journal_commands import made_up
from assistant.overview import grouped
from assistant.pipeline import Assistant
from assistant.roles import Role
from assistant.store import Store
from assistant.withdrawn import Withdrawn
from ui.app import build_app
from ui.settings import UiSettings

PASSWORD = "river stone candle eleven"
PAGE = {"accept": "text/html"}
HANDS = "Why are my hands stiff since I started Arimidex?"


@pytest.fixture(scope="module")
def made(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Journal]]:
    folder = tmp_path_factory.mktemp("staff")
    journal = Journal(Store(f"sqlite:///{folder}/journal.sqlite3"), folder / "spool", str, Keeping(), "m")
    withdrawn = Withdrawn(folder / "withdrawn.json")
    accounts = Accounts(journal.store)
    for name, role in (("ada", Role.REVIEWER), ("bob", Role.REVIEWER), ("eve", Role.ADMIN)):
        accounts.add(name, role, PASSWORD)
    yield build_app(replace(assistant, withdrawn=withdrawn), UiSettings(), journal, withdrawn), journal
    journal.close()


@pytest.fixture
def client(made: tuple[Any, Journal]) -> TestClient:
    return TestClient(made[0], raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def journal(made: tuple[Any, Journal]) -> Journal:
    return made[1]


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    return client.post("/staff/sign-in", data={"name": name, "password": password})


def form(client: TestClient, address: str = "/staff") -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get(address, headers=PAGE).text)
    assert found
    return found[1]


@pytest.fixture
def answer_id(client: TestClient) -> str:
    return str(client.post("/api/ask", json={"question": HANDS}).json()["answer_id"])


def routes(app: Any) -> list[tuple[str, str]]:
    """Every route of the application that serves staff, included and mounted ones too."""
    found: list[tuple[str, str]] = []

    def walk(entries: Any, before: str) -> None:
        for entry in entries:
            if isinstance(entry, APIRoute):
                found.extend((method, before + entry.path) for method in entry.methods)
            elif isinstance(entry, Mount):
                walk(entry.routes or [], before + entry.path)
            elif hasattr(entry, "routes"):
                walk(entry.routes, before)
            elif hasattr(entry, "original_router"):
                walk(entry.original_router.routes, before)

    walk(app.routes, "")
    return [(method, path) for method, path in found if path.startswith("/staff")]


def test_every_staff_route_refuses_who_is_not_signed_in(made: tuple[Any, Journal], client: TestClient) -> None:
    listed = routes(made[0])
    assert len(listed) >= 14
    for method, path in listed:
        if path == "/staff/sign-in":
            continue
        address = re.sub(r"\{[^}]+\}", "x", path)
        assert client.request(method, address).status_code == 401, path
        assert client.request(method, address + "/").status_code == 401, path
        seen = client.request(method, address, headers=PAGE)
        assert (seen.status_code, seen.headers.get("location", "")) in {(303, "/staff/sign-in"), (401, "")}, path
    for odd in ("/staff/none", "/staff/%2e%2e/staff", "/staff//"):
        assert client.get(odd).status_code in {401, 404}
        assert "Queue" not in client.get(odd).text


def test_signing_in_makes_a_new_guarded_cookie_and_signing_out_ends_it(client: TestClient) -> None:
    client.cookies.set("citewell_staff", "planted")
    reply = sign_in(client, "ada")
    cookie = reply.headers["set-cookie"]
    assert "planted" not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/staff"))
    https = client.post("/staff/sign-in", data={"name": "ada", "password": PASSWORD}, headers={"x-forwarded-proto": "https"})
    assert "Secure" in https.headers["set-cookie"]
    token = client.cookies.get("citewell_staff", path="/staff")
    client.cookies.clear()
    client.cookies.set("citewell_staff", token or "", path="/staff")
    assert "Signed in as" in client.get("/staff", headers=PAGE).text
    assert client.post("/staff/sign-out", data={"form": form(client)}).status_code == 303
    client.cookies.set("citewell_staff", token or "", path="/staff")
    assert client.get("/staff", headers=PAGE).status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong password here"), ("nobody", PASSWORD), ("' OR 1=1 --", "x"), ("", "")]
)
def test_a_wrong_sign_in_tells_nothing(client: TestClient, name: str, password: str) -> None:
    reply = sign_in(client, name, password)
    assert reply.status_code == 401
    assert "The name or the password is wrong." in reply.text
    assert "set-cookie" not in reply.headers


def test_an_account_is_locked_after_failed_tries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path}/journal.sqlite3")
    store.prepare()
    accounts = Accounts(store)
    accounts.add("ada", Role.REVIEWER, PASSWORD)
    for _ in range(MOST_TRIES):
        with pytest.raises(SignInRefused, match="is wrong"):
            accounts.sign_in("ada", "no")
    with pytest.raises(SignInRefused, match="too many"):
        accounts.sign_in("ada", PASSWORD)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + LOCKED + 1)
    assert accounts.session(accounts.sign_in("ada", PASSWORD))
    store.engine.dispose()


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("ada", "short", "too short"),
        ("ada", "ada ada ada ada", "easily guessed"),
        ("ada", "citewell password 1", "easily guessed"),
        ("A b", PASSWORD, "small letters"),
        ("ada", "aaaaaaaaaaaaaaa", "easily guessed"),
    ],
)
def test_a_weak_account_is_refused(tmp_path: Path, name: str, password: str, said: str) -> None:
    store = Store(f"sqlite:///{tmp_path}/journal.sqlite3")
    store.prepare()
    with pytest.raises(BadAccount, match=said):
        Accounts(store).add(name, Role.ADMIN, password)
    with pytest.raises(BadAccount, match="no account"):
        Accounts(store).remove("ghost")
    store.engine.dispose()


def test_forms_from_elsewhere_are_refused(client: TestClient, journal: Journal, answer_id: str) -> None:
    sign_in(client, "ada")
    address = f"/staff/exchanges/{answer_id}/review"
    for data in ({"verdict": "correct"}, {"verdict": "correct", "form": "guessed"}):
        assert client.post(address, data=data).status_code == 403
    assert journal.exchange(answer_id)["reviews"] == []
    assert client.post(address, data={"verdict": "correct", "form": form(client)}).status_code == 303
    assert [each["verdict"] for each in journal.exchange(answer_id)["reviews"]] == ["correct"]


def test_a_reviewer_cannot_do_what_only_an_admin_may(client: TestClient) -> None:
    sign_in(client, "ada")
    token = form(client)
    assert client.get("/staff/export").status_code == 403
    for act in ("withdraw", "reinstate"):
        refused = client.post(f"/staff/{act}", data={"form": token, "passage": "joint-pain-common"})
        assert refused.status_code == 403
        assert "Only an admin" in refused.text


def test_an_exchange_shows_everything_behind_it(client: TestClient, answer_id: str) -> None:
    sign_in(client, "ada")
    text = client.get(f"/staff/exchanges/{answer_id}", headers=PAGE).text
    for words in (HANDS, "How it was decided", "Likeliest", "quoted", "left", "Corpus, policy, model"):
        assert words in text
    assert client.get("/staff/exchanges/none", headers=PAGE).status_code == 404
    assert "likely" not in client.get("/staff/exchanges/none").text


def test_the_right_passage_is_picked_from_a_search(client: TestClient, journal: Journal, answer_id: str) -> None:
    sign_in(client, "ada")
    page = client.get(f"/staff/exchanges/{answer_id}?find=hot+flashes+at+night", headers=PAGE).text
    offered = re.findall(r'name="passage" value="(hot-flashes[^"]*)"', page)
    assert offered
    data = {"form": form(client), "verdict": "incomplete", "passage": offered[0]}
    assert client.post(f"/staff/exchanges/{answer_id}/review", data=data).status_code == 303
    assert journal.exchange(answer_id)["reviews"][-1]["passage"] == offered[0]


def test_unsafe_needs_a_second_person(client: TestClient, journal: Journal, answer_id: str) -> None:
    address = f"/staff/exchanges/{answer_id}/review"
    sign_in(client, "ada")
    client.post(address, data={"form": form(client), "verdict": "unsafe", "note": "<b>dose</b>"})
    number = str(journal.exchange(answer_id)["reviews"][-1]["id"])
    own = client.post(address, data={"form": form(client), "verdict": "unsafe", "confirms": number})
    assert (own.status_code, "second person" in own.text) == (422, True)
    sign_in(client, "bob")
    page = client.get(f"/staff/exchanges/{answer_id}", headers=PAGE).text
    assert "Confirm as a second person" in page
    assert "<b>dose" not in page
    assert client.post(address, data={"form": form(client), "verdict": "unsafe", "confirms": number}).status_code == 303
    assert journal.exchange(answer_id)["reviews"][-1]["confirms"] == int(number)


@pytest.mark.parametrize(
    "data", [{}, {"verdict": "great"}, {"verdict": "wrong", "passage": "no-such"}, {"verdict": "unsafe", "confirms": "999999"}]
)
def test_a_review_that_makes_no_sense_says_why(client: TestClient, answer_id: str, data: dict[str, str]) -> None:
    sign_in(client, "ada")
    refused = client.post(f"/staff/exchanges/{answer_id}/review", data={"form": form(client), **data})
    assert refused.status_code == 422
    assert "That did not work" in refused.text


@pytest.mark.parametrize("query", ["text=%27%20OR%201%3D1%20--", "text=%25", "text=%3Cscript%3Ealert(1)%3C/script%3E"])
def test_nothing_is_injected_by_a_search(client: TestClient, answer_id: str, query: str) -> None:
    sign_in(client, "ada")
    page = client.get(f"/staff?{query}", headers=PAGE)
    assert page.status_code == 200
    assert "Nothing fits." in page.text
    assert "<script>alert" not in page.text
    assert client.get("/staff?decision=none", headers=PAGE).status_code == 422


def test_a_withdrawn_passage_is_not_quoted_from_the_next_request_on(client: TestClient) -> None:
    sign_in(client, "eve")
    cited = lambda: {each["passage_id"] for each in client.post("/api/ask", json={"question": HANDS}).json()["citations"]}  # noqa: E731
    name = sorted(cited())[0]
    assert client.get(f"/sources/{name}").status_code == 200
    assert client.post("/staff/withdraw", data={"form": form(client), "passage": name, "reason": "old"}).status_code == 303
    assert name not in cited()
    assert client.get(f"/sources/{name}").status_code == 404
    content = client.get("/staff/content", headers=PAGE).text
    assert f"{name}: eve" in content
    assert HANDS in content, "answers that quoted it are listed"
    client.post("/staff/reinstate", data={"form": form(client), "passage": name})
    assert name in cited()
    assert client.post("/staff/withdraw", data={"form": form(client), "passage": "no-such"}).status_code == 422


def test_a_tried_question_shows_the_trace_and_is_not_recorded(client: TestClient, journal: Journal) -> None:
    sign_in(client, "ada")
    journal.move()
    before = journal.store.counts()["exchanges"]
    page = client.post("/staff/try", data={"form": form(client), "question": "What is RANKL?", "level": "technical"}).text
    for words in ("Searched for", "Likely covered", "What was found", "quoted"):
        assert words in page
    assert client.post("/staff/try", data={"form": form(client), "question": " "}).status_code == 422
    journal.move()
    assert journal.store.counts()["exchanges"] == before


def test_replay_dashboard_content_and_pages_are_there(client: TestClient, answer_id: str) -> None:
    sign_in(client, "ada")
    assert "The same reply." in client.get(f"/staff/exchanges/{answer_id}/replay", headers=PAGE).text
    dashboard = client.get("/staff/dashboard", headers=PAGE).text
    assert "Exchanges by day" in dashboard
    assert "<svg" in dashboard
    assert "Withdraw at once" not in client.get("/staff/content/joint-pain", headers=PAGE).text
    assert client.get("/staff/content/none", headers=PAGE).status_code == 404


def test_the_export_has_sources_and_runs_no_formula(client: TestClient, journal: Journal) -> None:
    client.post("/api/ask", json={"question": "=1+1 what is aromatase?"})
    journal.move()
    sign_in(client, "eve")
    rows = [json.loads(line) for line in client.get("/staff/export").text.splitlines()]
    assert any(row["body"]["citations"] for row in rows)
    text = client.get("/staff/export?form=csv").text
    assert text.startswith("at,answer_id")
    assert "'=1+1" in text


def test_what_staff_do_is_written_down(client: TestClient, journal: Journal, answer_id: str) -> None:
    sign_in(client, "bob")
    client.get(f"/staff/exchanges/{answer_id}")
    with journal.store.engine.connect() as connection:
        from sqlalchemy import select

        from assistant.records import audit

        acts = {(row.by, row.action) for row in connection.execute(select(audit))}
    assert {("bob", "sign in"), ("bob", "read"), ("operator", "account admin")} <= acts


def test_questions_that_were_not_covered_are_grouped_by_likeness() -> None:
    asked = [
        "Does letrozole turn tonsils blue?",
        "Can tonsils turn blue?",
        "What about my toenails?",
        "is it",
        "do toenails fall off",
    ]
    found = grouped(asked)
    assert sum(count for _, count in found) == len(asked)
    assert any("tonsils" in text and count >= 2 for text, count in found)
    assert grouped(["is it", "is it"]) == [("is it", 2)]
    assert grouped([]) == []


def test_a_lost_database_is_a_page_and_no_failure(assistant: Assistant, tmp_path: Path) -> None:
    journal = Journal(Store("postgresql+psycopg://nobody@127.0.0.1:1/none"), tmp_path, str, Keeping(), "m")
    app = build_app(assistant, UiSettings(), journal, Withdrawn(tmp_path / "withdrawn.json"))
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    for reply in (client.get("/staff", headers=PAGE), sign_in(client, "ada")):
        assert reply.status_code == 503
        assert "try again in a moment" in reply.text
    journal.close()


def timed(act: Callable[[], Any]) -> float:
    """Seconds of an act, the 95th percentile of twenty after a first one."""
    act()
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return sorted(took)[18]


@pytest.mark.timing
def test_a_hundred_thousand_exchanges_are_shown_and_searched_quickly(assistant: Assistant, tmp_path: Path) -> None:
    journal = Journal(Store(f"sqlite:///{tmp_path}/journal.sqlite3"), tmp_path / "spool", str, Keeping(days=3_650), "m")
    for start in range(0, 100_000, 5_000):
        journal.store.add([made_up(f"made-up-{number}", number) for number in range(start, start + 5_000)])
    Accounts(journal.store).add("ada", Role.REVIEWER, PASSWORD)
    app = build_app(assistant, UiSettings(), journal, Withdrawn(tmp_path / "withdrawn.json"))
    client = TestClient(app, follow_redirects=False)
    sign_in(client, "ada")
    assert timed(lambda: client.get("/staff", headers=PAGE)) <= 0.3
    assert timed(lambda: client.get("/staff?unreviewed=true&decision=dosing", headers=PAGE)) <= 0.3
    assert timed(lambda: client.get("/staff?text=nowhere+to+be+found", headers=PAGE)) <= 0.5
    journal.close()
