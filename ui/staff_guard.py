"""Who may come in: sessions by cookie, forms by a token of their own, admins by their role."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.accounts import Accounts, Session
from assistant.exceptions import JournalUnavailable
from assistant.roles import Role
from ui.staff_html import page

COOKIE = "citewell_staff"
Next = Callable[[Request], Awaitable[Response]]


def is_staff(path: str) -> bool:
    """Whether an address is one of the staff pages."""
    return path == "/staff" or path.startswith("/staff/")


async def guard(request: Request, call_next: Next, accounts: Accounts) -> Response:
    """Let only those in who are signed in; stands in front of every staff page, whatever serves it."""
    if request.url.path.rstrip("/") == "/staff/sign-in":
        return await call_next(request)
    try:
        session = await run_in_threadpool(accounts.session, request.cookies.get(COOKIE, ""))
    except JournalUnavailable:  # raised in front of the handlers of the application
        said = "<p>The journal cannot be reached. Please try again in a moment.</p>"
        return HTMLResponse(page("That did not work", said), status_code=503, headers={"Retry-After": "5"})
    if session is None:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/staff/sign-in", status_code=303)
        return HTMLResponse(page("Not signed in", "<p>Please sign in.</p>"), status_code=401)
    request.state.session = session
    response = await call_next(request)
    response.headers["Cache-Control"] = "no-store"
    return response


def signed_in(request: Request) -> Session:
    """Who is signed in; the guard has seen to it that somebody is."""
    session: Session = request.state.session
    return session


def admin(request: Request) -> Session:
    """An admin who is signed in."""
    session = signed_in(request)
    if session.role is not Role.ADMIN:
        raise HTTPException(403, "only an admin may do this")
    return session


async def typed(request: Request) -> dict[str, str]:
    """The fields of a form, whoever sent it."""
    text = (await request.body()).decode(errors="replace")
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form that was sent from one of our own pages."""
    sent = await typed(request)
    if not secrets.compare_digest(sent.pop("form", "").encode(), signed_in(request).form.encode()):
        raise HTTPException(403, "this form was not sent from our own page; go back, reload and try again")
    return sent


Somebody = Annotated[Session, Depends(signed_in)]
Admin = Annotated[Session, Depends(admin)]
Typed = Annotated[dict[str, str], Depends(typed)]
Sent = Annotated[dict[str, str], Depends(fields)]
