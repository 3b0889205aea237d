"""Accounts of staff: made by an operator, checked at sign-in, locked after failed tries; a sign-out ends a session for good."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, insert, select, update

from assistant.exceptions import BadAccount, SignInRefused
from assistant.records import sessions, staff
from assistant.roles import Role
from assistant.store import Store, reaching

SHORTEST_PASSWORD = 12
MOST_TRIES = 5
LOCKED = 15 * 60.0
"""Seconds that an account is locked after so many failed tries."""
LASTS = 8 * 3_600.0
"""Seconds that somebody stays signed in."""
NAME = re.compile(r"[a-z][a-z0-9._-]{1,49}")
WEAK = ("password", "citewell", "123456", "qwerty", "letmein", "welcome")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    name: str
    role: Role
    form: str
    """What each of their forms has to carry, so that no other site can send one."""


class Accounts:
    """The accounts in the journal's database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hasher = PasswordHasher()
        # Checked when there is no such account, so that the time taken does not tell which names exist.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account, or give an existing one a new role and password.

        Raises:
            BadAccount: the name or the password will not do; the message says why.
            JournalUnavailable: the database cannot be reached.
        """
        if not NAME.fullmatch(name):
            raise BadAccount("a name has 2 to 50 small letters, digits, dots, dashes or underscores, and begins with a letter")
        check_password(name, password)
        row = {"name": name, "role": role.value, "hash": self._hasher.hash(password), "failed": 0, "locked_until": 0.0}
        with reaching(), self._store.engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.name == name))
            connection.execute(delete(staff).where(staff.c.name == name))
            connection.execute(insert(staff).values(**row, at=time.time()))
        self._store.audit("operator", f"account {role.value}", name)

    def remove(self, name: str) -> None:
        """Delete an account and end its sessions.

        Raises:
            BadAccount: there is none of this name.
        """
        with reaching(), self._store.engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.name == name))
            if not connection.execute(delete(staff).where(staff.c.name == name)).rowcount:
                raise BadAccount(f"there is no account {name!r}; `python -m ui staff list` names them")
        self._store.audit("operator", "remove account", name)

    def names(self) -> Sequence[tuple[str, Role]]:
        """Every account with its role."""
        with reaching(), self._store.engine.connect() as connection:
            rows = connection.execute(select(staff.c.name, staff.c.role).order_by(staff.c.name))
            return [(row.name, Role(row.role)) for row in rows]

    def sign_in(self, name: str, password: str) -> str:
        """The token of a new session.

        Raises:
            SignInRefused: wrong name or password, in the same words, or the account is locked.
            JournalUnavailable: the database cannot be reached.
        """
        with reaching(), self._store.engine.begin() as connection:
            row = connection.execute(select(staff).where(staff.c.name == name)).one_or_none()
            known, now = row is not None, time.time()
            right = self._matches(row.hash if row is not None else self._nobody, password)
            if row is not None and row.locked_until > now:
                raise SignInRefused("too many failed tries; try again in a quarter of an hour, or ask an admin")
            if row is not None and not right:
                failed = row.failed + 1
                locked = now + LOCKED if failed >= MOST_TRIES else 0.0
                values = {"failed": 0 if locked else failed, "locked_until": locked}
                connection.execute(update(staff).where(staff.c.name == name).values(values))
            if known and right:
                token = secrets.token_urlsafe(32)
                connection.execute(update(staff).where(staff.c.name == name).values(failed=0, locked_until=0.0))
                connection.execute(delete(sessions).where(sessions.c.until < now))
                values = {"token": digest(token), "name": name, "form": secrets.token_urlsafe(24), "until": now + LASTS}
                connection.execute(insert(sessions).values(values))
        if known and right:
            self._store.audit(name, "sign in", name)
            return token
        raise SignInRefused("the name or the password is wrong")

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False

    def session(self, token: str) -> Session | None:
        """Who is signed in with a token; None when nobody is."""
        wanted = (
            select(sessions.c.name, sessions.c.form, staff.c.role)
            .join(staff, staff.c.name == sessions.c.name)
            .where(sessions.c.token == digest(token), sessions.c.until > time.time())
        )
        with reaching(), self._store.engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
            return None if row is None else Session(row.name, Role(row.role), row.form)

    def sign_out(self, token: str, name: str) -> None:
        """End a session; its token opens nothing any more."""
        with reaching(), self._store.engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == digest(token)))
        self._store.audit(name, "sign out", name)


def check_password(name: str, password: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        BadAccount: it is; the message says why.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise BadAccount(f"the password is too short; give at least {SHORTEST_PASSWORD} characters, such as four unrelated words")
    folded = password.casefold()
    if (len(name) >= 4 and name in folded) or any(weak in folded for weak in WEAK) or len(set(password)) < 6:
        raise BadAccount("the password is easily guessed; give, for example, four unrelated words")


def digest(token: str) -> str:
    """What is kept of a token: nobody who reads the database can sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()
