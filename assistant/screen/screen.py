"""Decides what happens to a message: rules and classifier together, in the policy's order. Read this file first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.screen.blend import Predict
from assistant.screen.conversation import Message, Reading, asks, clauses, read_message, read_text, says_over, sentences
from assistant.screen.examples import Label
from assistant.screen.language import meaningless
from assistant.screen.normalise import normalise
from assistant.screen.rules import RuleSet
from assistant.types import LONGEST_QUESTION, Decision, Question, Screen, Verdict

DANGERS = (Decision.SELF_HARM, Decision.EMERGENCY, Decision.URGENT_CLINICIAN)
UNANSWERED = (*DANGERS, Decision.DOSING, Decision.DIAGNOSIS, Decision.INJECTION)
EARLIER = 12
"""Earlier messages that the classifier reads; rules read all of them."""
NEVER = 2.0
"""More likely than anything can be."""
BARE = 6
"""Words of the longest message that says next to nothing by itself, so that a rule knows it better than the classifier."""
REMEMBERED = 512
"""Sentences whose probabilities are kept, as every decision asks for them and so does the next message."""
MARKUP = re.compile(
    r"<[^<>\n]{0,300}>|\{%[^%\n]{0,200}%\}"
    r"|!?\[[^\[\]\n]{0,100}\]\([^()\n]{0,200}(?:\([^()\n]{0,100}\))?\)?|^\W*[\"'`]>|[<>{}`]|\$(?=\{)"
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How likely a label has to be before it counts without a rule; chosen on the part of the examples that trained nothing."""

    self_harm: float = 0.20
    emergency: float = 0.20
    urgent_clinician: float = 0.30
    dosing: float = 0.40
    diagnosis: float = 0.40
    injection: float = 0.50
    out_of_scope: float = 0.35
    chitchat: float = 0.35
    gibberish: float = 0.50
    unsupported_language: float = 0.50
    part: float = 0.50
    """How much more likely a label has to be when only one sentence of several shows it."""
    unnamed: float = 0.50
    """How likely dosing has to be when no medicine, supplement or treatment is named."""
    sure: float = 0.85
    """How likely a red flag has to be when the message says that it is over, or a dosing rule knows what it asks, or it
    is not English, or dosing is likelier; and dosing, when it was the message before that asked for it, or a diagnosis is
    likelier."""
    excused: float = 0.70
    """How likely a label has to be when a rule knows the question as harmless; an idiom is never a red flag."""
    standing: float = 0.60
    """How likely a red flag has to be in an earlier message."""
    absurd: float = 0.10
    """Below this, a dosing rule is overruled if the message is also likely to be harmless,"""
    passing: float = 0.60
    """at least this likely."""
    harmless: float = 0.20
    """How likely dosing may be at most in a sentence that is answered beside a refusal."""

    def of(self, decision: Decision) -> float:
        """The threshold of a decision."""
        return float(getattr(self, decision.value))


