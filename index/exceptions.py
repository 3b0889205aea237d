"""What can go wrong with the index.

IndexProblem
├── IndexMissing     no finished index in the folder
├── IndexDamaged     a finished index that cannot be read
├── ModelMismatch    the embedding model's weights are not the expected ones
└── IndexLocked      another process builds in the same folder
"""

from __future__ import annotations


class IndexProblem(Exception):
    """Something about the search index is wrong; the message says what to do."""


class IndexMissing(IndexProblem):
    """No finished index in the folder."""


class IndexDamaged(IndexProblem):
    """A finished index that cannot be read."""


class ModelMismatch(IndexProblem):
    """The embedding model is missing, or its weights are not the expected ones."""


class IndexLocked(IndexProblem):
    """Another process is building in the same folder."""
