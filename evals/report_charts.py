"""Small drawings as inline SVG: intervals against their bounds, the risk-coverage curve, the latency histogram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10

from evals.metrics import shown
from evals.report_markup import Attribute, Markup, Piece, element
from evals.stats import percentile

WINDOWS = ((0.0, 1.0), (0.0, 0.5), (0.5, 1.0), (0.0, 0.2), (0.8, 1.0), (0.0, 0.1), (0.9, 1.0), (0.0, 0.05), (0.95, 1.0))
"""Stretches of the scale that a bar of a rate may show, wide ones first; its ends are always written under it."""
BAR, MARGIN, MIDDLE = 260, 10, 13
WIDTH, HEIGHT, LEFT, BELOW, ABOVE, RIGHT = 640, 300, 56, 44, 14, 16
BINS = 40


def drawing(width: int, height: int, label: str, *pieces: Piece, **attributes: Attribute) -> Markup:
    """An image that says in words what it shows."""
    return element("svg", *pieces, viewBox=f"0 0 {width} {height}", role="img", aria_label=label, **attributes)


def words(x: float, y: float, text: str, anchor: str = "middle", class_: str | None = None) -> Markup:
    """A label in a drawing."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def window(values: Sequence[float], unit: str, bound: float | None = None) -> tuple[float, float]:
    """The stretch of the scale that holds some values, and a bound with some room on either side of it."""
    around = [] if bound is None else [bound - 0.01, bound + 0.01] if 0 < bound < 1 else [bound]
    low, high = min([*values, *around]), max([*values, *around])
    if unit == "rate" or (unit in {"mean", "score"} and low >= 0 and high <= 1):
        # A Wilson bound can leave the scale by a rounding error.
        return [each for each in WINDOWS if each[0] <= max(low, 0.0) and min(high, 1.0) <= each[1]][-1]
    return min(0.0, low), round_up(high * 1.05) if high > 0 else 1.0


def round_up(value: float) -> float:
    """The next value with one digit that is not zero, or two with a five."""
    step = 10.0 ** floor(log10(value)) / 2
    return ceil(value / step - 1e-9) * step


def interval_bar(
    value: float,
    low: float | None,
    high: float | None,
    unit: str,
    at_least: float | None = None,
    at_most: float | None = None,
    passed: bool = True,
) -> Markup:
    """A value with its interval, and the stretch in which a bound lets it be; a value that fails is a diamond, not a dot."""
    bound = at_least if at_least is not None else at_most
    start, end = window([each for each in (value, low, high) if each is not None], unit, bound)

    def place(of: float) -> float:
        return MARGIN + (BAR - 2 * MARGIN) * (of - start) / (end - start)

    parts: list[Piece] = []
    label = shown(value, unit)
    if bound is not None:
        left, right = (place(bound), place(end)) if at_least is not None else (place(start), place(bound))
        parts.append(element("rect", x=left, y=MIDDLE - 9, width=max(right - left, 1.0), height=18, class_="allowed"))
    parts.append(element("line", x1=place(start), x2=place(end), y1=MIDDLE, y2=MIDDLE, class_="scale"))
    if low is not None and high is not None:
        parts.append(element("line", x1=place(low), x2=place(high), y1=MIDDLE, y2=MIDDLE, class_="interval"))
        parts += [element("line", x1=place(x), x2=place(x), y1=MIDDLE - 5, y2=MIDDLE + 5, class_="end") for x in (low, high)]
        label += f", 95 % interval {shown(low, unit)} to {shown(high, unit)}"
    if bound is not None:
        parts.append(element("line", x1=place(bound), x2=place(bound), y1=MIDDLE - 11, y2=MIDDLE + 11, class_="bound"))
        label += f", has to be {'at least' if at_least is not None else 'at most'} {shown(bound, unit)}"
    parts.append(marker(place(value), MIDDLE, passed))
    parts += [words(MARGIN, 35, axis(start, unit), "start"), words(BAR - MARGIN, 35, axis(end, unit), "end")]
    return drawing(BAR, 38, label, *parts, class_="bar")


def marker(x: float, y: float, passed: bool) -> Markup:
    """The point of a value."""
    if passed:
        return element("circle", cx=x, cy=y, r=5, class_="value")
    return element("polygon", points=f"{x - 7:.1f},{y} {x:.1f},{y - 7} {x + 7:.1f},{y} {x:.1f},{y + 7}", class_="value failed")


def axis(value: float, unit: str) -> str:
    """An end of a scale, in as few digits as it needs."""
    return f"{value:.0%}" if unit == "rate" else f"{value:g} ms" if unit == "ms" else f"{value:g}"


def difference_bar(low: float, value: float, high: float, reach: float, worse: bool) -> Markup:
    """A difference with its interval around no difference at all; `reach` is how much the bar shows to either side."""

    def place(of: float) -> float:
        return BAR / 2 + (BAR / 2 - MARGIN) * of / reach

    return drawing(
        BAR,
        38,
        f"difference {value:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}",
        element("line", x1=MARGIN, x2=BAR - MARGIN, y1=MIDDLE, y2=MIDDLE, class_="scale"),
        element("line", x1=BAR / 2, x2=BAR / 2, y1=1, y2=25, class_="bound"),
        element("line", x1=place(low), x2=place(high), y1=MIDDLE, y2=MIDDLE, class_="interval"),
        *(element("line", x1=place(x), x2=place(x), y1=MIDDLE - 5, y2=MIDDLE + 5, class_="end") for x in (low, high)),
        marker(place(value), MIDDLE, not worse),
        words(MARGIN, 35, f"{-reach:.3g}", "start"),
        words(BAR - MARGIN, 35, f"{reach:+.3g}", "end"),
        class_="bar",
    )


