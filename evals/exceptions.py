"""What can be wrong with a measurement.

EvalsError
├── BadCases          a case file or set that cannot be used; names file and line
├── BadRun            a run folder that cannot be read, or belongs to something else
└── Unreachable       the server under test does not answer, or answers nonsense
"""

from __future__ import annotations


class EvalsError(Exception):
    """Something that the evaluator can mend; the message says how."""


class BadCases(EvalsError):
    """A case file that cannot be used."""


class BadRun(EvalsError):
    """A run that cannot be read, resumed or compared."""


class Unreachable(EvalsError):
    """A server that cannot be measured."""
