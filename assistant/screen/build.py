"""Opens the safety screen; its classifier is trained when there is none for these examples, this code and this model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from assistant.exceptions import PolicyError
from assistant.heads import Heads
from assistant.screen.blend import Signs, by_both
from assistant.screen.classifier import (
    Classifier,
    ClassifierMissing,
    classifier_version,
    load_classifier,
    save_classifier,
    train,
)
from assistant.screen.examples import Example, harmless, read_examples
from assistant.screen.rules import RuleSet, check_rules, read_rules
from assistant.screen.screen import build_screen
from assistant.types import Screen
from corpus.library import Library
from index.embed import Read

Prepare = Callable[[str], str]


def open_screen(
    library: Library, read: Callable[[str], Read], heads: Heads, prepare: Prepare, folder: Path, say: Callable[[str], None]
) -> Screen:
    """The screen; `prepare` makes of a text what is embedded, so that screen and search share one embedding.

    Raises:
        PolicyError: a rule does not do what its examples say.
    """
    rules = read_rules()
    classifier = open_classifier(library, rules, folder / "screen", say)
    predict = by_both(classifier, heads, lambda text: read(prepare(text)).pooled)
    return build_screen(rules, predict, Signs(heads.signs), classifier.vocabulary.familiar)


def open_classifier(library: Library, rules: RuleSet, folder: Path, say: Callable[[str], None]) -> Classifier:
    """The classifier in a folder; trained when there is none for these examples and this code.

    Raises:
        PolicyError: a rule does not do what its examples say.
    """
    examples = read_examples()
    version = classifier_version(trained_on(examples, harmless(question.text for question in library.questions)))
    try:
        return load_classifier(folder, version)
    except ClassifierMissing:
        if problems := list(check_rules(rules)):
            raise PolicyError("safety rules: " + "; ".join(problems)) from None
        folder.mkdir(parents=True, exist_ok=True)
        # Only here are the questions screened by the rules: it takes seconds, and every start would wait for it.
        asked = harmless((question.text for question in library.questions), rules)
        with FileLock(folder / "build.lock"):
            return load_or_train(folder, version, trained_on(examples, asked), say)


def trained_on(examples: Sequence[Example], asked: Sequence[Example]) -> tuple[Example, ...]:
    """What is learned from: all but the parts that choose thresholds and give the figures."""
    return tuple(example for example in (*examples, *asked) if example.fold > 1)


def load_or_train(folder: Path, version: str, examples: Sequence[Example], say: Callable[[str], None]) -> Classifier:
    """The classifier, trained unless another process has just done so."""
    try:
        return load_classifier(folder, version)
    except ClassifierMissing:
        say(f"Training the safety screen on {len(examples):,} examples (once)")
        classifier = replace(train(examples), version=version)
        save_classifier(classifier, folder)
        return classifier
