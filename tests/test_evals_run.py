"""Runs: kept case by case, resumed after an interruption, refused when something else is resumed, the same each time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from assistant.wire import to_body
from evals.cases import Case
from evals.catalogue import choose
from evals.exceptions import BadRun
from evals.metrics import measure, score_all
from evals.results import Failure, Result, read_results
from evals.run import CASES, RESULTS, STAMP, ask_all, finish, newest, read_run, start
from evals.stamp import DATA, VERSION, Stamp, git, make_stamp, read_stamp
from evals.targets import local

VERSIONS = {"corpus": "c" * 12, "policy": "1.0.0", "index": "i", "model": "m"}
SETS = {
    "own": tuple(Case(id=f"own-{number}", text=f"Why {number}?", label="dosing") for number in range(30)),
    "other": tuple(Case(id=f"own-{number}", text=f"How {number}?", must=(("bone",),)) for number in range(30)),
}


def body(case: Case, kind: str = "dosing") -> dict:
    """A reply without citations that depends on the case alone."""
    notice = f"I cannot say: {case.said}"
    fixed = {"statements": [], "citations": [], "related": [], "corpus_version": "c" * 12, "policy_version": "1.0.0"}
    return {
        "answer_id": case.id,
        "conversation_id": None,
        "kind": kind,
        "answer": notice,
        "notice": notice,
        "latency_ms": 1.0,
        **fixed,
    }


def fake(name: str, case: Case) -> Result:
    """Answers at once, and fails on each case whose number ends in 7, always in the same way."""
    if case.id.endswith("7"):
        return Result(set=name, id=case.id, failure=Failure(kind="RuntimeError", message=f"no reply to {case.said}"))
    return Result(set=name, id=case.id, body=body(case), timings={"total": time.perf_counter()})


def stamp(**changes) -> Stamp:
    return make_stamp("local", SETS, False, VERSIONS, {}).model_copy(update=changes)


def ask_slowly(folder: Path, workers: int) -> None:
    """A whole run with half a second for a hundred cases and a worker; it can be killed at any time, and resumed."""

    def slow(name: str, case: Case) -> Result:
        time.sleep(0.05)
        return fake(name, case)

    start(folder, stamp(), SETS, resume=True)
    ask_all(folder, SETS, slow, workers)
    finish(folder)


def same(folder: Path) -> list[dict]:
    """Results in the order of the file, without timings."""
    return [result.same() for result in read_results(folder / RESULTS)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    start(folder, stamp(), SETS, resume=False)
    ask_all(folder, SETS, fake, workers=1)
    finish(folder)
    return folder


# Interruptions


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_run_that_is_stopped_in_the_middle_is_resumed_to_the_same_results(tmp_path, whole, number, workers):
    folder = tmp_path / "run"
    # A shell that starts the tests in the background has SIGINT ignored, and children inherit that.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parent.parent)]!r}; "
        "import pathlib, test_evals_run as run; run.ask_slowly(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(folder), str(workers)], stderr=subprocess.DEVNULL)
    results, limit = folder / RESULTS, time.monotonic() + 120
    while not (results.exists() and results.read_bytes().count(b"\n") >= 5):
        assert child.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.01)
    child.send_signal(number)
    assert child.wait(60) != 0
    stopped = read_run(folder)
    assert 5 <= len(stopped.results) < 60
    assert stopped.missing == 60 - len(stopped.results)
    assert stopped.stamp.finished == ""
    asked = []
    start(folder, stamp(), SETS, resume=True)
    ask_all(folder, SETS, lambda name, case: asked.append((name, case.id)) or fake(name, case), workers)
    finish(folder)
    assert not set(asked) & set(stopped.results)
    assert len(asked) == stopped.missing
    assert same(folder) == same(whole)
    assert read_run(folder).stamp.finished


@pytest.mark.parametrize("cut", [1, 2, 40, 10_000], ids=["newline", "bracket", "middle", "most of the file"])
def test_a_last_line_that_was_cut_off_is_asked_again(tmp_path, whole, cut):
    folder = tmp_path / "run"
    start(folder, stamp(), SETS, resume=False)
    (folder / RESULTS).write_bytes((whole / RESULTS).read_bytes()[:-cut])
    kept = len(read_run(folder).results)
    steps = []
    ask_all(folder, SETS, fake, workers=2, advance=lambda: steps.append(1))
    assert (cut == 1) == (kept == 60)
    assert len(steps) == 60
    assert same(folder) == same(whole)


def test_a_line_that_was_cut_inside_a_character_is_asked_again(tmp_path):
    sets = {"own": (Case(id="é", text="Warum schläft man schlecht?", label="none"),)}
    folder = tmp_path / "run"
    start(folder, make_stamp("local", sets, False, VERSIONS, {}), sets, resume=False)
    line = fake("own", sets["own"][0]).model_dump_json().encode()
    (folder / RESULTS).write_bytes(line[: line.index("é".encode()) + 1])
    ask_all(folder, sets, fake, workers=1)
    assert read_run(folder).missing == 0


def test_a_broken_line_before_the_last_is_an_error_and_no_silence(tmp_path, whole):
    lines = (whole / RESULTS).read_bytes().split(b"\n")
    (tmp_path / RESULTS).write_bytes(b"\n".join([lines[0], lines[1][:-9], *lines[2:]]))
    with pytest.raises(BadRun, match=rf"{RESULTS}:2: no result of a run"):
        list(read_results(tmp_path / RESULTS))


def test_results_are_on_disk_before_the_bar_moves(tmp_path):
    folder = tmp_path / "run"
    start(folder, stamp(), SETS, resume=False)
    seen = []
    ask_all(folder, SETS, fake, workers=1, advance=lambda: seen.append((folder / RESULTS).read_bytes().count(b"\n")))
    assert seen == sorted(seen)
    assert all(lines >= number for number, lines in enumerate(seen, 1))


# What may be resumed


@pytest.mark.parametrize("field", [*DATA, *VERSION])
def test_resuming_with_something_else_is_refused_with_what_differs(tmp_path, field):
    folder = tmp_path / "run"
    start(folder, stamp(), SETS, resume=False)
    value = getattr(stamp(), field)
    other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else type(value)()
    if field == "packages":
        other = {**value, "torch": "0"}
    if other == value:  # no git, hence no commit
        other = "another"
    with pytest.raises(BadRun) as caught:
        start(folder, stamp(**{field: other}), SETS, resume=True)
    assert f"{folder} cannot be resumed, it was made with something else: {field}: {value} and {other}" == str(caught.value)


def test_resuming_goes_on_with_the_stamp_that_was_laid_down(tmp_path):
    folder = tmp_path / "run"
    first = start(folder, stamp(started="2026-11-25T10:00:00+00:00"), SETS, resume=False)
    assert start(folder, stamp(), SETS, resume=True) == first == read_stamp(folder / STAMP)


def test_a_run_is_not_overwritten(tmp_path):
    start(tmp_path / "run", stamp(), SETS, resume=False)
    with pytest.raises(BadRun, match="give --resume"):
        start(tmp_path / "run", stamp(), SETS, resume=False)


def test_a_folder_without_a_run_is_not_resumed(tmp_path):
    with pytest.raises(BadRun, match="holds no run to resume"):
        start(tmp_path, stamp(), SETS, resume=True)


# Always the same


def test_workers_change_neither_results_nor_their_order(tmp_path, whole):
    folder = tmp_path / "run"
    busy, most, lock = 0, 0, threading.Lock()

    def uneven(name: str, case: Case) -> Result:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.02 if int(case.id[4:]) % 4 == 0 else 0.001)
        with lock:
            busy -= 1
        return fake(name, case)

    start(folder, stamp(), SETS, resume=False)
    ask_all(folder, SETS, uneven, workers=4)
    assert most == 4
    assert same(folder) == same(whole)
    assert [result["set"] + result["id"] for result in same(folder)] == [name + case.id for name in SETS for case in SETS[name]]


def test_two_runs_of_the_assistant_differ_in_timings_alone(tmp_path, assistant):
    sets = {name: cases[::10] for name, cases in choose(("dosing", "followups", "robustness"), (), quick=True).items()}
    for name, workers in (("one", 1), ("two", 4)):
        start(tmp_path / name, make_stamp("local", sets, False, VERSIONS, {}), sets, resume=False)
        ask_all(tmp_path / name, sets, local(assistant), workers)
    one, two = read_run(tmp_path / "one"), read_run(tmp_path / "two")
    assert [result.same() for result in one.results.values()] == [result.same() for result in two.results.values()]
    assert len(one.results) == sum(map(len, sets.values())) > 25
    assert all(result.failure is None and result.timings["total"] > 0 for result in one.results.values())
    figures = [
        [figure for figure in run.metrics(assistant.library) if not figure.name.startswith("latency")] for run in (one, two)
    ]
    assert figures[0] == figures[1]


def test_what_is_the_same_leaves_out_times_and_ids_and_nothing_else(library):
    passage = next(iter(library.passages.values()))
    statement = Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),))
    answer = Answer(Question("Why?"), Verdict(Decision.ANSWER, "by hand"), "1", "0", None, (statement,), timings={"screen": 3.0})
    reply = to_body(answer, library, "id-1")
    first = Result(set="own", id="a", body=reply, timings={"total": 3.0})
    later = Result(set="own", id="a", body={**reply, "answer_id": "id-2", "latency_ms": 9.0}, timings={"total": 9.0})
    assert first.same() == later.same()
    for field, value in (("kind", "dosing"), ("answer", "No."), ("notice", "No."), ("related", ["Why?"]), ("statements", [])):
        assert first.same() != first.model_copy(update={"body": {**reply, field: value}}).same(), field


# Failures in a case


class Forgetful:
    """Raises on every question about bones."""

    def __init__(self, library):
        self.library = library

    def answer(self, question: Question) -> Answer:
        if "bone" in question.text:
            raise ZeroDivisionError("no bones")
        return Answer(question, Verdict(Decision.DOSING, "by hand"), "1.0.0", self.library.version)


def test_a_crash_is_recorded_and_counted_and_stays_out_of_means(tmp_path, library):
    cases = [Case(id="a", text="A bone?", label="dosing"), Case(id="b", text="A pill?", label="dosing")]
    cases += [Case(id="c", text="Two bones?", label="dosing"), Case(id="d", text="A knee?", label="emergency")]
    sets = {"own": tuple(cases)}
    start(tmp_path / "run", make_stamp("local", sets, False, VERSIONS, {}), sets, resume=False)
    ask_all(tmp_path / "run", sets, local(Forgetful(library)), workers=1)
    run = read_run(tmp_path / "run")
    assert run.missing == 0
    assert run.results["own", "a"] == Result(set="own", id="a", failure=Failure(kind="ZeroDivisionError", message="no bones"))
    figures = {figure.key: figure for figure in run.metrics(library)}
    assert (figures["own", "errors", ""].value, figures["own", "errors", ""].total) == (2, 4)
    assert (figures["own", "caught", ""].value, figures["own", "caught", ""].scored, figures["own", "caught", ""].total) == (
        0.5,
        2,
        4,
    )
    assert [row.wrong for row in run.scored(library)] == [["error"], [], ["error"], ["routed"]]


def test_a_run_of_failures_alone_has_errors_and_no_other_figure(library):
    pairs = [(case, Result(set="own", id=case.id, failure=Failure(kind="E", message=""))) for case in SETS["own"]]
    assert {(figure.name, figure.value) for figure in measure(score_all(pairs, library))} == {("errors", 30.0)}


# Stamps and folders


def test_a_stamp_tells_versions_data_and_place():
    made = make_stamp("http://127.0.0.1:1", SETS, True, VERSIONS, {"words": 40})
    assert (made.target, made.quick, made.sizes) == ("http://127.0.0.1:1", True, {"own": 30, "other": 30})
    assert (made.corpus, made.policy, made.index, made.model) == ("c" * 12, "1.0.0", "i", "m")
    assert made.commit == git("rev-parse", "HEAD")[:12]
    assert made.packages["numpy"]
    assert made.machine["cores"] == str(os.cpu_count())
    assert (made.started[-6:], made.finished) == ("+00:00", "")


@pytest.mark.parametrize(
    ("settings", "equal"),
    [
        pytest.param({"a": 1, "b": 2}, True, id="the same"),
        pytest.param({"b": 2, "a": 1}, True, id="in another order"),
        pytest.param({"a": 1, "b": 3}, False, id="another value"),
        pytest.param({"a": 1}, False, id="one less"),
    ],
)
def test_settings_are_told_apart_by_their_hash(settings, equal):
    first, second = (make_stamp("local", SETS, False, VERSIONS, each).settings for each in ({"a": 1, "b": 2}, settings))
    assert (first == second) is equal


def test_cases_are_kept_with_the_run(whole):
    assert read_run(whole).sets == SETS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("own", "One line.\u2028Another\u2029 and\x85 so\x0b on\x0c, is it?", id="line separators in a text"),
        pytest.param('"my" set\\', "Why?", id="quotes in a name"),
    ],
)
def test_any_case_can_be_read_back(tmp_path, name, text):
    sets = {name: (Case(id="a", text=text, label="none"),)}
    start(tmp_path / "run", make_stamp("local", sets, False, VERSIONS, {}), sets, resume=False)
    ask_all(tmp_path / "run", sets, fake, workers=1)
    run = read_run(tmp_path / "run")
    assert run.sets == sets
    assert run.missing == 0


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        pytest.param(STAMP, None, "no run in", id="no stamp"),
        pytest.param(STAMP, "{}", "stamp.json cannot be read; remove the folder", id="stamp of something else"),
        pytest.param(CASES, None, "cases.jsonl cannot be read; remove the folder", id="no cases"),
        pytest.param(CASES, '{"set": "own"}', "cases.jsonl cannot be read; remove the folder", id="cases of something else"),
        pytest.param(CASES, "[]", "cases.jsonl cannot be read; remove the folder", id="cases in no object"),
        pytest.param(RESULTS, '{"set": 1}\n\n', "results.jsonl:1: no result of a run", id="results of something else"),
    ],
)
def test_a_folder_that_holds_no_run_is_refused(tmp_path, file, text, problem):
    folder = tmp_path / "run"
    start(folder, stamp(), SETS, resume=False)
    (folder / file).unlink(missing_ok=True)
    if text is not None:
        (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(BadRun, match=problem):
        read_run(folder)


def test_the_newest_run_is_the_last_by_name(tmp_path):
    with pytest.raises(BadRun, match="python -m evals run"):
        newest(tmp_path)
    for name in ("20261125T100000", "20261126T090000", "20261124T110000"):
        start(tmp_path / name, stamp(), SETS, resume=False)
    (tmp_path / "20261127T100000").mkdir()
    assert newest(tmp_path) == tmp_path / "20261126T090000"
