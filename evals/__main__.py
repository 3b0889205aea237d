"""Commands that measure: run question sets and gate on them, measure speed and memory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(help="Measure Citewell.", no_args_is_help=True, add_completion=False)


@app.command(epilog="Example: python -m evals run --cases my_cases.jsonl --verbose")
def run(
    cases: Annotated[
        list[Path] | None, typer.Option(help="A JSONL file of cases; may be repeated. Default: our own sets.")
    ] = None,
    verbose: Annotated[bool, typer.Option(help="List every case that went wrong.")] = False,
) -> None:
    """Ask every case, print the figures, and gate on those of our own sets (exit code 1 when a gate fails)."""
    from tqdm import tqdm

    from assistant.__main__ import fail, open_assistant
    from evals.cases import SETS, read_cases
    from evals.exceptions import EvalsError
    from evals.run import Gate, ask, failed, read_gates, summarise

    try:
        sets = {path.stem: read_cases(path) for path in (cases or sorted(SETS.glob("*.jsonl")))}
    except EvalsError as error:
        raise fail(str(error)) from error
    assistant = open_assistant()
    gates = read_gates()
    out = Console()
    problems: list[str] = []
    for name, listed in sets.items():
        outcomes = [ask(assistant, case) for case in tqdm(listed, desc=name, unit="case")]
        summary = summarise(name, outcomes)
        out.print("\n".join(summary.lines()), markup=False, highlight=False)
        for each in outcomes:
            if verbose and (each.right is False or each.routed is False or each.leaks):
                said = each.case.text or " / ".join(each.case.turns)
                out.print(f"  {each.case.id} [{each.answer.kind}] {said}", markup=False, highlight=False, soft_wrap=True)
                out.print(f"      {each.answer.text[:400]}  {each.leaks or ''}", markup=False, highlight=False, soft_wrap=True)
        problems += [f"{name}: {problem}" for problem in failed(summary, Gate() if cases else gates.get(name, Gate()))]
    for problem in problems:
        out.print(f"GATE FAILED  {problem}", markup=False, highlight=False)
    if problems:
        raise typer.Exit(1)
    out.print("gates passed", highlight=False)


@app.command(epilog="Example: python -m evals bench")
def bench() -> None:
    """Measure answering against the bare embedding side by side, the index build from nothing, and memory."""
    from evals.bench import measure

    for line in measure():
        Console().print(line, markup=False, highlight=False)


if __name__ == "__main__":
    app()
