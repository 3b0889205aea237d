"""One web application: the chat page at `/`, the API under `/api`, health checks, and the headers that guard them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant.accounts import Accounts
from assistant.countries import read_countries
from assistant.journal import Journal
from assistant.pipeline import Assistant
from assistant.withdrawn import Withdrawn
from ui.api import build_router, handle_errors
from ui.chat import Chat
from ui.page import build_page
from ui.pages import Keeps, build_pages
from ui.settings import UiSettings
from ui.staff import build_staff
from ui.staff_guard import guard as guard_staff
from ui.staff_guard import is_staff
from ui.words import Words, read_words

STATIC = Path(__file__).parent / "static"
# Nothing is loaded from anywhere else. Gradio writes its theme into style elements, hence 'unsafe-inline' for styles alone.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LONGEST_BODY = 2_000_000
"""Bytes of a request; a conversation of many long messages stays far below."""
FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Arial", "sans-serif"]


def keeps(journal: Journal | None) -> Keeps:
    """What the line on privacy has to say."""
    if journal is None:
        return Keeps("off", 0)
    return Keeps("on" if journal.keeping.text else "text_off", journal.keeping.days)


def with_heading(words: Words) -> dict[str, str]:
    """The words of one language as Gradio wants them, with the heading of the page in Markdown."""
    return {**words.entries, "heading": f"# {words('title')}\n\n{words('subtitle')}"}


FIRST = b'<script src="/static/language.js"></script>'
"""What has to be there before Gradio's own scripts run: it takes its language from the browser only once."""
HEAD = '<link rel="stylesheet" href="/static/page.css"><script src="/static/page.js" type="module"></script>'


async def with_first(response: Response) -> Response:
    """A page of Gradio's with our first line at the top of its head."""
    body = b"".join([part async for part in getattr(response, "body_iterator")])  # noqa: B009 - only streamed responses have it
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body.replace(b"<head>", b"<head>" + FIRST, 1), response.status_code, headers)


def build_app(
    assistant: Assistant, settings: UiSettings, journal: Journal | None = None, withdrawn: Withdrawn | None = None
) -> FastAPI:
    """The whole application; the staff pages need a journal and a list of withdrawn passages."""
    app = FastAPI(title="Citewell", docs_url=None, redoc_url=None)
    languages = read_words()
    chat = Chat(assistant, read_countries(assistant.policy.paused), languages, journal)
    app.include_router(build_pages(chat, keeps(journal), settings.leave))
    app.include_router(build_router(assistant, journal))
    accounts = Accounts(journal.store) if journal else None
    if journal and accounts and withdrawn:
        app.include_router(build_staff(assistant, journal, accounts, withdrawn))
    handle_errors(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > LONGEST_BODY:
            return JSONResponse({"detail": f"the request is too large; send at most {LONGEST_BODY:,} bytes"}, status_code=413)
        if is_staff(request.url.path):
            response = (
                await guard_staff(request, call_next, accounts) if accounts else JSONResponse({"detail": "no journal"}, 404)
            )
        else:
            response = await call_next(request)
        if request.url.path == "/" and response.headers.get("content-type", "").startswith("text/html"):
            response = await with_first(response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    i18n = gr.I18n(**{code: with_heading(words) for code, words in languages.items()})
    served: FastAPI = gr.mount_gradio_app(
        app,
        build_page(chat, settings.concurrency, i18n),
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),
        i18n=i18n,
        head=HEAD,
    )
    return served
