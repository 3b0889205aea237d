"""Serves the chat page."""

from __future__ import annotations

import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from assistant.console import fail
from assistant.roles import Role

if TYPE_CHECKING:
    from assistant.accounts import Accounts

app = typer.Typer(add_completion=False)
staff = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
app.add_typer(staff, name="staff")


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


@app.callback(invoke_without_command=True, epilog="Example: python -m ui --port 8080")
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1 (CITEWELL_UI_HOST).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; default 7860 (CITEWELL_UI_PORT).", min=1, max=65535)
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser when there is a screen.")
    ] = False,
) -> None:
    """Serve the chat page, the API and the staff pages; Ctrl-C ends it."""
    if context.invoked_subcommand:
        return
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
    from assistant.__main__ import open_assistant, open_journal, read_settings
    from assistant.build import open_withdrawn

    assistant = open_assistant()
    journal = open_journal(assistant.library)
    console.print("Drawing the page", highlight=False)
    import uvicorn

    from ui.app import build_app

    application = build_app(assistant, settings, journal, open_withdrawn(read_settings()))
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


@contextmanager
def open_accounts() -> Iterator[Accounts]:
    """The accounts in the journal's database; what goes wrong is one sentence and exit code 2."""
    from assistant.__main__ import open_journal
    from assistant.accounts import Accounts
    from assistant.exceptions import AssistantError

    journal = open_journal()
    if journal is None:
        raise fail("the journal is turned off (CITEWELL_ASSISTANT_JOURNAL=false), and accounts stand in its database")
    try:
        yield Accounts(journal.store)
    except AssistantError as error:
        raise fail(str(error)) from error
    finally:
        journal.close()


@staff.command(epilog="Example: python -m ui staff add ada --role reviewer")
def add(
    name: Annotated[str, typer.Argument(help="Small letters, digits, dots, dashes.")],
    role: Annotated[Role, typer.Option(help="An admin also withdraws passages and exports.")] = Role.REVIEWER,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Make an account, or give an existing one a new role and password; asks for the password."""
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with open_accounts() as accounts:
        accounts.add(name, role, password)
    typer.echo(f"{name} can sign in at /staff as {role.value}")


@staff.command("list", epilog="Example: python -m ui staff list")
def names() -> None:
    """Name every account with its role."""
    with open_accounts() as accounts:
        for name, role in accounts.names():
            typer.echo(f"{name:30} {role.value}")


@staff.command(epilog="Example: python -m ui staff remove ada")
def remove(name: Annotated[str, typer.Argument(help="Name of the account.")]) -> None:
    """Delete an account and sign it out everywhere."""
    with open_accounts() as accounts:
        accounts.remove(name)
    typer.echo(f"{name} is removed")


if __name__ == "__main__":
    app()
