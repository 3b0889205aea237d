"""What staff see of one exchange, of a tried question, of the journal as a whole and of the content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.accounts import Session
from assistant.overview import Overview
from assistant.records import ExchangeBody
from assistant.replay import Replay
from assistant.roles import Role
from assistant.types import Answer
from assistant.wire import AnswerBody
from assistant.withdrawn import Withdrawal
from corpus.library import Library
from corpus.page import Level, Page, Passage
from ui.sources import references_html
from ui.staff_html import VERDICTS, bars, form, options
from ui.words import Words


def exchange_html(
    exchange: ExchangeBody,
    before: Sequence[ExchangeBody],
    library: Library,
    session: Session,
    find: str,
    found: Sequence[Passage],
) -> str:
    """One exchange with its conversation, its decision, what was found, and the forms to judge it."""
    earlier = "".join(
        f"<li>{escape(each['question'] or '(not kept)')} <em>({escape(each['kind'].replace('_', ' '))})</em></li>"
        for each in before
    )
    conversation = f"<h2>Before it</h2><ol>{earlier}</ol>" if before else ""
    replay = f'<p><a href="/staff/exchanges/{exchange["answer_id"]}/replay">Ask again on today\'s version</a></p>'
    return (
        f"{conversation}<h2>Question</h2><blockquote>{escape(exchange['question'] or '(not kept)')}</blockquote>"
        f"<h2>Reply</h2><blockquote>{escape(exchange['answer'] or '(not kept)')}</blockquote>{replay}"
        f"{decision_html(exchange)}{evidence_html(evidence_of(exchange), quoted_of(exchange), library)}"
        f"{said_html(exchange)}{review_form(exchange, library, session, find, found)}"
    )


def decision_html(exchange: ExchangeBody) -> str:
    """The decision with its trace and the versions."""
    likely = ", ".join(f"{name} {share:.2f}" for name, share in exchange["likely"])
    facts: Mapping[str, object] = {
        "Decision": exchange["kind"].replace("_", " "),
        "Reason": exchange["reason"],
        "Likeliest": likely,
        "Likely covered": "" if exchange["confidence"] is None else f"{exchange['confidence']:.2f}",
        "Level": exchange["level"],
        "When (UTC)": exchange["at"],
        "Took": f"{exchange['latency_ms']:.0f} ms",
        "Corpus, policy, model": ", ".join((exchange["corpus_version"], exchange["policy_version"], exchange["model_version"])),
    }
    return f"<h2>How it was decided</h2>{facts_html(facts)}"


def facts_html(facts: Mapping[str, object]) -> str:
    """Names and values as a table."""
    rows = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts.items())
    return f"<table><tbody>{rows}</tbody></table>"


def evidence_of(exchange: ExchangeBody) -> list[tuple[str, float]]:
    """The passages that were found, with their scores."""
    return [(each["passage_id"], each["score"]) for each in exchange["evidence"]]


def quoted_of(exchange: ExchangeBody) -> list[str]:
    """The passages that were quoted."""
    return [each["passage_id"] for each in exchange["body"].get("citations", [])]


def evidence_html(found: Sequence[tuple[str, float]], quoted: Sequence[str], library: Library) -> str:
    """Every passage that was found with its score, whether it was quoted, and what it says."""
    names = [*(name for name, _ in found), *(name for name in dict.fromkeys(quoted) if name not in dict(found))]
    if not names:
        return "<h2>What was found</h2><p>Nothing was searched.</p>"
    scores = dict(found)
    rows = []
    for name in names:
        passage = library.passages.get(name)
        text = passage.text if passage else "(not in today's content)"
        score = f"{scores[name]:.3f}" if name in scores else "fixed"
        used = "quoted" if name in quoted else "left"
        rows.append(f"<tr><th scope='row'>{escape(name)}</th><td>{score}</td><td>{used}</td><td>{escape(text)}</td></tr>")
    head = "<tr><th>Passage</th><th>Score</th><th>Use</th><th>Text</th></tr>"
    return (
        '<h2>What was found</h2><div class="cw-wide" tabindex="0" role="region" aria-label="What was found">'
        f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def said_html(exchange: ExchangeBody) -> str:
    """What readers and staff said of it."""
    given = exchange["feedback"]
    parts = []
    if given:
        parts.append(f"<p>{'Helpful' if given['helpful'] else 'Not helpful: ' + given['reason'].replace('_', ' ')}</p>")
        parts.append(f"<blockquote>{escape(given['comment'])}</blockquote>" if given["comment"] else "")
    told = "".join(
        f"<li>{escape(each['by'])}, {escape(each['at'][:16])}: <strong>{escape(each['verdict'].replace('_', ' '))}</strong>"
        f"{' (confirms another review)' if each['confirms'] else ''} {escape(each['passage'])} {escape(each['note'])}</li>"
        for each in exchange["reviews"]
    )
    return (
        f"<h2>Feedback</h2>{''.join(parts) or '<p>None.</p>'}<h2>Reviews</h2>{f'<ul>{told}</ul>' if told else '<p>None yet.</p>'}"
    )


def passage_choice(exchange: ExchangeBody, library: Library, found: Sequence[Passage]) -> str:
    """The passages from which the right one is picked: those that were searched for, then those of the exchange."""
    names = dict.fromkeys((*(passage.id for passage in found), *(name for name, _ in evidence_of(exchange))))
    inputs = "".join(
        f'<p><label><input type="radio" name="passage" value="{escape(name, quote=True)}"> <strong>{escape(name)}</strong> '
        f"{escape(library.passages[name].sentences[0])}</label></p>"
        for name in names
        if name in library.passages
    )
    none = '<p><label><input type="radio" name="passage" value="" checked> None, or it is not known</label></p>'
    return f"<fieldset><legend>Passage that would have been right</legend>{none}{inputs}</fieldset>"


def review_form(exchange: ExchangeBody, library: Library, session: Session, find: str, found: Sequence[Passage]) -> str:
    """The form for a verdict, and where somebody else called it unsafe, the one to confirm that."""
    address = f"/staff/exchanges/{exchange['answer_id']}/review"
    confirmed = {each["confirms"] for each in exchange["reviews"]}
    confirming = "".join(
        form(
            address,
            session,
            f'<input type="hidden" name="verdict" value="unsafe"><input type="hidden" name="confirms" value="{each["id"]}">'
            f'<p>{escape(each["by"])} calls this unsafe. <button type="submit">Confirm as a second person</button></p>',
        )
        for each in exchange["reviews"]
        if each["verdict"] == "unsafe" and not each["confirms"] and each["id"] not in confirmed and each["by"] != session.name
    )
    search = (
        f'<form method="get" action="/staff/exchanges/{exchange["answer_id"]}#review"><p>'
        '<label for="find">Search for the right passage</label>'
        f'<input id="find" name="find" type="search" value="{escape(find, quote=True)}"> '
        '<button type="submit">Search</button></p></form>'
    )
    fields = (
        options("verdict", "Verdict", VERDICTS, "", "Choose one")
        + passage_choice(exchange, library, found)
        + '<p><label for="note">Note</label><textarea id="note" name="note" rows="3" maxlength="4000"></textarea></p>'
        + '<p><button type="submit" class="cw-primary">Save the review</button></p>'
    )
    return f'{confirming}<h2 id="review">Your review</h2>{search}{form(address, session, fields)}'


def replay_html(replay: Replay) -> str:
    """The recorded reply and today's, differences marked."""
    then = "".join(f"<p>{'<del>' * (m == '-')}{escape(t)}{'</del>' * (m == '-')}</p>" for m, t in replay.lines if m != "+")
    now = "".join(f"<p>{'<ins>' * (m == '+')}{escape(t)}{'</ins>' * (m == '+')}</p>" for m, t in replay.lines if m != "-")
    before, after = replay.exchange, replay.now
    verdict = "The same reply." if replay.same else "The reply is another one today."
    return (
        f"<p><strong>{verdict}</strong> What is asked again is the redacted question.</p>"
        f"<blockquote>{escape(before['question'])}</blockquote>"
        f'<div class="cw-sides"><section><h2>Recorded: {escape(before["kind"].replace("_", " "))}</h2>'
        f"<p>corpus {escape(before['corpus_version'])}, policy {escape(before['policy_version'])}</p>{then}</section>"
        f"<section><h2>Today: {escape(after['kind'].replace('_', ' '))}</h2>"
        f"<p>corpus {escape(after['corpus_version'])}, policy {escape(after['policy_version'])}</p>{now}</section></div>"
    )


