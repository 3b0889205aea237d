"""The figures of a run as HTML: what it was made with, its gates, every figure, and the curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from evals.gates import Checked
from evals.metrics import ALL, SHARES, STEPS, Metric, Scored, boundary, shown
from evals.report_charts import bins, histogram, interval_bar, risk_curve
from evals.report_markup import Markup, Piece, element, folded, markup, section, table
from evals.report_reasons import described
from evals.run import Run
from evals.scorers import BAD
from evals.stamp import Stamp
from evals.stats import aurc, risk_coverage

PASSED, FAILED = "✓ holds", "✕ fails"


def headline(run: Run, rows: Sequence[Scored], checked: Sequence[Checked]) -> Markup:
    """The first thing to know: do the gates hold, how many cases went wrong, is anything missing."""
    broken = sum(not each.passed for each in checked)
    wrong = sum(bool(row.wrong) for row in rows)
    errors = sum(row.result.failure is not None for row in rows)
    gates = f"{broken} of {len(checked)} fail" if broken else f"all {len(checked)} hold" if checked else "none set"
    tiles = [
        tile("Gates", gates, "bad" if broken else "good" if checked else "plain", "#gates"),
        tile("Cases asked", f"{len(rows):,}", "plain", "#cases"),
        tile("Went wrong", f"{wrong:,}" + (f" ({wrong / len(rows):.1%})" if rows else ""), "bad" if wrong else "good", "#cases"),
        tile("Without a reply", f"{errors:,}", "bad" if errors else "good", "#cases"),
    ]
    missing = run.missing and element(
        "p", f"! This run is incomplete: {run.missing:,} cases were not asked yet.", class_="banner", role="note"
    )
    quick = run.stamp.quick and element(
        "p",
        "This is a quick run: it asks a quarter of the cases, and most gates fail only when even the better end of their "
        "interval misses the bound.",
        class_="banner",
        role="note",
    )
    return markup(missing or None, quick or None, element("ul", *tiles, class_="tiles"))


def tile(name: str, value: str, look: str, target: str) -> Markup:
    """One figure of the headline; its look repeats what its words say."""
    sign = {"bad": "✕ ", "good": "✓ "}.get(look, "")
    inner = element("a", element("span", name), element("strong", f"{sign}{value}"), href=target)
    return element("li", inner, class_=look)


def stamp_facts(stamp: Stamp) -> list[tuple[str, str]]:
    """What a run was made with, in the order in which a reader asks."""
    return [
        ("Target", stamp.target),
        ("Commit", (stamp.commit or "unknown") + (", with uncommitted changes" if stamp.changes else "")),
        ("Corpus", stamp.corpus),
        ("Policy", stamp.policy),
        ("Index", stamp.index or "unknown"),
        ("Model", stamp.model or "unknown"),
        ("Settings", stamp.settings),
        ("Seed", str(stamp.seed)),
        ("Started", moment(stamp.started)),
        ("Took", duration(stamp)),
        ("Machine", ", ".join(f"{name} {value}" if name != "system" else value for name, value in stamp.machine.items())),
    ]


def moment(time: str) -> str:
    """A time as a reader writes it; every time of a stamp is in UTC."""
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M} UTC"


def duration(stamp: Stamp) -> str:
    """How long a run took, pauses of an interrupted one included."""
    if not stamp.finished:
        return "not finished"
    seconds = (datetime.fromisoformat(stamp.finished) - datetime.fromisoformat(stamp.started)).total_seconds()
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def stamp_section(stamp: Stamp) -> Markup:
    """What a run was made with."""
    facts = [element("div", element("dt", name), element("dd", value)) for name, value in stamp_facts(stamp)]
    sets = [(name, f"{stamp.sizes.get(name, 0):,}", value) for name, value in stamp.sets.items()]
    return section(
        "stamp",
        "Made with",
        element("dl", *facts, class_="facts"),
        folded(
            f"{len(sets)} sets and {len(stamp.packages)} packages",
            element(
                "div",
                table("Sets asked", ("Set", "Cases", "Fingerprint"), sets),
                table("Packages installed", ("Package", "Version"), stamp.packages.items()),
                class_="beside",
            ),
        ),
    )


def gates_section(checked: Sequence[Checked]) -> Markup:
    """Every gate with its figure, those that fail first."""
    if not checked:
        return section("gates", "Gates", element("p", "No gate is set for the sets of this run, so nothing was held to a bound."))
    listed = sorted(checked, key=lambda each: each.passed)
    lines = [gate_row(each) for each in listed]
    note = "The shaded stretch is where a value may be; the line through the value is its 95 % interval; a diamond fails."
    return section(
        "gates",
        "Gates",
        table("Gates, those that fail first", ("Gate", "Result", "Value", "Bound", "Interval", "Scored"), lines, "gates", note),
    )


def gate_row(each: Checked) -> list[Piece]:
    """One gate."""
    gate, metric = each.gate, each.metric
    name = markup(case_link(gate.name, gate.set, gate.group, gate.metric), element("span", gate.why, class_="note"))
    result = element("span", PASSED if each.passed else FAILED, class_="good" if each.passed else "bad")
    bound = gate.at_least if gate.at_least is not None else gate.at_most or 0.0
    sign = "≥" if gate.at_least is not None else "≤"
    if metric is None:
        return [name, result, "not measured", f"{sign} {bound:g}", None, None]
    bar = interval_bar(metric.value, metric.low, metric.high, metric.unit, gate.at_least, gate.at_most, each.passed)
    value = markup(element("strong", shown(metric.value, metric.unit)), spread(metric))
    return [name, result, value, f"{sign} {shown(bound, metric.unit)}", bar, f"{metric.scored:,} of {metric.total:,}"]


def spread(metric: Metric) -> Markup | None:
    """The interval of a figure in small print."""
    if metric.low is None or metric.high is None:
        return None
    return element("span", f"{shown(metric.low, metric.unit)} to {shown(metric.high, metric.unit)}", class_="note")


def case_link(text: Piece, set_: str, group: str = "", score: str = "") -> Markup:
    """A link that shows the cases behind a figure."""
    return element("a", text, href="#cases", data_set="" if set_ == ALL else set_, data_facet=group, data_score=score)


def figures_section(metrics: Sequence[Metric]) -> Markup:
    """Every figure of every set; those of all cases are open."""
    names = list(dict.fromkeys(metric.set for metric in metrics))
    parts = [figure_table(name, metrics) for name in sorted(names, key=lambda name: name != ALL)]
    return section("figures", "All figures", *parts)


def figure_table(name: str, metrics: Sequence[Metric]) -> Markup:
    """The figures of one set."""
    listed = [each for each in metrics if each.set == name and not each.group and not each.name.startswith("latency")]
    lines = [
        [
            markup(figure_name(each), element("span", described(each.name), class_="note")),
            element("strong", shown(each.value, each.unit)),
            spread(each) or "–",
            interval_bar(each.value, each.low, each.high, each.unit) if each.low is not None else None,
            f"{each.scored:,} of {each.total:,}",
        ]
        for each in listed
    ]
    title = "All cases" if name == ALL else name
    note = "↓ marks figures that should be low."
    inner = table(f"Figures of {title.lower()}", ("Figure", "Value", "95 % interval", "Drawn", "Scored"), lines, "figures", note)
    return folded(markup(element("strong", title), f" · {len(lines)} figures"), inner, unfolded=name == ALL)


def figure_name(metric: Metric) -> Markup:
    """The name of a figure, linked to its cases where it is a score."""
    low = " ↓" if metric.name in BAD or metric.name in {"errors", "aurc", "risk of an answer", "decision flips"} else ""
    return markup(case_link(metric.name, metric.set, "", metric.name), low)


def curves_section(rows: Sequence[Scored], metrics: Sequence[Metric]) -> Markup:
    """What answering risks, and how long it takes."""
    return section("curves", "Risk and latency", element("div", risk_figure(rows), latency_figure(rows), class_="beside"),
                   latency_table(metrics))  # fmt: skip


def risk_figure(rows: Sequence[Scored]) -> Markup:
    """The risk-coverage curve with its values as a table."""
    covered, outside, wrong, done = boundary(rows)
    confidences = [*covered, *outside]
    if not confidences:
        return element("p", "No risk-coverage curve: no question was searched in this process.")
    points = risk_coverage(confidences, wrong)
    answered = [failure for failure, was in zip(wrong, done, strict=True) if was]
    now = (len(answered) / len(done), sum(answered) / len(answered)) if answered else None
    at = [(share / 10, max((each for each in points if each[0] <= share / 10 + 1e-9), default=None)) for share in range(1, 11)]
    values = [(f"{share:.0%}", f"{point[1]:.1%}" if point else "–") for share, point in at]
    caption = (
        f"Risk-coverage curve of {len(covered):,} covered and {len(outside):,} not covered questions; "
        f"area under it {aurc(points) or 0.0:.3f}"
    )
    return element(
        "figure",
        element("figcaption", caption),
        risk_curve(points, now),
        folded("Values", table("Risk by coverage", ("Coverage up to", "Risk"), values)),
    )


def latency_figure(rows: Sequence[Scored]) -> Markup:
    """The histogram of latency with its values as a table."""
    spent = [row.result.timings["total"] for row in rows if "total" in row.result.timings]
    if not spent:
        return element("p", "No latency histogram: no case has a time.")
    width, counts = bins(spent)
    values = [
        (
            f"{number * width:g} ms and more"
            if number == len(counts) - 1
            else f"{number * width:g} to {(number + 1) * width:g} ms",
            f"{count:,}",
        )
        for number, count in enumerate(counts)
        if count
    ]
    return element(
        "figure",
        element("figcaption", f"Latency of {len(spent):,} replies"),
        histogram(spent),
        folded("Values", table("Cases by latency", ("Time", "Cases"), values)),
    )


def latency_table(metrics: Sequence[Metric]) -> Markup | None:
    """Percentiles of every step in every set."""
    found: Mapping[tuple[str, str], Metric] = {(each.set, each.name): each for each in metrics if each.name.startswith("latency")}
    lines: list[list[Piece]] = []
    for name in dict.fromkeys(set_ for set_, _ in found):
        for step in STEPS:
            listed = [found.get((name, f"latency {step} p{share}")) for share in SHARES]
            if listed[0]:
                values = [f"{each.value:.1f}" if each else "–" for each in listed]
                lines.append(
                    [f"{'all cases' if name == ALL else name}: {step}", *values, f"{listed[0].scored:,} of {listed[0].total:,}"]
                )
    head = ("Set and step", *(f"p{share} ms" for share in SHARES), "Timed")
    return folded("Latency by set and step", table("Latency by set and step, in milliseconds", head, lines)) if lines else None
