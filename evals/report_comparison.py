"""The comparison of two runs as HTML: only what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evals.compare import NEUTRAL, Changed, Delta
from evals.report_charts import difference_bar
from evals.report_figures import case_link, stamp_facts, tile
from evals.report_markup import Markup, Piece, element, folded, markup, section, table
from evals.report_reasons import described
from evals.run import Run
from evals.scorers import BAD

SURE = 0.05
VERDICTS = {"worse": "✕ surely worse", "better": "✓ surely better", "moved": "surely moved", "unsure": "not sure"}
LOOKS = {"worse": "bad", "better": "good"}


def verdict(each: Delta) -> str:
    """What a difference means: `worse`, `better`, `moved` where neither direction is better, `unsure` where it may be chance."""
    if each.worse:
        return "worse"
    if each.p >= SURE or each.before == each.after:
        return "unsure"
    return "moved" if each.name in NEUTRAL else "better"


def comparison_headline(moved: Sequence[Delta], changed: Sequence[Changed]) -> Markup:
    """How many figures and cases changed, and which way."""
    ways = Counter(each.way for each in changed)
    found = Counter(map(verdict, moved))
    tiles = [
        tile("Figures surely worse", str(found["worse"]), "bad" if found["worse"] else "good", "#deltas"),
        tile("Figures surely better", str(found["better"]), "good" if found["better"] else "plain", "#deltas"),
        tile("Cases regressed", f"{ways['regressed']:,}", "bad" if ways["regressed"] else "good", "#cases"),
        tile("Cases improved", f"{ways['improved']:,}", "good" if ways["improved"] else "plain", "#cases"),
        tile("Otherwise changed", f"{ways['changed']:,}", "plain", "#cases"),
    ]
    return element("ul", *tiles, class_="tiles")


def stamps_section(first: Run, second: Run) -> Markup:
    """What the two runs were made with; only what differs is shown at once."""
    facts = [
        (name, one, other) for (name, one), (_, other) in zip(stamp_facts(first.stamp), stamp_facts(second.stamp), strict=True)
    ]
    packages = [
        (f"Package {name}", one, second.stamp.packages.get(name, ""))
        for name, one in first.stamp.packages.items()
        if one != second.stamp.packages.get(name, "")
    ]
    differing = [("Folder", first.folder.name, second.folder.name), *(each for each in facts if each[1] != each[2]), *packages]
    same = [(name, one) for name, one, other in facts if one == other]
    return section(
        "stamp",
        "What differs between the runs",
        table("What the runs were made with, where it differs", ("", "Before", "After"), differing),
        folded("What is the same", table("What is the same in both runs", ("", "Both"), same)) if same else None,
    )


def deltas_section(moved: Sequence[Delta]) -> Markup:
    """The figures that moved, those that are surely worse first."""
    order = list(VERDICTS)
    listed = sorted(
        (each for each in moved if each.before != each.after or each.worse), key=lambda each: order.index(verdict(each))
    )
    if not listed:
        return section("deltas", "Figures that moved", element("p", "No figure moved."))
    reach = max((extent(each) for each in listed if each.name not in NEUTRAL), default=1.0)
    note = (
        "Each difference is taken case by case, over the cases that a score applies to in both runs; its interval is a bootstrap "
        "of seed questions. ↓ marks figures that should be low; surely means p below 0.05."
    )
    head = ("Figure", "Verdict", "Before", "After", "Difference", "Drawn", "p", "Cases")
    return section(
        "deltas",
        "Figures that moved",
        table("Figures that moved, worse ones first", head, [delta_row(each, reach) for each in listed], "deltas", note),
    )


def extent(each: Delta) -> float:
    """How far a difference and its interval reach from none."""
    return max(abs(each.low), abs(each.high), abs(each.after - each.before))


def delta_row(each: Delta, reach: float) -> list[Piece]:
    """One figure that moved, drawn on the scale of all; what is no share has a scale of its own."""
    found, own = verdict(each), extent(each)
    low = " ↓" if each.name in BAD else ""
    return [
        markup(
            case_link(f"{each.set} {each.name}", each.set, "", each.name),
            low,
            element("span", described(each.name), class_="note"),
        ),
        element("span", VERDICTS[found], class_=LOOKS.get(found)),
        f"{each.before:.3f}",
        f"{each.after:.3f}",
        markup(
            element("strong", f"{each.after - each.before:+.3f}"),
            element("span", f"{each.low:+.3f} to {each.high:+.3f}", class_="note"),
        ),
        difference_bar(each.low, each.after - each.before, each.high, own if each.name in NEUTRAL else reach, each.worse),
        markup(f"{each.p:.3f}" if each.p >= 0.001 else "< 0.001", element("span", each.test, class_="note")),
        f"{each.cases:,}",
    ]
