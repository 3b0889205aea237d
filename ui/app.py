"""One web application: the chat page at `/`, the API under `/api`, health checks, and the headers that guard them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant.pipeline import Assistant
from ui.api import build_router, handle_errors
from ui.page import build_page
from ui.settings import UiSettings

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


def build_app(assistant: Assistant, settings: UiSettings) -> FastAPI:
    """The whole application."""
    app = FastAPI(title="Citewell", docs_url=None, redoc_url=None)
    app.include_router(build_router(assistant))
    handle_errors(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > LONGEST_BODY:
            return JSONResponse({"detail": f"the request is too large; send at most {LONGEST_BODY:,} bytes"}, status_code=413)
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    served: FastAPI = gr.mount_gradio_app(
        app,
        build_page(assistant, settings.concurrency),
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),
        css_paths=STATIC / "page.css",
        head='<script src="/static/page.js" defer></script>',
    )
    return served
