"""Small pages beside the chat: a source by itself, and the sheet for the care team."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse, JSONResponse
from typing_extensions import TypedDict

from corpus.exceptions import UnknownPassage
from ui.chat import Chat
from ui.sheet import make_sheet, sheet_html
from ui.sources import source_html, whole_page
from ui.state import State
from ui.topics import topics_html


class Keeps(NamedTuple):
    """What the journal keeps, for the line on privacy."""

    mode: Literal["on", "text_off", "off"]
    days: int


class SheetBody(TypedDict):
    """The sheet for a visit."""

    title: str
    html: str


def build_pages(chat: Chat, keeps: Keeps, leave: str) -> APIRouter:
    """The routes of these pages; `leave` is where "leave this page quickly" goes."""
    router = APIRouter()
    library = chat.assistant.library
    start: dict[str, Any] = {
        "words": {code: words.entries for code, words in chat.languages.items()},
        "topics": topics_html(library, chat.assistant.suggest),
        "meanings": chat.glossary.meanings(),
        "keeps": keeps._asdict(),
        "leave": leave,
    }

    @router.get("/page.json")
    def page() -> JSONResponse:
        """What the scripts of the chat page need."""
        return JSONResponse(start)

    @router.get("/sources/{passage_id}")
    def source(
        passage_id: str,
        quoted: Annotated[str, Query(max_length=100, pattern=r"^[0-9,]*$")] = "",
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        """One passage with the quoted sentences marked; 404 with a notice when it is not in the content any more."""
        words = chat.words(State(), accept_language)
        try:
            passage = library.passage(passage_id)
        except UnknownPassage:
            passage = None
        if passage is None or passage_id in chat.assistant.withdrawn():
            body = f"<h1>{words('withdrawn')}</h1><p>{words('withdrawn_text')}</p>"
            return HTMLResponse(whole_page(words("withdrawn"), body, words.code), status_code=404)
        numbers = {int(part) for part in quoted.split(",") if part}
        return HTMLResponse(whole_page(passage.title, source_html(passage, numbers, library, words), words.code))

    @router.post("/api/sheet")
    def sheet(state: State, accept_language: Annotated[str, Header()] = "") -> JSONResponse:
        """The sheet of a conversation; nothing of it is kept."""
        words = chat.words(state, accept_language)
        made = make_sheet(chat.replies(state), library)
        standing = chat.countries[chat.country(state)].policy.standing
        html = sheet_html(made, library, words, standing, date.today())
        body: SheetBody = {"title": words("sheet_title"), "html": html}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return router
