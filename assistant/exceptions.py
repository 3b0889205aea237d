"""What can go wrong with a question or with the assistant.

AssistantError
├── BadQuestion      the question cannot be read; says what to do
│   └── QuestionTooLong
├── PolicyError      the fixed replies break a rule; the start is refused
├── JournalError     something about the journal
│   ├── BadJournal            its settings or its database cannot be used; the start is refused
│   ├── JournalUnavailable    its database cannot be reached now
│   ├── UnknownAnswer         no such reply
│   └── UnknownConversation   nothing is kept of it
├── BadWithdrawals   the list of withdrawn passages cannot be read
├── BadAccount       an account of staff that cannot be made or is not there
├── SignInRefused    a sign-in that did not succeed
├── HeadsMissing     the trained heads cannot be used (`assistant.heads`)
└── FittedMissing    the fitted weights cannot be read (`assistant.fitted`)
"""

from __future__ import annotations


class AssistantError(Exception):
    """Something that the person or the operator can mend; the message says how."""


class BadQuestion(AssistantError):
    """A question that cannot be read."""


class QuestionTooLong(BadQuestion):
    """A question with more characters than the limit."""


class PolicyError(AssistantError):
    """The fixed replies are incomplete or would show dosing advice."""


class JournalError(AssistantError):
    """Something about the journal."""


class BadJournal(JournalError):
    """The journal's settings or its database cannot be used."""


class JournalUnavailable(JournalError):
    """The journal's database cannot be reached now."""


class UnknownAnswer(JournalError):
    """The journal has no such reply."""


class UnknownConversation(JournalError):
    """The journal keeps nothing of such a conversation."""


class BadWithdrawals(AssistantError):
    """The list of withdrawn passages cannot be read."""


class BadAccount(AssistantError):
    """An account of staff that cannot be made or is not there."""


class SignInRefused(AssistantError):
    """A sign-in that did not succeed."""