@dataclass(frozen=True, slots=True)
class Judge:
    """The parts that a verdict is made with."""

    rules: RuleSet
    predict: Predict
    familiar: Callable[[str], bool]
    thresholds: Thresholds

    def screen(self, question: Question) -> Verdict:
        """The verdict on a question, read with the messages before it."""
        earlier = tuple(text[:LONGEST_QUESTION] for text in question.earlier)
        head = replace(question, text=question.text[:LONGEST_QUESTION], earlier=earlier)
        return self.danger_anywhere(question.text) or self.judge(head)

    def danger_anywhere(self, text: str) -> Verdict | None:
        """A red flag beyond what is read of an overlong message, so that a long cry for help is heard."""
        starts = range(0, len(text), LONGEST_QUESTION // 2) if len(text) > LONGEST_QUESTION else ()
        pieces = dict.fromkeys(normalise(text[start : start + LONGEST_QUESTION]) for start in starts)
        fired = [rule for piece in pieces if (rule := self.rules.fire(piece, (), DANGERS))]
        if not fired:
            return None
        worst = min(fired, key=lambda rule: DANGERS.index(rule.decision))
        return Verdict(worst.decision, f"rule: {worst.name}")

    def judge(self, question: Question) -> Verdict:
        """The verdict on a question of ordinary length."""
        message = read_message(question.text, question.earlier)
        verdict = self.danger(message) or self.standing_danger(message, question.earlier) or self.settle(question, message)
        return replace(verdict, language=message.language)

    def danger(self, message: Message, least: float = 0.0) -> Verdict | None:
        """A red flag in this message; the classifier counts from `least` on, if that is above its threshold."""
        for decision in DANGERS:
            if reason := self.by_rule(decision, message) or self.by_model(decision, message, least):
                return Verdict(decision, reason)
        return None

    def standing_danger(self, message: Message, earlier: Sequence[str]) -> Verdict | None:
        """A red flag in an earlier message that nobody has said is over."""
        standing: list[Verdict] = []
        for index, text in enumerate(earlier):
            before = read_message(text, earlier[:index])
            recent = index >= len(earlier) - EARLIER
            found = self.danger(before, self.thresholds.standing) if recent else self.danger_by_rule(before)
            if found:
                standing.append(replace(found, reason=f"earlier message: {found.reason}"))
            elif says_over(before.whole.text):
                standing.clear()
        if not standing or says_over(message.whole.text):
            return None
        return min(standing, key=lambda verdict: DANGERS.index(verdict.decision))

    def danger_by_rule(self, message: Message) -> Verdict | None:
        """A red flag that a rule finds."""
        rule = self.rules.fire(message.whole.text, message.earlier, DANGERS)
        return Verdict(rule.decision, f"rule: {rule.name}") if rule else None

    def settle(self, question: Question, message: Message) -> Verdict:
        """The verdict on a message without a red flag: injected instructions are taken out first, never followed."""
        if meaningless(message.whole.text) and not self.by_rule(Decision.DOSING, message):
            return Verdict(Decision.GIBBERISH, "no words")
        found, left = self.take_out(question.text, message)
        if not found:
            return self.route(message, question.earlier)
        if not left:
            rule = self.rules.fire(message.whole.text, message.earlier, (Decision.DOSING,))
            return self.dosing(message, f"rule: {rule.name}", rule.support) if rule else Verdict(Decision.INJECTION, found)
        rest = self.route(read_message(left, question.earlier), question.earlier)
        return replace(rest, reason=f"{rest.reason}; left after {found}", remainder=rest.remainder or left)

    def take_out(self, text: str, message: Message) -> tuple[str, str]:
        """Why a message holds an injection, and what it asks besides."""
        found, kept = "", []
        for sentence in sentences(text):
            plain = " ".join(MARKUP.sub(" ", sentence).split())
            if rule := self.rules.fire(read_text(plain).text, (), (Decision.INJECTION,)):
                found = found or f"rule: {rule.name}"
                continue
            if rule := self.rules.fire(read_text(sentence).text, (), (Decision.INJECTION,)):
                found = found or f"rule: {rule.name}"
            kept.append(plain if found else sentence)
        if not found and (rule := self.rules.fire(message.whole.text, (), (Decision.INJECTION,))):
            found, kept = f"rule: {rule.name}", []
        if not found and (found := self.by_model(Decision.INJECTION, message)):
            doubtful = {part.verbatim: self.likelihood(Decision.INJECTION, part) for part in message.parts}
            kept = [sentence for sentence, likely in doubtful.items() if likely < self.thresholds.harmless]
        return found, " ".join(kept) if any(map(self.is_request, kept)) else ""

    def is_request(self, sentence: str) -> bool:
        """Whether a sentence asks for something that may be answered or refused by itself."""
        text = read_text(sentence).text
        return any(map(str.isalpha, text)) and (asks(sentence) or self.rules.domain.search(text) is not None)

    def route(self, message: Message, earlier: Sequence[str]) -> Verdict:
        """The verdict on a message without red flags and injections, in the policy's order."""
        whole = message.whole
        rule = self.rules.fire(whole.text, message.earlier, (Decision.DOSING,))
        elliptical = rule is not None and rule.after is not None and len(whole.text.split()) <= BARE
        if rule and (elliptical or not self.overruled(message)):
            return self.dosing(message, f"rule: {rule.name}", rule.support)
        if message.language == "en" and (reason := self.by_model(Decision.DOSING, message)):
            return self.dosing(message, reason, "")
        if reason := self.by_rule(Decision.DIAGNOSIS, message):
            return Verdict(Decision.DIAGNOSIS, reason)
        if message.language != "en":
            return Verdict(Decision.UNSUPPORTED_LANGUAGE, f"language: {message.language}")
        for decision in (Decision.OUT_OF_SCOPE, Decision.CHITCHAT):
            if reason := self.by_rule(decision, message):
                return Verdict(decision, reason)
        return self.by_model_alone(message)

    def by_model_alone(self, message: Message) -> Verdict:
        """The verdict on a message that no rule stops."""
        if reason := self.by_model(Decision.DIAGNOSIS, message):
            return Verdict(Decision.DIAGNOSIS, reason)
        text = message.joined.text
        if not self.rules.domain.search(text):
            for decision in (Decision.OUT_OF_SCOPE, Decision.CHITCHAT, Decision.UNSUPPORTED_LANGUAGE, Decision.GIBBERISH):
                if (likely := self.likelihood(decision, message.joined)) >= self.thresholds.of(decision):
                    return Verdict(decision, f"classifier: {decision} p={likely:.2f}")
            words = re.findall(r"[a-z]{4,}", text)
            if len(words) > 1 and not any(map(self.familiar, words)):
                return Verdict(Decision.GIBBERISH, "no known words")
        rule = self.rules.fire(message.whole.text, message.earlier, (Decision.ANSWER,))
        return Verdict(Decision.ANSWER, f"rule: {rule.name}" if rule else "nothing fired")

    def dosing(self, message: Message, reason: str, support: str) -> Verdict:
        """A refusal of dosing advice, with what may be said besides."""
        topic = support or self.rules.topic(message.joined.text)
        return Verdict(Decision.DOSING, reason, topic, " ".join(self.harmless(message)))

    def harmless(self, message: Message) -> Iterator[str]:
        """The questions of a mixed message that may be answered, if it is clear which of them asks for dosing."""
        pieces = [read_message(clause) for part in message.parts or (message.whole,) for clause in clauses(part.verbatim)]
        if len(pieces) < 2 or not any(self.asks_dosing(piece) for piece in pieces):
            return
        for piece in pieces:
            if asks(piece.whole.verbatim) and self.is_harmless(piece):
                yield piece.whole.verbatim

    def asks_dosing(self, piece: Message) -> bool:
        """Whether a single sentence asks for dosing advice."""
        return bool(self.by_rule(Decision.DOSING, piece) or self.by_model(Decision.DOSING, piece))

    def is_harmless(self, piece: Message) -> bool:
        """Whether a single sentence may be answered by itself."""
        text = piece.whole.text
        if self.rules.fire(text, (), UNANSWERED) or not self.rules.domain.search(text):
            return False
        if self.likelihood(Decision.DOSING, piece.whole) > self.thresholds.harmless:
            return False
        return self.by_model_alone(piece).decision is Decision.ANSWER

    def by_rule(self, decision: Decision, message: Message) -> str:
        """The rule that leads to a decision, empty if none does."""
        rule = self.rules.fire(message.whole.text, message.earlier, (decision,))
        return f"rule: {rule.name}" if rule else ""

    def overruled(self, message: Message) -> bool:
        """Whether the classifier is so sure that a message asks for no dosing that a rule which says so is passed over."""
        readings = (message.joined, message.whole, *message.parts)
        doubtful = any(self.likelihood(Decision.DOSING, reading) >= self.thresholds.absurd for reading in readings)
        return not doubtful and self.predict(message.joined)["pass"] >= self.thresholds.passing

    def by_model(self, decision: Decision, message: Message, least: float = 0.0) -> str:
        """What the classifier says for a decision, empty if it is not sure or a rule knows the question as harmless."""
        threshold = max(least, self.thresholds.of(decision))
        readings = [(message.joined, threshold), *((part, threshold + self.thresholds.part) for part in message.parts)]
        over = says_over(message.whole.text)
        if message.joined is not message.whole and decision in DANGERS:
            readings = [(message.whole, threshold), *readings[over:]]
        explained = over or message.language != "en" or bool(self.by_rule(Decision.DOSING, message))
        explained = explained or any(self.rules.excuses(part.text, decision) for part in message.parts)
        repeats = message.joined is not message.whole and self.rules.fire(message.earlier[-1], (), (Decision.DOSING,)) is not None
        for reading, needed in readings:
            single = reading is not message.joined or not message.parts
            if single and self.rules.excuses(message.whole.text if reading is message.joined else reading.text, decision):
                needed = max(needed, NEVER if decision in DANGERS else self.thresholds.excused)
            likely = self.likelihood(decision, reading)
            if decision in DANGERS and (explained or self.likelihood(Decision.DOSING, reading) > likely):
                needed = max(needed, self.thresholds.sure)
            if decision is Decision.DOSING and repeats and reading is message.joined:
                needed = max(needed, self.thresholds.sure)
            if decision is Decision.DOSING and self.likelihood(Decision.DIAGNOSIS, reading) > likely:
                needed = max(needed, self.thresholds.sure)
            if decision is Decision.DOSING and not self.names_treatment(message):
                needed = max(needed, self.thresholds.unnamed)
            if likely >= needed:
                return f"classifier: {decision} p={likely:.2f}"
        return ""

    def names_treatment(self, message: Message) -> bool:
        """Whether a medicine or supplement is named here, or was named before a message that leans on it."""
        before = message.earlier if message.joined is not message.whole else ()
        return any(map(self.rules.treatment.search, (message.joined.text, *before)))

    def likelihood(self, decision: Decision, reading: Reading) -> float:
        """How likely the classifier finds a decision for a text."""
        label: Label = decision.value  # type: ignore[assignment]
        return self.predict(reading)[label]


def build_screen(
    rules: RuleSet, predict: Predict, familiar: Callable[[str], bool], thresholds: Thresholds | None = None
) -> Screen:
    """The screen, from its parts."""
    remembered = lru_cache(maxsize=REMEMBERED)(predict)
    return Judge(rules, remembered, familiar, thresholds or Thresholds()).screen
