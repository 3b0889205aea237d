"""Opens the safety screen; its classifier is trained when there is none for these examples, this code and this model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from filelock import FileLock
from tqdm import tqdm

from assistant.exceptions import PolicyError
from assistant.screen.blend import Blend, by_both, features, fit_blend
from assistant.screen.classifier import (
    Classifier,
    ClassifierMissing,
    classifier_version,
    load_classifier,
    save_classifier,
    train,
    training_rows,
)
from assistant.screen.conversation import read_message
from assistant.screen.examples import Example, harmless, read_examples
from assistant.screen.reader import WEIGHTS, Reader, ReaderMissing, load_reader, save_reader
from assistant.screen.rules import check_rules, read_rules
from assistant.screen.screen import build_screen
from assistant.screen.train import rows, train_reader
from assistant.types import Screen
from corpus.library import Library
from index.embed import Embed as Embedding
from index.embed import Vector

AT_ONCE = 256
Many = Callable[[Sequence[str]], Vector]
Prepare = Callable[[str], str]


def open_screen(
    library: Library, embed: Embedding, many: Many, prepare: Prepare, model: str, folder: Path, say: Callable[[str], None]
) -> Screen:
    """The screen; `prepare` makes of a text what is embedded, so that screen and search share one embedding.

    Raises:
        PolicyError: a rule does not do what its examples say, or there is no reader for this embedding model.
    """
    try:
        reader, blend = load_reader(model)
    except ReaderMissing as error:
        raise PolicyError(str(error)) from error
    rules = read_rules()
    examples = read_examples()
    asked = harmless(question.text for question in library.questions)
    folder = folder / "screen"
    version = classifier_version(trained_on(examples, asked), model)
    try:
        classifier = load_classifier(folder, version)
    except ClassifierMissing:
        if problems := list(check_rules(rules)):
            raise PolicyError("safety rules: " + "; ".join(problems)) from None
        folder.mkdir(parents=True, exist_ok=True)
        # Only here are the questions screened by the rules: it takes seconds, and every start would wait for it.
        asked = harmless((question.text for question in library.questions), rules)
        with FileLock(folder / "build.lock"):
            classifier = load_or_train(folder, version, trained_on(examples, asked), many, prepare, model, say)
    predict = by_both(
        classifier, reader, Blend(blend), lambda text: embed(prepare(text)), lambda text: embed.tokens(prepare(text))
    )
    return build_screen(rules, predict, classifier.vocabulary.familiar)


def trained_on(examples: Sequence[Example], asked: Sequence[Example]) -> tuple[Example, ...]:
    """What classifier and reader may learn from: all but the parts that choose thresholds and give the figures."""
    return tuple(example for example in (*examples, *asked) if example.fold > 1)


def retrain(library: Library, embed: Embedding, prepare: Prepare, model: str) -> Path:
    """Train the reader on the examples that are held apart for nothing, fit the blend on one part of those, and write both."""
    asked = harmless((question.text for question in library.questions), read_rules())
    examples = read_examples()
    found = rows(examples, asked, prepare, embed.tokens)
    reader = train_reader(found, embed.upper_layers(), model)
    save_reader(reader, fitted_blend(reader, examples, asked, embed, prepare).weights)
    return WEIGHTS


def fitted_blend(
    reader: Reader, examples: Sequence[Example], asked: Sequence[Example], embed: Embedding, prepare: Prepare
) -> Blend:
    """How to weigh reader and classifier, from the part that chooses thresholds; the classifier here has not seen it."""
    known = trained_on(examples, asked)
    vectors = embedded((prepare(reading.verbatim) for reading in training_rows(known)[0]), embed.many)
    classifier = train(known, lambda text: vectors[prepare(text)])
    chosen = [example for example in (*examples, *asked) if example.fold == 0]
    said = []
    for example in chosen:
        reading = read_message(example.turns[-1], example.turns[:-1]).joined
        text = prepare(reading.verbatim)
        said.append(features(classifier.predict(reading.text, embed(text)), reader.predict(embed.tokens(text))))
    return fit_blend(said, [example.label for example in chosen])


def embedded(texts: Iterable[str], many: Many) -> dict[str, Vector]:
    """The vector of each text, with a progress bar."""
    found: dict[str, Vector] = {}
    todo = sorted(dict.fromkeys(texts), key=len)  # texts of like length go together, so that little is padded
    for start in tqdm(range(0, len(todo), AT_ONCE), desc="Embedding the examples", unit=f"{AT_ONCE} texts"):
        part = todo[start : start + AT_ONCE]
        found.update(zip(part, many(part), strict=True))
    return found


def load_or_train(
    folder: Path, version: str, examples: Sequence[Example], many: Many, prepare: Prepare, model: str, say: Callable[[str], None]
) -> Classifier:
    """The classifier, trained unless another process has just done so."""
    try:
        return load_classifier(folder, version)
    except ClassifierMissing:
        say(f"Training the safety screen on {len(examples):,} examples (about a minute, once)")
        vectors = embedded((prepare(reading.verbatim) for reading in training_rows(examples)[0]), many)
        classifier = replace(train(examples, lambda text: vectors[prepare(text)], model), version=version)
        save_classifier(classifier, folder)
        return classifier
