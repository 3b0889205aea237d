"""Heat maps: the figures by tactic, topic, style and rewording, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from evals.metrics import Metric, Scored, shown
from evals.report_cases import theme
from evals.report_figures import case_link
from evals.report_markup import Markup, Piece, element, markup, section, table
from evals.scorers import BAD
from evals.stats import Rate

STYLE = "style: "
STEPS = 10
"""Shades of a heat map."""
FEW = 5
"""Below so many cases a cell stays pale, whatever its value."""
REWORDED = frozenset({"decision flips", "right moved", "routed moved"})


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Figures by group in one table."""

    title: str
    columns: tuple[tuple[str, str], ...]
    """Set and figure of each column."""
    rows: dict[str, dict[tuple[str, str], Metric]]
    """By group and column."""
    facet: Callable[[str], str]
    """From the name of a row to what the cases are filtered by."""

    @property
    def wide(self) -> bool:
        """Whether it needs the whole width of the page."""
        return len(self.columns) > 2

    def worst_first(self) -> list[str]:
        """The groups by how bad they surely are: a bad figure of many cases stands before a worse one of two."""
        return sorted(self.rows, key=lambda group: -fmean(surely_bad(metric) for metric in self.rows[group].values()))


def badness(name: str, value: float) -> float:
    """How far a value is from the best it can be, from 0 to 1."""
    if name.endswith(" moved"):
        return min(max(-value, 0.0), 1.0)
    return value if name in BAD or name in REWORDED else 1 - value


def surely_bad(metric: Metric) -> float:
    """How far the better end of a figure's interval is from the best."""
    return min(badness(metric.name, each) for each in (metric.value, metric.low, metric.high) if each is not None)


def groups_section(metrics: Sequence[Metric], rows: Iterable[Scored]) -> Markup | None:
    """All heat maps of a run."""
    maps = heat_maps(metrics, {row.case.topic for row in rows} - {""})
    if not maps:
        return None
    note = (
        "Each cell holds the value, its 95 % interval and the number of cases scored. The stronger its colour, the further it is "
        f"from the best; cells of fewer than {FEW} cases stay pale. ↓ marks figures that should be low. The worst groups, as far "
        "as their intervals show, come first. Groups that differ only in manner are taken together; each one stands in "
        "metrics.csv. The name of a row shows its cases."
    )
    return section(
        "groups", "By tactic and topic", element("p", note, class_="note"), element("div", *map(draw, maps), class_="maps")
    )


def heat_maps(metrics: Sequence[Metric], topics: set[str]) -> list[HeatMap]:
    """One map by topic, one by style, one by rewording, and one by tactic for each set that has tactics."""
    grouped = [metric for metric in metrics if metric.group]
    sets = dict.fromkeys(metric.set for metric in grouped)

    def tactics(name: str) -> list[Metric]:
        return merged(
            metric
            for metric in grouped
            if metric.set == name
            and metric.group not in topics
            and not metric.group.startswith(STYLE)
            and metric.name not in REWORDED
        )

    maps = [
        heat_map("By topic", [metric for metric in grouped if metric.group in topics], str),
        *(heat_map(f"By tactic: {name}", tactics(name), str) for name in sets),
        heat_map("By style", [metric for metric in grouped if metric.group.startswith(STYLE)], str),
        heat_map("By rewording", [metric for metric in grouped if metric.name in REWORDED], lambda group: f"rewording: {group}"),
    ]
    return sorted((each for each in maps if each.rows), key=lambda each: not each.wide)


def heat_map(title: str, metrics: Iterable[Metric], facet: Callable[[str], str]) -> HeatMap:
    """Figures as a map."""
    rows: dict[str, dict[tuple[str, str], Metric]] = {}
    for metric in metrics:
        rows.setdefault(metric.group, {})[metric.set, metric.name] = metric
    columns = tuple(dict.fromkeys(column for row in rows.values() for column in row))
    return HeatMap(title, columns, rows, facet)


def merged(metrics: Iterable[Metric]) -> list[Metric]:
    """Rates of groups that differ only behind a semicolon, taken together."""
    found: dict[tuple[str, str, str], list[Metric]] = {}
    for metric in metrics:
        found.setdefault((metric.set, metric.name, theme(metric.group)), []).append(metric)
    return [
        listed[0] if len(listed) == 1 and listed[0].group == group else together(listed, group)
        for (_, _, group), listed in found.items()
    ]


def together(metrics: Sequence[Metric], group: str) -> Metric:
    """Several rates as one, as if their cases had been one group."""
    rate = Rate(sum(round(each.value * each.scored) for each in metrics), sum(each.scored for each in metrics))
    total = sum(each.total for each in metrics)
    return Metric(metrics[0].set, metrics[0].name, "rate", rate.value, rate.total, total, *rate.interval, group)


def draw(each: HeatMap) -> Markup:
    """A map as a table; one that spans several sets names them in its head."""
    several = len({set_ for set_, _ in each.columns}) > 1
    only = "" if several else each.columns[0][0]
    head: list[Piece] = ["Group"]
    for set_, name in each.columns:
        label = f"{name}{' ↓' if name in BAD or name == 'decision flips' else ''}"
        head.append(markup(element("span", set_, class_="set"), label) if several else label)
    lines = [
        [
            case_link(group.removeprefix(STYLE), only, each.facet(group)),
            *(cell(each.rows[group].get(column)) for column in each.columns),
        ]
        for group in each.worst_first()
    ]
    return element(
        "div",
        table(f"{each.title}, worst first", head, lines, "heat"),
        class_="map wide" if each.wide else "map",
    )


def cell(metric: Metric | None) -> Markup | None:
    """A figure on its shade; an empty cell is one to which the figure does not apply."""
    if metric is None:
        return None
    interval = (
        ""
        if metric.low is None or metric.high is None
        else f"{brief(metric.low, metric.unit)} to {brief(metric.high, metric.unit)} · "
    )
    return element(
        "span",
        element("strong", brief(metric.value, metric.unit)),
        element("span", f"{interval}n {metric.scored}", class_="note"),
        class_=f"cell shade-{round(badness(metric.name, metric.value) * STEPS * (1 if metric.scored >= FEW else 0.3))}",
    )


def brief(value: float, unit: str) -> str:
    """A value in as little room as a cell has."""
    return f"{value:.0%}" if unit == "rate" else f"{value:+.2f}" if unit == "mean" else shown(value, unit)
