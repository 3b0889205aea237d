"""What can be measured: an assistant in this process, or a server at an address."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from assistant.types import Answer, Question
from assistant.wire import AnswerBody, to_body
from corpus.files import explain
from corpus.library import Library
from evals.cases import Case
from evals.exceptions import Unreachable
from evals.results import Failure, Result, trace_of

Target = Callable[[str, Case], Result]
"""Asks one case of a set."""
REPLY: TypeAdapter[AnswerBody] = TypeAdapter(AnswerBody)
PATIENCE = 60.0
"""Seconds that a server may take for one reply."""


class Answers(Protocol):
    """Whatever answers questions out of a library."""

    @property
    def library(self) -> Library:
        """The content that is quoted."""
        ...

    def answer(self, question: Question) -> Answer:
        """The reply to one question."""
        ...


def local(assistant: Answers) -> Target:
    """The assistant of this process; the trace comes with the reply."""

    def ask(name: str, case: Case) -> Result:
        started = time.perf_counter()
        try:
            answer = assistant.answer(case.question())
            total = (time.perf_counter() - started) * 1_000
            body, trace = to_body(answer, assistant.library, case.id), trace_of(answer)
        except Exception as error:  # recorded and counted by a gate; one crash must not cost the other cases
            return Result(set=name, id=case.id, failure=Failure(kind=type(error).__name__, message=str(error)))
        timings = {**{step: round(spent, 3) for step, spent in answer.timings.items()}, "total": round(total, 3)}
        return Result(set=name, id=case.id, body=body, trace=trace, timings=timings)

    return ask


def remote(url: str, library: Library) -> Target:
    """A server that speaks our API; it has to serve the same content, because quotations are checked against it.

    Raises:
        Unreachable: there is no such server, or it is not ready, or serves other content.
    """
    base = url.rstrip("/")
    found = get_json(f"{base}/readyz")
    version = found.get("corpus_version") if isinstance(found, dict) else None
    if version != library.version:
        raise Unreachable(f"{base} serves content {version}, this checkout has {library.version}; check out the same version")

    def ask(name: str, case: Case) -> Result:
        question = case.question()
        sent = {"question": question.text, "earlier": list(question.earlier), "level": question.level.value}
        started = time.perf_counter()
        try:
            body = REPLY.validate_python(get_json(f"{base}/api/ask", sent))
        except Unreachable as error:
            return Result(set=name, id=case.id, failure=Failure(kind=Unreachable.__name__, message=str(error)))
        except ValidationError as error:
            problem = f"the reply is not of the API's form: {explain(error)}"[:500]
            return Result(set=name, id=case.id, failure=Failure(kind="BadReply", message=problem))
        body["answer_id"] = case.id
        total = (time.perf_counter() - started) * 1_000
        return Result(set=name, id=case.id, body=body, timings={"total": round(total, 3)})

    return ask


def get_json(url: str, sent: Any = None) -> Any:
    """What a server says, as JSON; `sent` makes it a POST.

    Raises:
        Unreachable: no answer, an error status, or something that is not JSON.
    """
    if not url.startswith(("http://", "https://")):
        raise Unreachable(f"{url}: give an address that begins with http:// or https://")
    data = None if sent is None else json.dumps(sent).encode()
    try:
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    except ValueError as error:
        raise Unreachable(f"{url} is no address: {error}") from error
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return json.loads(reply.read())
    except urllib.error.HTTPError as error:
        raise Unreachable(f"{url} answered with status {error.code}") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"{url} does not answer ({error}); start it with `python -m ui`") from error
    except HTTPException as error:
        raise Unreachable(f"{url} is no address of a web server ({error!r})") from error
    except ValueError as error:
        raise Unreachable(f"{url} answered with something that is not JSON") from error
