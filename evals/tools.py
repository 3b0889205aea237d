"""Commands that need more than one run: speed, and whether answers stay the same."""

from __future__ import annotations

from typing import Annotated

import typer

from evals.console import out, told


def bench() -> None:
    """Measure answering against the bare embedding side by side, the index build from nothing, and memory."""
    from evals.bench import measure

    for line in measure():
        out.print(line)


def consistency(
    cases: Annotated[int, typer.Option(min=1, help="How many cases are asked, evenly from the sets.")] = 40,
    rebuild: Annotated[bool, typer.Option(help="Also on a fresh build (minutes).")] = False,
) -> None:
    """Ask the same cases again here, in a new process and on a fresh build; exit code 1 when any reply differs."""
    from evals.consistency import differences

    with told():
        found = list(differences(cases, rebuild))
    for line in found:
        out.print(line)
    if any(line.startswith("DIFFERS") for line in found):
        raise typer.Exit(1)
