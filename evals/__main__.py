"""Commands that measure: run question sets, gate on them, compare runs, look inside a case, measure speed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.console import fail
from evals import tools
from evals.cases_command import app as cases_app
from evals.console import INCOMPLETE, RunArgument, UrlOption, open_target, out, told

if TYPE_CHECKING:
    from corpus.library import Library
    from evals.cases import Case
    from evals.metrics import Scored
    from evals.run import Run
    from evals.targets import Target

app = typer.Typer(help="Measure Citewell.", no_args_is_help=True, add_completion=False)
app.add_typer(cases_app, name="cases")


def fill(folder: Path, sets: dict[str, tuple[Case, ...]], target: Target, workers: int) -> None:
    """Ask what is missing, with a progress bar; an interruption says how to go on."""
    from tqdm import tqdm

    from evals.run import ask_all, finish

    try:
        with tqdm(total=sum(map(len, sets.values())), desc="Asking", unit="case") as bar:
            ask_all(folder, sets, target, workers, lambda: bar.update())
    except KeyboardInterrupt:
        raise fail(f"interrupted; go on with `python -m evals run --resume --out {folder}`", INCOMPLETE) from None
    finish(folder)


def conclude(run: Run, library: Library, verbose: bool) -> list[Scored]:
    """Write the files of a run and print its main figures."""
    from evals.gates import asked, check, read_gates
    from evals.metrics import measure
    from evals.output import write_cases, write_junit, write_summary
    from evals.report import write_report

    rows = run.scored(library)
    metrics = measure(rows)
    checked = list(check(read_gates(), metrics, run.stamp.quick, asked(run.sets)))
    write_summary(run.folder, metrics, checked)
    write_cases(run.folder, rows)
    write_junit(run.folder, rows, checked)
    write_report(run, rows, metrics, checked, library)
    for name in dict.fromkeys(metric.set for metric in metrics):
        out.print(f"\n{name}")
        for metric in metrics:
            if (
                metric.set == name
                and not metric.group
                and (not metric.name.startswith("latency") or metric.name == "latency total p50")
            ):
                out.print(f"  {metric.name:<22} {metric}")
    if verbose:
        show_failures(rows)
    return rows


def show_failures(rows: list[Scored]) -> None:
    """Every case that went wrong, with why."""
    for row in rows:
        if not row.wrong:
            continue
        body, trace = row.result.body, row.result.trace
        out.print(f"\n{row.result.set} {row.case.id} [{body['kind'] if body else 'error'}] {' '.join(row.wrong)}")
        out.print(f"  asked: {row.case.said}")
        out.print(f"  reply: {(body['answer'] if body else str(row.result.failure))[:400]}")
        out.print(f"  why: {trace.reason if trace else 'no trace'}   expected: {row.case.fact or row.case.label}")


@app.command(epilog="Example: python -m evals run --set answerable --cases my_cases.jsonl --workers 2")
def run(
    set_: Annotated[list[str] | None, typer.Option("--set", help="A set of our own; may be repeated. Default: all.")] = None,
    cases: Annotated[list[Path] | None, typer.Option(help="A JSONL file of cases; may be repeated.")] = None,
    url: UrlOption = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at the same time.")] = 1,
    resume: Annotated[bool, typer.Option(help="Go on with the interrupted run in --out.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the run. Default: a new one in .citewell/evals.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Ask a quarter of the cases, always the same.")] = False,
    verbose: Annotated[bool, typer.Option(help="List every case that went wrong.")] = False,
) -> None:
    """Ask every case, and write results, figures, junit.xml, CSV and a report into the run's folder."""
    from evals.catalogue import choose
    from evals.run import RUNS, newest, read_run, start
    from evals.stamp import make_stamp

    with told():
        if resume and folder is None:
            folder = newest()
        folder = folder or RUNS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        sets = choose(set_ or (), cases or (), quick)
        target, library, versions, settings = open_target(url)
        start(folder, make_stamp(url or "local", sets, quick, versions, settings), sets, resume)
        fill(folder, sets, target, workers)
        rows = conclude(read_run(folder), library, verbose)
        out.print(f"\n{folder}: report.html, summary.json, metrics.csv, cases.csv, junit.xml, results.jsonl")
        if url and (lost := sum(row.result.failure is not None for row in rows)):
            out.print(f"{lost} cases got no reply; see `python -m evals failures {folder}`")
            raise typer.Exit(INCOMPLETE)


@app.command(epilog="Example: python -m evals gate")
def gate(
    folder: RunArgument = None,
    bounds: Annotated[Path | None, typer.Option("--gates", help="A file of bounds. Default: evals/gates.toml.")] = None,
) -> None:
    """Hold a run against the bounds: exit code 0 when all hold, 1 when one does not, 3 when the run is incomplete."""
    from corpus.library import read_library
    from evals.gates import GATES, asked, check, known, read_gates
    from evals.run import newest, read_run

    with told():
        found = read_run(folder or newest())
        if found.missing:
            raise fail(
                f"{found.folder} lacks {found.missing} results; run `python -m evals run --resume --out {found.folder}`",
                INCOMPLETE,
            )
        gates = read_gates(bounds or GATES)
        known(gates, found.sets)
        checked = list(check(gates, found.metrics(read_library()), found.stamp.quick, asked(found.sets)))
    for each in checked:
        out.print(f"{'ok    ' if each.passed else 'FAILED'}  {each.message}")
    broken = sum(not each.passed for each in checked)
    out.print(f"{len(checked) - broken} passed, {broken} failed")
    if broken or not checked:
        raise typer.Exit(1)