def across(share: float) -> float:
    """The horizontal place of a share of the width of a chart."""
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def down(share: float) -> float:
    """The vertical place of a share of the height of a chart, from below."""
    return HEIGHT - BELOW - (HEIGHT - BELOW - ABOVE) * share


def frame(horizontal: Iterable[tuple[float, str]], vertical: Iterable[tuple[float, str]], below: str, beside: str) -> list[Piece]:
    """Lines, ticks and names of the axes; ticks are given as shares with their labels."""
    parts: list[Piece] = []
    for share, label in vertical:
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=down(share), y2=down(share), class_="grid"))
        parts.append(words(LEFT - 8, down(share) + 4, label, "end"))
    parts += [words(across(share), HEIGHT - BELOW + 18, label) for share, label in horizontal]
    parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=down(0), y2=down(0), class_="axis"))
    parts.append(words(across(0.5), HEIGHT - 6, below, class_="name"))
    middle = down(0.5)
    parts.append(
        element("text", beside, x=14, y=middle, text_anchor="middle", transform=f"rotate(-90 14 {middle:g})", class_="name")
    )
    return parts


def risk_curve(points: Sequence[tuple[float, float]], now: tuple[float, float] | None) -> Markup:
    """Risk by coverage when the least sure questions are turned away, and where the assistant stands now."""
    top = max(0.05, ceil(max([risk for _, risk in points] + ([now[1]] if now else [])) * 20) / 20)
    path = "".join(f"{'L' if number else 'M'}{across(x):.1f} {down(y / top):.1f}" for number, (x, y) in enumerate(points))
    parts = frame(
        [(tick / 5, f"{tick / 5:.0%}") for tick in range(6)],
        [(tick / 5, f"{top * tick / 5:.0%}") for tick in range(6)],
        "Coverage: share of the questions that is answered, surest first",
        "Risk: share of these answers that is wrong",
    )
    area = f"{path}L{across(points[-1][0]):.1f} {down(0):.1f}L{across(points[0][0]):.1f} {down(0):.1f}Z"
    parts += [element("path", d=area, class_="area"), element("path", d=path, class_="curve")]
    label = f"Risk-coverage curve; at full coverage the risk is {points[-1][1]:.1%}"
    if now:
        x, y = across(now[0]), down(now[1] / top)
        parts += [
            element("line", x1=x, x2=x, y1=y, y2=down(0), class_="bound"),
            element("circle", cx=x, cy=y, r=6, class_="value"),
        ]
        side, shift = ("end", -10) if now[0] > 0.5 else ("start", 10)
        parts.append(words(x + shift, y - 10, f"now: {now[0]:.0%} answered, {now[1]:.1%} wrong", side, "name halo"))
        label += f"; now {now[0]:.0%} is answered and {now[1]:.1%} of the answers is wrong"
    return drawing(WIDTH, HEIGHT, label, *parts, class_="chart")


def bins(spent: Sequence[float]) -> tuple[float, list[int]]:
    """The width of a bin in milliseconds, and how many times fell into each; the last one holds all that took longer."""
    width = round_up(max(percentile(spent, 99) * 1.15, 0.001)) / BINS
    counts = [0] * BINS
    for value in spent:
        counts[min(int(value / width), BINS - 1)] += 1
    return width, counts


def histogram(spent: Sequence[float]) -> Markup:
    """How long replies took, with the median and the slow tail marked."""
    width, counts = bins(spent)
    end, top = width * BINS, round_up(max(counts))
    parts = frame(
        [(tick / 5, f"{end * tick / 5:g}" + (" +" if tick == 5 else "")) for tick in range(6)],
        [(tick / 4, f"{top * tick / 4:g}") for tick in range(5)],
        "Milliseconds from question to reply; the last bin holds all that took longer",
        "Cases",
    )
    step = across(1 / BINS) - across(0)
    for number, count in enumerate(counts):
        if count:
            y = down(count / top)
            parts.append(element("rect", x=across(number / BINS) + 0.5, y=y, width=step - 1, height=down(0) - y, class_="column"))
    marks = [(share, percentile(spent, share)) for share in (50, 95, 99)]
    for level, (share, value) in enumerate(marks):
        x, y = across(min(value / end, 1)), ABOVE + 12 + 18 * level
        parts.append(element("line", x1=x, x2=x, y1=y - 10, y2=down(0), class_="bound"))
        side, shift = ("end", -5) if value / end > 0.75 else ("start", 5)
        parts.append(words(x + shift, y, f"p{share} {value:.1f} ms", side, "name halo"))
    label = "Histogram of latency; " + ", ".join(f"p{share} {value:.1f} ms" for share, value in marks)
    return drawing(WIDTH, HEIGHT, label, *parts, class_="chart")
