"""The staff pages: signed in, each form guarded, every action written down. Plain HTML from the server, no scripts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import ValidationError

from assistant.accounts import LASTS, Accounts
from assistant.exceptions import BadQuestion, SignInRefused
from assistant.journal import Journal
from assistant.overview import overview
from assistant.pipeline import Assistant
from assistant.records import ExchangeBody, Filters, Review
from assistant.replay import replayed
from assistant.types import Decision, Question, Verdict
from assistant.wire import to_body
from assistant.withdrawn import Withdrawn
from corpus.files import explain
from corpus.page import Level, Passage
from ui.staff_export import csv_rows, json_rows
from ui.staff_guard import COOKIE, Admin, Sent, Somebody, Typed
from ui.staff_html import page, queue_html, sign_in_form
from ui.staff_views import content_html, dashboard_html, exchange_html, page_html, replay_html, try_html
from ui.words import ENGLISH, read_words

DAYS = 30
FITTING = 8
"""Passages that a search for the right one shows."""
LATEST = 500
"""Exchanges that are looked through for quotations that are no longer in the content."""


def build_staff(assistant: Assistant, journal: Journal, accounts: Accounts, withdrawn: Withdrawn) -> APIRouter:
    """The routes of the staff pages."""
    router = APIRouter(prefix="/staff", default_response_class=HTMLResponse)
    add_signing(router, accounts)
    add_review(router, assistant, journal)
    add_content(router, assistant, journal, withdrawn)

    @router.get("/{rest:path}")
    def nothing(rest: str) -> str:
        """Any other address."""
        raise HTTPException(404, "there is no such staff page")

    return router


def add_signing(router: APIRouter, accounts: Accounts) -> None:
    """Signing in and out."""

    @router.get("/sign-in")
    def ask() -> str:
        """The form."""
        return sign_in_form()

    @router.post("/sign-in")
    def sign_in(request: Request, sent: Typed) -> Response:
        """A new session with a new token, whatever cookie came along."""
        try:
            token = accounts.sign_in(sent.get("name", ""), sent.get("password", ""))
        except SignInRefused as error:
            return HTMLResponse(sign_in_form(f"{str(error)[0].upper()}{str(error)[1:]}."), status_code=401)
        response = RedirectResponse("/staff", status_code=303)
        safe = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        response.set_cookie(COOKIE, token, max_age=int(LASTS), path="/staff", secure=safe, httponly=True, samesite="strict")
        return response

    @router.post("/sign-out")
    def sign_out(request: Request, session: Somebody, sent: Sent) -> Response:
        """The end of a session."""
        accounts.sign_out(request.cookies.get(COOKIE, ""), session.name)
        response = RedirectResponse("/staff/sign-in", status_code=303)
        response.delete_cookie(COOKIE, path="/staff")
        return response


def add_review(router: APIRouter, assistant: Assistant, journal: Journal) -> None:
    """The queue, one exchange, its review and replay, a tried question, the dashboard, the export."""

    @router.get("")
    @router.get("/")
    def queue(request: Request, session: Somebody) -> str:
        """Exchanges that fit the filters, newest first."""
        given = {name: value for name, value in request.query_params.items() if value}
        filters = read_filters(given)
        return page("Queue", queue_html(journal.exchanges(filters), filters, given), session)

    @router.get("/exchanges/{answer_id}")
    def exchange(answer_id: str, session: Somebody, find: Annotated[str, Query(max_length=500)] = "") -> str:
        """One exchange with everything behind it, and passages that fit the words of a search."""
        found = journal.exchange(answer_id)
        before = [each for each in journal.conversation(found["conversation_id"]) if each["id"] < found["id"]]
        journal.audit(session.name, "read", answer_id)
        fitting = passages_for(find, assistant) if find.strip() else []
        return page("Exchange", exchange_html(found, before, assistant.library, session, find, fitting), session)

    @router.post("/exchanges/{answer_id}/review")
    def review(answer_id: str, session: Somebody, sent: Sent) -> Response:
        """Keep a verdict; only another person can confirm that a reply is unsafe."""
        wanted = {name: value for name, value in sent.items() if value}
        try:
            given = Review.model_validate({**wanted, "answer_id": answer_id, "by": session.name})
        except ValidationError as error:
            raise HTTPException(422, f"the review is not complete: {explain(error)}") from error
        check_review(given, journal.exchange(answer_id), assistant)
        journal.review(given)
        return RedirectResponse(f"/staff/exchanges/{answer_id}", status_code=303)

    @router.get("/exchanges/{answer_id}/replay")
    def replay(answer_id: str, session: Somebody) -> str:
        """The same question on today's version."""
        return page("Asked again", replay_html(replayed(journal, assistant, answer_id)), session)

    @router.get("/try")
    def form(session: Somebody) -> str:
        """A form for a question."""
        return page("Try a question", try_html(session, "", Level.PLAIN, None, assistant.library), session)

    @router.post("/try")
    def tried(session: Somebody, sent: Sent) -> str:
        """A question with the whole trace; not recorded."""
        level = Level(sent.get("level") or "plain") if sent.get("level") in {"", *Level} else Level.PLAIN
        text = sent.get("question", "")
        try:
            answer = assistant.answer(Question(text, (), level))
        except BadQuestion as error:
            raise HTTPException(422, str(error)) from error
        body = to_body(answer, assistant.library, "", None)
        return page("Try a question", try_html(session, text, level, (answer, body), assistant.library), session)

    @router.get("/dashboard")
    def dashboard(session: Somebody) -> str:
        """The journal as a whole."""
        pages = assistant.library.pages.values()
        due = [
            (each.title, str(each.review.due or "never reviewed"))
            for each in pages
            if not each.review.due or each.review.due <= date.today()
        ]
        return page("Dashboard", dashboard_html(overview(journal.store, DAYS), due, DAYS), session)

    @router.get("/export")
    def export(session: Admin, form: str = "jsonl") -> Response:
        """Everything with its sources, as JSONL or CSV."""
        journal.audit(session.name, "export", form)
        rows = csv_rows(journal.store.every()) if form == "csv" else json_rows(journal.store.every())
        name = "journal.csv" if form == "csv" else "journal.jsonl"
        kind = "text/csv" if form == "csv" else "application/x-ndjson"
        return StreamingResponse(rows, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def add_content(router: APIRouter, assistant: Assistant, journal: Journal, withdrawn: Withdrawn) -> None:
    """The content as patients see it, and taking a passage back."""
    library, words = assistant.library, read_words()[ENGLISH]

    @router.get("/content")
    def content(session: Somebody) -> str:
        """All pages with their state."""
        changed = [each for each in journal.exchanges(Filters(limit=LATEST)) if has_changed(each, assistant)]
        return page("Content", content_html(library, withdrawn.entries(), changed), session)

    @router.get("/content/{name}")
    def one(name: str, session: Somebody) -> str:
        """One page."""
        if name not in library.pages:
            raise HTTPException(404, "there is no page of this name")
        return page(library.pages[name].title, page_html(library.pages[name], library, withdrawn(), session, words), session)

    @router.post("/withdraw")
    def withdraw(session: Admin, sent: Sent) -> Response:
        """Take a passage back at once."""
        passage = known_passage(assistant, sent.get("passage", ""))
        journal.audit(session.name, "withdraw", passage)
        withdrawn.add(passage, session.name, sent.get("reason", "")[:500])
        return RedirectResponse(f"/staff/content/{library.passages[passage].page}#{passage}", status_code=303)

    @router.post("/reinstate")
    def reinstate(session: Admin, sent: Sent) -> Response:
        """Let a passage be quoted again."""
        passage = known_passage(assistant, sent.get("passage", ""))
        journal.audit(session.name, "reinstate", passage)
        withdrawn.remove(passage)
        return RedirectResponse(f"/staff/content/{library.passages[passage].page}#{passage}", status_code=303)


def passages_for(words: str, assistant: Assistant) -> list[Passage]:
    """The passages that fit some words best."""
    query = assistant.rewrite(Question(words), Verdict(Decision.ANSWER, "searched by staff"))
    return [found.passage for found in assistant.search(query)][:FITTING]


def known_passage(assistant: Assistant, name: str) -> str:
    """A passage of the content, or 422."""
    if name not in assistant.library.passages:
        raise HTTPException(422, "there is no passage of this name")
    return name


def has_changed(exchange: ExchangeBody, assistant: Assistant) -> bool:
    """Whether a reply quoted words that the content does not have any more, or that were withdrawn."""
    gone, passages = assistant.withdrawn(), assistant.library.passages
    return any(
        each["passage_id"] in gone
        or each["passage_id"] not in passages
        or each.get("quote", "") not in passages[each["passage_id"]].text
        for each in exchange["body"].get("citations", [])
    )


def check_review(given: Review, exchange: ExchangeBody, assistant: Assistant) -> None:
    """Refuse a review that makes no sense, with a sentence that says why."""
    if given.passage and given.passage not in assistant.library.passages:
        raise HTTPException(422, "there is no passage of this name; copy its id from the list of what was found")
    if given.confirms is not None:
        confirmed = [each for each in exchange["reviews"] if each["id"] == given.confirms]
        if given.verdict != "unsafe" or not confirmed or confirmed[0]["verdict"] != "unsafe":
            raise HTTPException(422, "only a review that calls this reply unsafe can be confirmed")
        if confirmed[0]["by"] == given.by:
            raise HTTPException(422, "a second person has to confirm it")


def read_filters(given: dict[str, str]) -> Filters:
    """Filters from a query string, or 422 with a sentence."""
    try:
        return Filters.model_validate(given)
    except ValidationError as error:
        raise HTTPException(422, f"the filters cannot be read: {explain(error)}") from error
