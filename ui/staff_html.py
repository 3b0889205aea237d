"""The staff pages as HTML: plain forms and tables that work without scripts; everything that anybody wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from assistant.accounts import Session
from assistant.records import ExchangeBody, Filters
from assistant.roles import Role
from assistant.types import Decision

VERDICTS = ("correct", "incomplete", "wrong", "unsafe", "should_have_refused", "should_have_answered")
REASONS = ("wrong", "unclear", "not_what_i_asked", "unsafe", "other")
LINKS = (("/staff", "Queue"), ("/staff/try", "Try a question"), ("/staff/dashboard", "Dashboard"), ("/staff/content", "Content"))


def page(title: str, body: str, session: Session | None = None) -> str:
    """A whole staff page."""
    bar = navigation(session) if session else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Citewell staff</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/page.css"><link rel="stylesheet" href="/static/staff.css"></head>'
        f'<body class="cw-alone cw-staff"><a class="cw-skip" href="#main">Skip to the content</a>{bar}'
        f'<main id="main" tabindex="-1"><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def navigation(session: Session) -> str:
    """The links of somebody who is signed in."""
    links = "".join(f'<li><a href="{address}">{name}</a></li>' for address, name in LINKS)
    out = form("/staff/sign-out", session, '<button type="submit">Sign out</button>')
    export = '<li><a href="/staff/export">Export</a></li>' if session.role is Role.ADMIN else ""
    return (
        f'<header><nav aria-label="Staff"><ul>{links}{export}</ul></nav>'
        f"<p>Signed in as <strong>{escape(session.name)}</strong> ({session.role.value})</p>{out}</header>"
    )


def form(address: str, session: Session, inside: str) -> str:
    """A form that no other site can send."""
    token = f'<input type="hidden" name="form" value="{escape(session.form, quote=True)}">'
    return f'<form method="post" action="{escape(address, quote=True)}">{token}{inside}</form>'


def sign_in_form(problem: str = "") -> str:
    """The page that asks for name and password."""
    said = f'<p class="cw-problem" role="alert">{escape(problem)}</p>' if problem else ""
    return page(
        "Sign in",
        f'{said}<form method="post" action="/staff/sign-in">'
        '<p><label for="name">Name</label><input id="name" name="name" autocomplete="username" required></p>'
        '<p><label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required></p>'
        '<p><button type="submit" class="cw-primary">Sign in</button></p></form>',
    )


def options(name: str, label: str, values: Iterable[str], chosen: str, empty: str = "Any") -> str:
    """Radio buttons, since drop-down lists fail with some screen readers."""
    entries = [("", empty), *((value, value.replace("_", " ")) for value in values)]
    inputs = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(value, quote=True)}"{" checked" if value == chosen else ""}> '
        f"{escape(text)}</label>"
        for value, text in entries
    )
    return f"<fieldset><legend>{escape(label)}</legend>{inputs}</fieldset>"


def queue_html(found: Sequence[ExchangeBody], filters: Filters, given: Mapping[str, str]) -> str:
    """Filters, the exchanges that fit, and the way to older ones."""
    rows = "".join(row(exchange) for exchange in found)
    older = ""
    if len(found) == filters.limit:
        address = "/staff?" + urlencode({**given, "before": str(found[-1]["id"])})
        older = f'<p><a href="{escape(address, quote=True)}">Older</a></p>'
    head = "<tr><th>When (UTC)</th><th>Question</th><th>Decision</th><th>Likely covered</th><th>Feedback</th><th>Review</th></tr>"
    table = (
        '<div class="cw-wide" tabindex="0" role="region" aria-label="Exchanges">'
        f"<table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
    )
    return f"{filter_form(given)}{table if rows else '<p>Nothing fits.</p>'}{older}"


def filter_form(given: Mapping[str, str]) -> str:
    """What can be asked for."""

    def field(name: str, label: str, kind: str) -> str:
        value = escape(given.get(name, ""), quote=True)
        return f'<p><label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}" value="{value}"></p>'

    def tick(name: str, label: str) -> str:
        checked = " checked" if given.get(name) else ""
        return f'<label><input type="checkbox" name="{name}" value="true"{checked}> {label}</label>'

    return (
        f'<details{" open" if given else ""}><summary>Filters</summary><form method="get" action="/staff" class="cw-filters">'
        + field("text", "Words in the question, or an answer id", "search")
        + field("since", "From", "date")
        + field("until", "Until", "date")
        + field("low_confidence", "Likely covered at most (0 to 1)", "text")
        + options("decision", "Decision", (each.value for each in Decision), given.get("decision", ""))
        + options("feedback", "Feedback", ("helpful", "not_helpful", "none"), given.get("feedback", ""))
        + options("reason", "Reason of the reader", REASONS, given.get("reason", ""))
        + f"<fieldset><legend>Only</legend>{tick('unreviewed', 'not yet reviewed')}{tick('unsafe', 'called unsafe')}</fieldset>"
        + '<p><button type="submit" class="cw-primary">Show</button></p></form></details>'
    )


def row(exchange: ExchangeBody) -> str:
    """One line of the queue."""
    said = exchange["feedback"]
    told = "" if said is None else "helpful" if said["helpful"] else said["reason"].replace("_", " ") or "not helpful"
    verdicts = ", ".join(f"{each['verdict'].replace('_', ' ')} ({each['by']})" for each in exchange["reviews"])
    question = exchange["question"] or "(not kept)"
    likely = "" if exchange["confidence"] is None else f"{exchange['confidence']:.2f}"
    return (
        f"<tr><td>{escape(exchange['at'][:16].replace('T', ' '))}</td>"
        f'<td><a href="/staff/exchanges/{exchange["answer_id"]}">{escape(question[:160])}</a></td>'
        f"<td>{escape(exchange['kind'].replace('_', ' '))}</td><td>{likely}</td><td>{escape(told)}</td>"
        f"<td>{escape(verdicts)}</td></tr>"
    )


def bars(title: str, figures: Sequence[tuple[str, int]]) -> str:
    """A bar chart with its numbers as a table beside it."""
    if not figures:
        return f"<h2>{escape(title)}</h2><p>None.</p>"
    most = max(count for _, count in figures)
    rows = "".join(f"<tr><th scope='row'>{escape(name.replace('_', ' '))}</th><td>{count}</td></tr>" for name, count in figures)
    drawn = "".join(
        f'<rect x="0" y="{number * 22 + 3}" width="{max(1, round(300 * count / most))}" height="16"></rect>'
        for number, (_, count) in enumerate(figures)
    )
    height = 22 * len(figures)
    return (
        f'<h2>{escape(title)}</h2><div class="cw-chart"><svg viewBox="0 0 300 {height}" width="300" height="{height}" '
        f'aria-hidden="true">{drawn}</svg><table><tbody>{rows}</tbody></table></div>'
    )
