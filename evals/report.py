"""One self-contained page on a run, and one on what changed between two: they open from disk and ask nothing of any server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.library import Library
from evals.compare import Changed, Delta
from evals.gates import Checked
from evals.metrics import Metric, Scored
from evals.report_cases import comparison_data, run_data
from evals.report_comparison import comparison_headline, deltas_section, stamps_section
from evals.report_figures import curves_section, figures_section, gates_section, headline, moment, stamp_section
from evals.report_groups import groups_section
from evals.report_markup import Markup, element, markup, page, section, write_page
from evals.run import Run

REPORT = "report.html"


def write_report(
    run: Run, rows: Sequence[Scored], metrics: Sequence[Metric], checked: Sequence[Checked], library: Library
) -> Path:
    """Write the report of a run into its folder."""
    groups = groups_section(metrics, rows)
    body = markup(
        header(
            "Citewell evaluation",
            f"Run {run.folder.name} of {moment(run.stamp.started)}",
            ("gates", "Gates"),
            *((("groups", "Tactics and topics"),) if groups else ()),
            ("figures", "Figures"),
            ("curves", "Risk and latency"),
            ("cases", "Cases"),
        ),
        element(
            "main",
            headline(run, rows, checked),
            stamp_section(run.stamp),
            gates_section(checked),
            groups,
            figures_section(metrics),
            curves_section(rows, metrics),
            cases_section("Cases", "Cases that went wrong come first, those that may harm before the others."),
            id="content",
        ),
    )
    path = run.folder / REPORT
    write_page(path, page(f"Citewell evaluation: {run.folder.name}", body, run_data(rows, library)))
    return path


def write_comparison(
    path: Path, first: Run, second: Run, moved: Sequence[Delta], changed: Sequence[Changed], library: Library
) -> None:
    """Write a page that shows only what changed between two runs."""
    body = markup(
        header(
            "Citewell comparison",
            f"From run {first.folder.name} to run {second.folder.name}",
            ("deltas", "Figures that moved"),
            ("cases", "Cases that changed"),
        ),
        element(
            "main",
            comparison_headline(moved, changed),
            stamps_section(first, second),
            deltas_section(moved),
            cases_section("Cases that changed", "Cases that regressed come first, then those that improved."),
            id="content",
        ),
    )
    title = f"Citewell comparison: {first.folder.name} and {second.folder.name}"
    write_page(path, page(title, body, comparison_data(changed, library)))


def header(title: str, about: str, *links: tuple[str, str]) -> Markup:
    """The name of the page and the way to its parts."""
    return element(
        "header",
        element("a", "Skip to the content", href="#content", class_="skip"),
        element("div", element("h1", title), element("p", about), class_="name"),
        element("nav", *(element("a", name, href=f"#{target}") for target, name in links), aria_label="Parts of the page"),
    )


def cases_section(title: str, note: str) -> Markup:
    """The place that the script fills with filters and cases."""
    without = element("noscript", element("p", "The cases are shown by a script of this page, which this browser does not run."))
    return section(
        "cases", title, element("p", note, class_="note"), without, element("div", id="filters"), element("div", id="list")
    )
