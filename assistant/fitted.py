"""The weights that `python -m assistant fit` fits on questions that nothing was trained on; they ship beside this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answerability import FEATURES, Answerability
from assistant.exceptions import AssistantError
from assistant.extractive import Worth
from assistant.heads import Heads
from assistant.screen.rules import other_medicines
from assistant.speaks import Speaks
from corpus.files import explain
from corpus.library import Library
from index.embed import Read
from index.lexicon import Lexicon
from index.search import Weights

FITTED = Path(__file__).parent / "fitted.json"


class FittedMissing(AssistantError):
    """The fitted weights cannot be read."""


class Fitted(BaseModel):
    """All that is fitted after the training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: dict[str, float]
    """See `index.search.Weights`."""
    worth: dict[str, float]
    """See `assistant.extractive.Worth`."""
    answerability: tuple[float, ...]
    """See `assistant.answerability.Answerability`."""
    least: float
    """How likely a question has to be covered to be answered."""

    @property
    def weights(self) -> Weights:
        """What ranks passages."""
        return Weights(**self.ranking)

    @property
    def signs(self) -> Worth:
        """What ranks sentences."""
        return Worth(**self.worth)

    def answerability_with(self, library: Library, heads: Heads, read: Callable[[str], Read], lexicon: Lexicon) -> Answerability:
        """What decides whether a question is covered; `read` as `Embed.read`."""
        return Answerability(
            self.answerability,
            self.least,
            lambda text: heads.coverage(read(text).pooled),
            other_medicines(),
            lexicon.stands_in_content,
            Speaks(library),
        )


UNFITTED = Fitted(ranking=asdict(Weights()), worth=asdict(Worth()), answerability=(0.0,) * FEATURES + (0.0,), least=0.5)
"""Where the fitting starts from."""


def read_fitted(path: Path = FITTED) -> Fitted:
    """The fitted weights.

    Raises:
        FittedMissing: the file is missing or not of the expected form.
    """
    try:
        return Fitted.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValidationError) as error:
        why = explain(error) if isinstance(error, ValidationError) else error.strerror
        raise FittedMissing(f"{path} cannot be read ({why}); run `make install` again, or `python -m assistant fit`") from error