@app.command(epilog="Example: python -m evals compare .citewell/evals/before .citewell/evals/after")
def compare(
    before: Annotated[Path, typer.Argument(help="Folder of the earlier run.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later run.")],
    page: Annotated[Path | None, typer.Option("--html", help="Also write a page that shows only what changed.")] = None,
) -> None:
    """Show how each score moved between two runs, how surely, and which cases changed; exit code 1 when one is surely worse."""
    from corpus.library import read_library
    from evals.compare import changes, deltas, pairs
    from evals.report import write_comparison
    from evals.run import read_run

    with told():
        library = read_library()
        first, second = read_run(before), read_run(after)
        both = pairs(first, second, library)
        moved, changed = list(deltas(both)), changes(both)
        if page:
            write_comparison(page, first, second, moved, changed, library)
    for each in moved:
        if each.before != each.after or each.worse:
            mark = "WORSE" if each.worse else "     "
            out.print(
                f"{mark} {each.set} {each.name}: {each.before:.3f} to {each.after:.3f}, {each.after - each.before:+.3f} "
                f"({each.low:+.3f} to {each.high:+.3f}), p = {each.p:.3f} ({each.test}, n = {each.cases})"
            )
    for case in changed:
        out.print(f"{case.way:<9} {case.after.result.set} {case.after.case.id}: {case.after.case.said[:160]}")
    out.print(f"{len(changed)} of {len(both)} cases changed, {sum(case.way == 'regressed' for case in changed)} regressed")
    if any(each.worse for each in moved):
        raise typer.Exit(1)


@app.command(epilog="Example: python -m evals failures --url http://127.0.0.1:7860")
def failures(folder: RunArgument = None, url: UrlOption = None) -> None:
    """Ask again the cases of a run that went wrong, and only those; exit code 1 while some still do."""
    from evals.metrics import score_all
    from evals.run import newest, read_run

    with told():
        found = read_run(folder or newest())
        target, library, _, _ = open_target(url)
        wrong = [row for row in found.scored(library) if row.wrong]
        again = score_all([(row.case, target(row.result.set, row.case)) for row in wrong], library)
    show_failures(again)
    still = sum(bool(row.wrong) for row in again)
    out.print(f"\n{len(wrong)} went wrong in {found.folder}, {still} still do")
    if still:
        raise typer.Exit(1)


@app.command(epilog="Example: python -m evals reproduce ans-a017")
def reproduce(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of a case, from a set of our own or --cases.")],
    cases: Annotated[list[Path] | None, typer.Option(help="Files to look in besides our own sets.")] = None,
    url: UrlOption = None,
) -> None:
    """Ask just this case, and show everything about it: reply, scores, decision, passages."""
    from evals.catalogue import choose
    from evals.exceptions import BadCases
    from evals.metrics import score_all

    with told():
        sets = {**choose((), ()), **(choose((), cases) if cases else {})}
        found = [(of, case) for of, listed in sets.items() for case in listed if case.id == name]
        if not found:
            raise BadCases(f"no case {name}; ids stand in evals/sets/*.jsonl and in a run's cases.csv")
        target, library, _, _ = open_target(url)
        (row,) = score_all([(found[0][1], target(*found[0]))], library)
    out.print_json(data={"set": row.result.set, "case": row.case.model_dump(mode="json", exclude_defaults=True)})
    out.print_json(row.result.model_dump_json())
    out.print_json(data={"scores": {key: value for key, value in row.scores.items() if value is not None}, "wrong": row.wrong})


@app.command(epilog="Example: python -m evals report")
def report(folder: RunArgument = None) -> None:
    """Write the report and the tables of a run again, complete or not."""
    from corpus.library import read_library
    from evals.run import newest, read_run

    with told():
        found = read_run(folder or newest())
        conclude(found, read_library(), verbose=False)
    out.print(f"\n{found.folder / 'report.html'}")


@app.command(epilog="Example: python -m evals sets")
def sets(
    log: Annotated[
        bool, typer.Option("--doubts", help="Print the log of labels that can be disputed, and nothing else.")
    ] = False,
) -> None:
    """List our own sets, and check that the catalogue is true and that no test case is near to what anything learned from."""
    from corpus.library import read_library
    from evals.apart import too_near
    from evals.cases import SETS, read_cases
    from evals.catalogue import doubts, read_catalogue, stale

    with told():
        catalogue = read_catalogue()
        if log:
            out.print("\n".join(doubts(catalogue)))
            return
        problems = stale(catalogue)
        listed = {name: read_cases(SETS / f"{name}.jsonl") for name in catalogue}
        for name, entry in catalogue.items():
            out.print(f"{name:<16} version {entry.version}  {entry.role:<7} {len(listed[name]):>4} cases  {entry.about}")
        problems += too_near(listed, catalogue, read_library())
    for problem in problems:
        out.print(f"PROBLEM  {problem}")
    if problems:
        raise typer.Exit(1)


app.command(epilog="Example: python -m evals bench --only answer")(tools.bench)
app.command(epilog="Example: python -m evals consistency --cases 40")(tools.consistency)
app.command(epilog="Example: python -m evals ablation")(tools.ablation)
app.command(epilog="Example: python -m evals inspect")(tools.inspect)
app.command(epilog="Example: python -m evals redteam .citewell/redteam.report.jsonl")(tools.redteam)


if __name__ == "__main__":
    app()