def try_html(session: Session, question: str, level: Level, tried: tuple[Answer, AnswerBody] | None, library: Library) -> str:
    """A form for a question, and its reply with the whole trace."""
    fields = (
        f'<p><label for="question">Question</label><textarea id="question" name="question" rows="2" required>{escape(question)}'
        "</textarea></p>"
        + options("level", "Level", (each.value for each in Level), level.value, "plain")
        + '<p><button type="submit" class="cw-primary">Try it</button></p><p>Nothing of it is recorded.</p>'
    )
    asked = form("/staff/try", session, fields)
    if tried is None:
        return asked
    answer, body = tried
    verdict = answer.verdict
    facts: Mapping[str, object] = {
        "Decision": answer.kind.value.replace("_", " "),
        "Reason": verdict.reason,
        "Likeliest": ", ".join(f"{each.value} {share:.2f}" for each, share in verdict.likely),
        "Read as": verdict.text,
        "Searched for": " | ".join(answer.query.texts) if answer.query else "",
        "Keywords": answer.query.keywords if answer.query else "",
        "Likely covered": answer.confidence,
        "Milliseconds": ", ".join(f"{step} {took:.1f}" for step, took in answer.timings.items()),
    }
    found = [(each.passage.id, each.score) for each in answer.evidence]
    quoted = [citation.passage.id for citation in answer.citations]
    return (
        f"{asked}<h2>Reply</h2><blockquote>{escape(body['answer'])}</blockquote><h2>How it was decided</h2>{facts_html(facts)}"
        f"{evidence_html(found, quoted, library)}"
    )


