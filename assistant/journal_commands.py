"""Commands on the journal: count, export, purge, back up, restore, replay, measure."""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from assistant.console import fail

if TYPE_CHECKING:
    from assistant.journal import Journal

app = typer.Typer(help="What was asked and answered: count it, export it, delete it, replay it.", no_args_is_help=True)


@contextmanager
def opened() -> Iterator[Journal]:
    """The journal of the settings; what goes wrong with it is one sentence and exit code 2."""
    from assistant.__main__ import open_journal
    from assistant.exceptions import JournalError

    journal = open_journal()
    if journal is None:
        raise fail("the journal is turned off (CITEWELL_ASSISTANT_JOURNAL=false)")
    try:
        yield journal
    except JournalError as error:
        raise fail(str(error)) from error
    finally:
        journal.close()


@app.command(epilog="Example: python -m assistant journal stats")
def stats() -> None:
    """Count what is kept and what waits."""
    with opened() as journal:
        for name, value in {**journal.store.counts(), **journal.state()}.items():
            typer.echo(f"{name:24} {value}")


@app.command(epilog="Example: python -m assistant journal export journal.jsonl --conversation 0f9c...")
def export(
    out: Annotated[Path, typer.Argument(help="Where it goes, as JSONL; it must not exist.")],
    conversation: Annotated[str, typer.Option(help="Only the conversation with this id.")] = "",
    by: Annotated[str, typer.Option(help="Who exports, for the audit.")] = "operator",
) -> None:
    """Write every exchange, or those of one conversation, with feedback and reviews."""
    from tqdm import tqdm

    if out.exists():
        raise fail(f"{out} exists; give another name")
    with opened() as journal:
        rows = iter(journal.conversation(conversation)) if conversation else journal.store.every()
        with out.open("x", encoding="utf-8") as file:
            count = 0
            for row in tqdm(rows, desc="Exporting", unit="exchange"):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        journal.audit(by, "export", conversation or "all")
    typer.echo(f"{count} exchanges in {out}")


@app.command(epilog="Example: python -m assistant journal purge --older-than 30")
def purge(
    older_than: Annotated[int | None, typer.Option(help="Delete what is older than this many days.", min=0)] = None,
    conversation: Annotated[str, typer.Option(help="Delete the conversation with this id.")] = "",
    by: Annotated[str, typer.Option(help="Who deletes, for the audit.")] = "operator",
) -> None:
    """Delete what is old, or one conversation."""
    from tqdm import tqdm

    if (older_than is None) == (not conversation):
        raise fail("give either --older-than DAYS or --conversation ID")
    with opened() as journal:
        if conversation:
            count = journal.delete(conversation, by)
        else:
            journal.move()
            batches = journal.store.purge(time.time() - (older_than or 0) * 86_400, by)
            count = sum(tqdm(batches, desc="Deleting", unit="batch"))
    typer.echo(f"{count} exchanges deleted")


@app.command(epilog="Example: python -m assistant journal backup journal-2026-11-26.sqlite3")
def backup(out: Annotated[Path, typer.Argument(help="The copy; it must not exist.")]) -> None:
    """Copy the journal, also while it is written to."""
    if out.exists():
        raise fail(f"{out} exists; give another name")
    with opened() as journal:
        source = sqlite_path(journal)
        journal.move()
        with sqlite3.connect(source) as here, sqlite3.connect(out) as there:
            here.backup(there)
        problem = broken(out)
        if problem:
            raise fail(f"the copy is not whole: {problem}", 1)
    typer.echo(f"{out} holds {count_of(out)} exchanges")


@app.command(epilog="Example: python -m assistant journal restore journal-2026-11-26.sqlite3 --replace")
def restore(
    copy: Annotated[Path, typer.Argument(help="A copy that `backup` made.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of a journal that holds exchanges.")] = False,
) -> None:
    """Put a copy in the journal's place; stop the server first."""
    if not copy.is_file():
        raise fail(f"no file {copy}")
    problem = broken(copy)
    if problem:
        raise fail(f"{copy} is no whole copy of a journal: {problem}")
    with opened() as journal:
        target = sqlite_path(journal)
        there = journal.store.counts()["exchanges"]
        if there and not replace:
            raise fail(f"the journal holds {there} exchanges; give --replace to put the copy in their place")
        with sqlite3.connect(copy) as source, sqlite3.connect(target) as goal:
            source.backup(goal)
        journal.audit("operator", "restore", copy.name)
    typer.echo(f"{count_of(copy)} exchanges restored")


