"""The rules: patterns with a decision, read from YAML, each with the examples that test it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.screen.normalise import normalise
from assistant.types import Decision

RULES = Path(__file__).parent / "rules"
PRECEDENCE = (
    Decision.SELF_HARM,
    Decision.EMERGENCY,
    Decision.URGENT_CLINICIAN,
    Decision.DOSING,
    Decision.DIAGNOSIS,
    Decision.INJECTION,
    Decision.OUT_OF_SCOPE,
    Decision.CHITCHAT,
    Decision.UNSUPPORTED_LANGUAGE,
    Decision.GIBBERISH,
    Decision.ANSWER,
)
"""The policy's order; a rule for `answer` names a harmless kind of question and fires last."""

Conversation = tuple[str, ...]
"""Messages of one person, oldest first; the last one is judged."""

TERM = re.compile(r"<([a-z_]+)>")
NESTED = re.compile(r"[*+]\)(?:[*+]|\{\d+,\})|[*+]\)\)[*+]|\.[*+]|\{\d*,\}")


class RulesError(ValueError):
    """A rule file cannot be used."""


class RuleEntry(BaseModel):
    """A rule as it stands in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    reason: str
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    support: str = ""
    excuses: tuple[Decision, ...] = ()
    examples: tuple[str | Conversation, ...]
    counterexamples: tuple[str | Conversation, ...]


class RuleFile(BaseModel):
    """The rules of one decision, with what excuses all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision
    unless: tuple[str, ...] = ()
    rules: tuple[RuleEntry, ...]


class TermFile(BaseModel):
    """Lists of words that patterns refer to as `<name>`, and those that tell the topic of a notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: dict[str, tuple[str, ...]]
    support: dict[str, str]
    domain: str


File = TypeVar("File", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A kind of message and the decision it leads to."""

    name: str
    decision: Decision
    reason: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    """Excuses a match when it stands in the same sentence."""
    after: re.Pattern[str] | None
    """Has to stand in an earlier message."""
    support: str
    excuses: frozenset[Decision]
    """What the classifier may not decide for a message of this harmless kind."""
    examples: tuple[Conversation, ...]
    counterexamples: tuple[Conversation, ...]

    def matches(self, text: str, earlier: Sequence[str] = ()) -> bool:
        """Whether a normalised text, read after the earlier ones, is of this kind."""
        return matches(self, text, tuple(earlier))

    def places(self, text: str) -> Iterator[str]:
        """Each sentence in which the pattern matches, once; sentences stand on lines of their own."""
        position = 0
        while match := self.pattern.search(text, position):
            end = text.find("\n", match.end())
            position = end + 1 if end >= 0 else len(text)
            yield text[text.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else len(text)]
            if end < 0:
                return


