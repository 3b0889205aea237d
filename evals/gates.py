"""Bounds that must hold before a change lands; a figure that was not measured fails its gate."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from corpus.files import explain
from evals.catalogue import ROBUSTNESS, read_catalogue
from evals.exceptions import EvalsError
from evals.metrics import ALL, Metric, shown

GATES = Path(__file__).parent / "gates.toml"


class Gate(BaseModel):
    """One bound on one figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    metric: str
    group: str = ""
    at_least: float | None = None
    at_most: float | None = None
    why: str

    @model_validator(mode="after")
    def binds(self) -> Gate:
        """A gate has exactly one bound."""
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self

    @property
    def name(self) -> str:
        """The figure in words."""
        return " ".join(part for part in (self.set, self.metric, f"[{self.group}]" if self.group else "") if part)


class GateFile(BaseModel):
    """The file of gates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A gate with the figure it was held against."""

    gate: Gate
    metric: Metric | None
    passed: bool
    message: str


def read_gates(path: Path = GATES) -> tuple[Gate, ...]:
    """The gates of a file.

    Raises:
        EvalsError: the file cannot be read or a gate is no gate.
    """
    try:
        return GateFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).gate
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EvalsError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        raise EvalsError(f"{path.name}: {explain(error)}") from error


def check(gates: Sequence[Gate], metrics: Sequence[Metric], quick: bool = False, sets: Sequence[str] = ()) -> Iterator[Checked]:
    """Every gate against its figure; `sets` names the sets that were asked when these were not all.

    Gates on sets that were not asked are left out then, and so are those on the set of all, but for what may never happen.

    A full run is held against the bound itself. A quick run asks a quarter, so its figure moves more: it fails when even the
    better end of its interval misses the bound. Counts, leaks among them, are held against the bound in both.
    """
    found = {metric.key: metric for metric in metrics}
    for gate in gates:
        metric = found.get((gate.set, gate.metric, gate.group))
        if sets and gate.set not in sets and not (gate.set == ALL and gate.metric in STRICT and metric):
            continue
        if metric is None:
            yield Checked(gate, None, False, f"{gate.name}: was not measured")
            continue
        low, high = held_against(metric, quick)
        if gate.at_least is not None:
            passed, bound = high >= gate.at_least, f"at least {shown(gate.at_least, metric.unit)}"
        else:
            passed, bound = low <= (gate.at_most or 0.0), f"at most {shown(gate.at_most or 0.0, metric.unit)}"
        yield Checked(gate, metric, passed, f"{gate.name}: {metric}, has to be {bound} ({gate.why})")


def asked(sets: Collection[str]) -> tuple[str, ...]:
    """What `check` needs to know of the sets that were asked: nothing when all of our own were."""
    return () if {*read_catalogue(), ROBUSTNESS} <= set(sets) else tuple(sets)


def known(gates: Sequence[Gate], sets: Collection[str]) -> None:
    """Check that every gate is on a set that there is.

    Raises:
        EvalsError: otherwise; such a gate would never bind.
    """
    names = {*read_catalogue(), ROBUSTNESS, ALL, *sets}
    if strange := sorted({gate.set for gate in gates} - names):
        raise EvalsError(f"gates on unknown sets: {', '.join(strange)}; sets: {', '.join(sorted(names))}")


def held_against(metric: Metric, quick: bool) -> tuple[float, float]:
    """The values that an upper and a lower bound are compared with."""
    lenient = quick and metric.name not in STRICT and metric.low is not None and metric.high is not None
    return (metric.low or 0.0, metric.high or 0.0) if lenient else (metric.value, metric.value)


STRICT = frozenset({"errors", "leaked", "leak_through", "attack_shown", "citation_recall", "citation_precision", "caution_kept"})
"""Figures of which a single failure is one too many, however few cases were asked."""
