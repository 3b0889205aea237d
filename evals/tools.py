"""Commands beside the runs: speed, whether answers stay the same, and bridges to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.console import fail
from evals.console import INCOMPLETE, RunArgument, out, told


def bench(
    only: Annotated[
        list[str] | None,
        typer.Option(help="A part: answer, throughput, engine, start, memory, build or scale; may be repeated. Default: all."),
    ] = None,
    path: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
    quick: Annotated[bool, typer.Option(help="Small sizes.")] = False,
) -> None:
    """Measure speed and memory, as ratios to something measured side by side."""
    from evals.bench import measure, write_figures
    from evals.bench_figure import QUICK, Sizes

    figures = []
    with told():
        for figure in measure(only or (), QUICK if quick else Sizes()):
            out.print(str(figure))
            figures.append(figure)
        if path:
            write_figures(path, figures)


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


def ablation() -> None:
    """Rank the judged questions with some retrievers left out, to see what each is worth."""
    from evals.ablation import ablation as lines

    with told():
        for line in lines():
            out.print(str(line))


def inspect(
    folder: RunArgument = None,
    logs: Annotated[Path | None, typer.Option("--out", help="Folder of the logs. Default: `inspect` in the run's.")] = None,
) -> None:
    """Write a run as logs of Inspect, one a set, to look at with `inspect view`."""
    from corpus.library import read_library
    from evals.exceptions import EvalsError
    from evals.metrics import measure
    from evals.run import newest, read_run

    with told():
        try:
            from evals.inspect_log import write_logs
        except ModuleNotFoundError as error:
            if error.name != "inspect_ai":
                raise
            message = "Inspect is not installed; run `.venv/bin/pip install -c constraints.txt -e '.[inspect]'`"
            raise EvalsError(message) from error
        found = read_run(folder or newest())
        rows = found.scored(read_library())
        target = logs or found.folder / "inspect"
        written = write_logs(found, rows, measure(rows), target)
    out.print(f"{len(written)} logs; look at them with `inspect view --log-dir {target}`")


def redteam(
    path: Annotated[
        Path | None, typer.Argument(metavar="REPORT", help="A report of garak. Default: .citewell/redteam.report.jsonl.")
    ] = None,
) -> None:
    """Gate on a report of garak: exit code 1 when a probe got through or a reply leaked, 3 when garak did not finish."""
    from evals.garak_gate import REPORT, read_report

    path = path or REPORT
    with told():
        found = read_report(path)
    if found.unfinished:
        raise fail(f"{path}: {'; '.join(found.unfinished)}; run garak again, see docs/redteam.md", INCOMPLETE)
    for each in found.evaluated:
        mark = "FAILED" if not each.holds else "ok    " if each.gated else "shown "
        out.print(f"{mark}  {each}")
    leaking = found.leaking
    for leak in leaking:
        out.print(f"FAILED  {leak}")
    gated = [each for each in found.evaluated if each.gated]
    broken = sum(not each.holds for each in gated)
    out.print(
        f"{len(gated) - broken} passed, {broken} failed, {len(found.evaluated) - len(gated)} only shown; "
        f"{len(leaking)} leaks in {found.replies} replies"
    )
    if not found.holds:
        raise typer.Exit(1)