@app.command(epilog="Example: python -m assistant journal replay 3vJ0w...")
def replay(answer_id: Annotated[str, typer.Argument(help="Id of the reply.")]) -> None:
    """Ask a recorded question again and show today's reply beside the recorded one.

    What is asked is the redacted question, with the redacted questions of the same conversation before it.
    """
    from assistant.__main__ import open_assistant
    from assistant.replay import replayed

    with opened() as journal:
        found = replayed(journal, open_assistant(), answer_id)
    typer.echo(f"question   {found.exchange['question']}")
    typer.echo(
        f"versions   corpus {found.exchange['corpus_version']} -> {found.now['corpus_version']}, "
        f"policy {found.exchange['policy_version']} -> {found.now['policy_version']}"
    )
    typer.echo(f"decision   {found.exchange['kind']} -> {found.now['kind']}")
    for mark, line in found.lines:
        typer.echo(f"{mark} {line}")
    typer.echo("the same" if found.same else "different")
    raise typer.Exit(0 if found.same else 1)


@app.command(epilog="Example: python -m assistant journal bench --entries 1000000")
def bench(entries: Annotated[int, typer.Option(help="Made-up exchanges to fill a journal with.", min=1_000)] = 1_000_000) -> None:
    """Measure writing and finding in a journal of made-up exchanges, in a folder that is removed afterwards."""
    import random
    import tempfile

    from tqdm import tqdm

    from assistant.store import Store

    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/journal.sqlite3")
        store.prepare()
        names = [uuid4().hex for _ in range(entries)]
        for start in tqdm(range(0, entries, 5_000), desc="Filling", unit="batch"):
            store.add([made_up(name, start + number) for number, name in enumerate(names[start : start + 5_000])])
        picked = chance.sample(range(entries), 200)
        typer.echo(f"{entries:,} exchanges, milliseconds p50")
        typer.echo(f"insert one            {median(lambda n: store.add([made_up(uuid4().hex, entries + n)]), picked):8.2f}")
        typer.echo(f"find by answer id     {median(lambda n: store.exchange(names[n]), picked):8.2f}")
        typer.echo(f"find by conversation  {median(lambda n: store.conversation(f'conversation-{n // 4:012d}'), picked):8.2f}")
        store.engine.dispose()


def median(act: Callable[[int], Any], numbers: list[int]) -> float:
    """Milliseconds that an act takes, the median over some numbers."""
    took = []
    for number in numbers:
        begun = time.perf_counter()
        act(number)
        took.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(took)


def made_up(name: str, number: int) -> dict[str, Any]:
    """An exchange of the usual size that nobody had."""
    return {
        "answer_id": name,
        "conversation_id": f"conversation-{number // 4:012d}",
        "at": 1_700_000_000.0 + number,
        "question": f"Why do my joints hurt after {number} days?",
        "earlier_count": number % 4,
        "level": "plain",
        "kind": ("answer", "dosing", "in_domain_not_covered")[number % 3],
        "reason": "made up",
        "likely": "[]",
        "answer": "Joint pain is a common side effect of these medicines. " * 4,
        "body": json.dumps({"citations": [{"passage_id": "joint-pain-common"}] * 4}),
        "evidence": "[]",
        "confidence": (number % 100) / 100,
        "corpus_version": "made-up",
        "policy_version": "made-up",
        "model_version": "made-up",
        "latency_ms": 30.0,
    }


def sqlite_path(journal: Journal) -> Path:
    """The file of a SQLite journal, or a sentence on what to use instead."""
    if journal.store.path is None:
        raise fail("this journal lies in PostgreSQL; use pg_dump and pg_restore, which copy it while it is in use")
    return journal.store.path


def broken(path: Path) -> str:
    """What is wrong with a SQLite file; empty when it is whole and a journal."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT count(*) FROM exchanges").fetchone()
            return "" if answer == "ok" else str(answer)
    except sqlite3.DatabaseError as error:
        return str(error)


def count_of(path: Path) -> int:
    """The exchanges of a SQLite file."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM exchanges").fetchone()[0])
