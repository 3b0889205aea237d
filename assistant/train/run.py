"""Trains what ships and writes it into the package: layers, heads and their blend with the screen's classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.heads import HEADS, Heads, save_heads
from assistant.screen.blend import by_both, evidence, features, fit_blend, fit_signs
from assistant.screen.build import open_classifier
from assistant.screen.classifier import Classifier
from assistant.screen.conversation import read_message
from assistant.screen.examples import LABELS, Example, Label, read_examples
from assistant.screen.rules import RuleSet, read_rules
from assistant.train.lessons import kinds, pairs, read_follow_ups, read_not_covered
from assistant.train.tune import Content, Floats, Plan, Trained, tune
from assistant.types import Decision
from corpus.library import Library
from index.embed import Embed, Read
from index.layers import LAYERS, layers_hash
from index.lexicon import Lexicon
from index.nodes import texts
from index.tuning import Tuner


def train(library: Library, folder: Path, say: Callable[[str], None], plan: Plan | None = None) -> tuple[Path, ...]:
    """Train everything and give the files that were written; `folder` is where the screen's classifier lies or is put."""
    lexicon, rules = Lexicon(library), read_rules()
    tuner = Tuner()
    say("Collecting what is learned from")
    questions = pairs(library, rules, lexicon.prepare, lexicon.canonical, lexicon.stands_in_content)
    trained = tune(tuner, kinds(lexicon.prepare, lexicon.stands_in_content), questions, content(library), plan)
    tuner.save()
    classifier = open_classifier(library, rules, folder / "screen", say)
    save_heads(with_weights(library, rules, trained, classifier, Embed().read, lexicon), layers_hash())
    return LAYERS, HEADS


def content(library: Library) -> Content:
    """The texts of the content as they are embedded."""
    sentences: dict[str, list[str]] = {}
    for key, text in texts(library, "sentence"):
        sentences.setdefault(key.passage, []).append(text)
    return Content({key.passage: text for key, text in texts(library, "passage")}, sentences)


def with_weights(
    library: Library,
    rules: RuleSet,
    trained: Trained,
    classifier: Classifier,
    read: Callable[[str], Read],
    lexicon: Lexicon,
) -> Heads:
    """The heads with the weights of all that speaks for a label, from the part of the examples that nothing has learned from."""
    heads = unweighed(trained)
    held = [example for example in (*read_examples(), *passing(library)) if example.fold == 0]
    labels = [example.label for example in held]
    messages = [read_message(example.turns[-1], example.turns[:-1]) for example in held]

    def pooled(text: str) -> Floats:
        return read(lexicon.prepare(text)).pooled

    rows_of_models = [
        features(classifier.predict(message.joined.text), heads.kinds(pooled(message.joined.verbatim)))
        for message in tqdm(messages, desc="Weighing the models", unit="text")
    ]
    heads = replace(heads, blend=fit_blend(rows_of_models, labels).weights)
    predict = lru_cache(maxsize=None)(by_both(classifier, heads, pooled))
    found: dict[Label, list[Floats]] = {label: [] for label in LABELS if label != "pass"}
    for message in tqdm(messages, desc="Weighing rules and sentences", unit="text"):
        said, parts = predict(message.joined), [predict(part) for part in message.parts]
        for label, rows in found.items():
            rule = rules.fire(message.whole.text, message.earlier, (Decision(label),))
            alone = max((part[label] for part in parts), default=said[label])
            rows.append(evidence(said[label], alone, rule is not None))
    return replace(heads, signs=fit_signs(found, labels).weights)


def passing(library: Library) -> tuple[Example, ...]:
    """Harmless messages that are no examples of the screen: anticipated questions, questions not covered, follow-ups."""
    texts = [(question.text,) for question in library.questions] + [(each.text,) for each in read_not_covered()]
    return tuple(Example(turns, "pass") for turns in (*texts, *(each.turns for each in read_follow_ups())))


def unweighed(trained: Trained) -> Heads:
    """Trained heads before anything is weighed."""
    blend, signs = np.ones((len(LABELS), 3), np.float32), np.ones((len(LABELS), 4), np.float32)
    return Heads(trained.labels, trained.labels_bias, trained.covered, trained.covered_bias, blend, signs)