def dashboard_html(found: Overview, due: Sequence[tuple[str, str]], days: int) -> str:
    """Figures, each chart with its numbers beside it."""
    median, slow = found.latency
    facts: Mapping[str, object] = {
        "Refusals that staff would have answered": found.overturned,
        "Unsafe, waiting for a second person": found.unconfirmed,
        "Milliseconds of a reply, median and 95th percentile": f"{median:.0f} and {slow:.0f}",
    }
    return (
        f"<p>The last {days} days.</p>{facts_html(facts)}"
        f"{bars('Exchanges by day', found.by_day)}{bars('Decisions', found.by_kind)}"
        f"{bars('Feedback', found.by_feedback)}{bars('Reviews', found.by_verdict)}"
        f"{bars('Not covered, grouped by likeness: what to write next', found.missing)}"
        f"<h2>Pages whose review is due</h2>{facts_html(dict(due)) if due else '<p>None.</p>'}"
    )


def content_html(library: Library, withdrawn: Sequence[Withdrawal], changed: Sequence[ExchangeBody]) -> str:
    """The pages with their state, what is withdrawn, and answers whose evidence is not what it was."""
    rows = "".join(
        f'<tr><td><a href="/staff/content/{page.id}">{escape(page.title)}</a></td><td>{page.review.reviewed or "no"}</td>'
        f"<td>{escape(page.review.reviewer)}</td><td>{page.review.due or ''}</td><td>{len(page.passages)}</td></tr>"
        for page in library.pages.values()
    )
    head = "<tr><th>Page</th><th>Reviewed</th><th>By</th><th>Due</th><th>Passages</th></tr>"
    gone = "".join(
        f"<li>{escape(each.passage)}: {escape(each.by)}, {each.at:%Y-%m-%d %H:%M}. {escape(each.reason)}</li>"
        for each in withdrawn
    )
    stale = "".join(
        f'<li><a href="/staff/exchanges/{each["answer_id"]}">{escape(each["question"][:160] or each["answer_id"])}</a></li>'
        for each in changed
    )
    return (
        '<div class="cw-wide" tabindex="0" role="region" aria-label="Pages">'
        f"<table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
        "<p>A reviewer signs a page with <code>python -m corpus sign PAGE --reviewer NAME --role ROLE</code>.</p>"
        f"<h2>Withdrawn</h2>{f'<ul>{gone}</ul>' if gone else '<p>Nothing.</p>'}"
        f"<h2>Answers that quoted what is no longer said</h2>{f'<ul>{stale}</ul>' if stale else '<p>None among the latest.</p>'}"
    )


def page_html(page: Page, library: Library, withdrawn: frozenset[str], session: Session, words: Words) -> str:
    """A page as patients see it, with what stands behind each passage."""
    parts = [f"<p>{escape(page.summary)}</p>"]
    for level in Level:
        passages = page.at(level)
        parts += [f"<h2>{escape(library.labels.levels[level])}</h2>"] if passages else []
        parts += [passage_html(passage, library, passage.id in withdrawn, session, words) for passage in passages]
    return "".join(parts)


def passage_html(passage: Passage, library: Library, gone: bool, session: Session, words: Words) -> str:
    """A passage with its claims, references and, for an admin, the way to take it back."""
    label = library.labels.evidence[passage.evidence].words if passage.evidence else ""
    act = ""
    if session.role is Role.ADMIN:
        hidden = f'<input type="hidden" name="passage" value="{escape(passage.id, quote=True)}">'
        reason = (
            ""
            if gone
            else f'<label>Reason <input name="reason" aria-label="Reason for {escape(passage.id, quote=True)}"></label>'
        )
        name = "Let it be quoted again" if gone else "Withdraw at once"
        act = form(
            "/staff/reinstate" if gone else "/staff/withdraw", session, f'{hidden}{reason}<button type="submit">{name}</button>'
        )
    claims = ", ".join(passage.claims) or "none"
    return (
        f'<section id="{escape(passage.id, quote=True)}"><h3>{escape(passage.heading)}</h3>'
        f"{'<p><strong>Withdrawn: not quoted.</strong></p>' if gone else ''}<p>{escape(passage.text)}</p>"
        f"<p>{escape(passage.id)}; {escape(label)}; claims {escape(claims)}{'; only as a whole' if passage.whole else ''}</p>"
        f"{references_html(passage, library, words)}{act}</section>"
    )
