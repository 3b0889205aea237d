"""Opens the safety screen; its classifier is trained when there is none for these examples, this code and this model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from assistant.exceptions import PolicyError
from assistant.screen.classifier import (
    Classifier,
    ClassifierMissing,
    classifier_version,
    load_classifier,
    save_classifier,
    train,
    training_rows,
)
from assistant.screen.examples import Example, harmless, read_examples
from assistant.screen.rules import check_rules, read_rules
from assistant.screen.screen import build_screen
from assistant.types import Embed, Screen
from corpus.library import Library
from index.embed import Vector

Many = Callable[[Sequence[str]], Vector]
Prepare = Callable[[str], str]


def open_screen(
    library: Library, embed: Embed, many: Many, prepare: Prepare, model: str, folder: Path, say: Callable[[str], None]
) -> Screen:
    """The screen; `prepare` makes of a text what is embedded, so that screen and search share one embedding.

    Raises:
        PolicyError: a rule does not do what its examples say.
    """
    rules = read_rules()
    examples, asked = read_examples(), tuple(question.text for question in library.questions)
    folder = folder / "screen"
    version = classifier_version((*examples, *harmless(asked)), model)
    try:
        classifier = load_classifier(folder, version)
    except ClassifierMissing:
        if problems := list(check_rules(rules)):
            raise PolicyError("safety rules: " + "; ".join(problems)) from None
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "build.lock"):
            # Only here are the questions screened by the rules: it takes seconds, and every start would wait for it.
            classifier = load_or_train(folder, version, (*examples, *harmless(asked, rules)), many, prepare, model, say)
    return build_screen(rules, classifier, lambda text: embed(prepare(text)))


def load_or_train(
    folder: Path, version: str, examples: Sequence[Example], many: Many, prepare: Prepare, model: str, say: Callable[[str], None]
) -> Classifier:
    """The classifier, trained unless another process has just done so."""
    try:
        return load_classifier(folder, version)
    except ClassifierMissing:
        say(f"Training the safety screen on {len(examples):,} examples (about a minute, once)")
        texts = list(dict.fromkeys(prepare(reading.verbatim) for reading in training_rows(examples)[0]))
        vectors = dict(zip(texts, many(texts), strict=True))
        classifier = replace(train(examples, lambda text: vectors[prepare(text)], model), version=version)
        save_classifier(classifier, folder)
        return classifier