@lru_cache(maxsize=4_096)
def matches(rule: Rule, text: str, earlier: tuple[str, ...]) -> bool:
    """Whether a text is of a rule's kind; remembered, because one message is asked about decision by decision."""
    if rule.after and not any(map(rule.after.search, earlier)):
        return False
    if not rule.unless:
        return rule.pattern.search(text) is not None
    return any(not rule.unless.search(sentence) for sentence in rule.places(text))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules, in the order in which they count."""

    rules: tuple[Rule, ...]
    topics: tuple[tuple[str, re.Pattern[str]], ...]
    treatment: re.Pattern[str]
    """Finds a medicine, supplement or peptide in a normalised text."""
    domain: re.Pattern[str]
    """Finds a word of the field."""

    def fire(self, text: str, earlier: Sequence[str] = (), decisions: Collection[Decision] = PRECEDENCE) -> Rule | None:
        """The first rule, by precedence, that a normalised text matches."""
        return next((rule for rule in self.rules if rule.decision in decisions and rule.matches(text, earlier)), None)

    def excuses(self, text: str, decision: Decision) -> bool:
        """Whether a normalised text is of a harmless kind that the classifier takes for something else."""
        return any(decision in rule.excuses and rule.matches(text) for rule in self.rules)

    def topic(self, text: str) -> str:
        """The key of the fixed passages that belong to a dosing question."""
        return next((key for key, pattern in self.topics if pattern.search(text)), "")


def read_rules(directory: Path = RULES) -> RuleSet:
    """The rules in a directory, compiled."""
    terms = read(directory / "terms.yaml", TermFile)
    words = expand(terms)
    paths = sorted(path for path in directory.glob("*.yaml") if path.name != "terms.yaml")
    rules = chain.from_iterable(compile_file(path, read(path, RuleFile), words) for path in paths)
    topics = tuple((key, compile_all((pattern,), words)) for key, pattern in terms.support.items())
    ordered = tuple(sorted(rules, key=lambda rule: PRECEDENCE.index(rule.decision)))
    return RuleSet(ordered, topics, compile_all((r"\b<treatment>\b",), words), compile_all((terms.domain,), words))


def read(path: Path, kind: type[File]) -> File:
    """A rule file, checked for its shape."""
    try:
        return kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise RulesError(f"{path.name}: {error}") from error


def expand(file: TermFile) -> dict[str, str]:
    """Each term as a pattern; a term may use those above it."""
    words: dict[str, str] = {}
    for name, alternatives in file.terms.items():
        words[name] = "(?:" + "|".join(fill(alternative, words) for alternative in alternatives) + ")"
    return words


def fill(pattern: str, words: dict[str, str]) -> str:
    """A pattern with its terms written out."""
    try:
        return TERM.sub(lambda match: words[match.group(1)], pattern)
    except KeyError as error:
        raise RulesError(f"unknown term {error} in {pattern!r}") from error


def compile_file(path: Path, file: RuleFile, words: dict[str, str]) -> Iterator[Rule]:
    """The rules of one file."""
    for entry in file.rules:
        unless = (*file.unless, *entry.unless)
        try:
            yield Rule(
                entry.name,
                file.decision,
                entry.reason,
                compile_all(entry.patterns, words),
                compile_all(unless, words) if unless else None,
                compile_all(entry.after, words) if entry.after else None,
                entry.support,
                frozenset(entry.excuses),
                tuple(map(conversation, entry.examples)),
                tuple(map(conversation, entry.counterexamples)),
            )
        except (re.error, RulesError) as error:
            raise RulesError(f"{path.name}: rule {entry.name!r}: {error}") from error


def compile_all(patterns: Sequence[str], words: dict[str, str]) -> re.Pattern[str]:
    """One pattern for all, refused if it could take more than linear time."""
    for pattern in patterns:
        if slow := NESTED.search(re.sub(r"\\.", "", pattern)):
            raise RulesError(f"{slow.group()!r} in {pattern!r} may take long; bound the repetition")
    return re.compile("|".join(fill(pattern, words) for pattern in patterns))


def conversation(example: str | Conversation) -> Conversation:
    """An example as the messages of a conversation, normalised."""
    return (normalise(example),) if isinstance(example, str) else tuple(map(normalise, example))


def check_rules(rules: RuleSet) -> Iterator[str]:
    """What the examples show to be wrong, one sentence each."""
    for rule in rules.rules:
        if not rule.examples or not rule.counterexamples:
            yield f"{rule.name}: needs examples and counterexamples"
        for *earlier, text in rule.examples:
            fired = rules.fire(text, earlier)
            if not rule.matches(text, earlier):
                yield f"{rule.name}: misses its example {text!r}"
            elif fired and PRECEDENCE.index(fired.decision) < PRECEDENCE.index(rule.decision):
                yield f"{rule.name}: {fired.name!r} takes its example {text!r}"
        for *earlier, text in rule.counterexamples:
            if rule.matches(text, earlier):
                yield f"{rule.name}: matches its counterexample {text!r}"


def other_medicines(directory: Path = RULES) -> re.Pattern[str]:
    """Finds the names of medicines that are no aromatase inhibitor in a normalised text."""
    file = read(directory / "terms.yaml", TermFile)
    return re.compile(rf"\b(?:{expand(file)['other_medicine']})\b")
