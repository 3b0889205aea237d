"""Serves the chat page."""

from __future__ import annotations

import logging
import os
import socket
import webbrowser
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(add_completion=False)


def fail(message: str) -> typer.Exit:
    """One sentence on standard error, and exit code 2."""
    Console(stderr=True).print(message, markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(2)


def port_is_free(host: str, port: int) -> bool:
    """Whether nothing listens there yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@app.command(epilog="Example: python -m ui --port 8080")
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1 (CITEWELL_UI_HOST).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; default 7860 (CITEWELL_UI_PORT).", min=1, max=65535)
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser when there is a screen.")
    ] = False,
) -> None:
    """Serve the chat page and the API; Ctrl-C ends it."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from pydantic import ValidationError

    from corpus.files import explain
    from ui.settings import UiSettings

    console = Console(stderr=True)
    try:
        given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        settings = UiSettings.model_validate({**UiSettings().model_dump(), **given})
    except ValidationError as error:
        raise fail(f"A setting is wrong: {error.title}: {explain(error)}") from error
    if not port_is_free(settings.host, settings.port):
        raise fail(
            f"Port {settings.port} on {settings.host} is in use or not allowed; stop the other program, or choose another "
            "port with --port or CITEWELL_UI_PORT"
        )
    from assistant.__main__ import open_assistant, open_journal

    journal = open_journal()
    assistant = open_assistant()
    console.print("Drawing the page", highlight=False)
    import uvicorn

    from ui.app import build_app

    application = build_app(assistant, settings, journal)
    address = f"http://{settings.host}:{settings.port}"
    console.print(f"Citewell is ready: {address}   (Ctrl-C ends it)", highlight=False, soft_wrap=True)
    if browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name == "nt"):
        webbrowser.open(address)
    # Access logs would hold nothing but noise here, and an error must never print a question.
    logging.getLogger("uvicorn.access").disabled = True
    try:
        uvicorn.run(
            application, host=settings.host, port=settings.port, log_level="warning", access_log=False, server_header=False
        )
    finally:
        if journal:
            journal.close()


if __name__ == "__main__":
    app()
