"""The bench: what a figure says, that comparisons are fair, and that parts can be chosen; speed itself is not tested."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.types import Answer, Decision, Question, Verdict
from evals.bench import PARTS, measure, write_figures
from evals.bench_answer import WORKERS, by_stage, by_workers, converse
from evals.bench_figure import QUICK, Figure, Sizes, against, alternate, evenly, follow_ups, single_messages
from evals.bench_index import by_size
from evals.bench_process import NOTHING, peak, run
from evals.exceptions import EvalsError
from index.scale import Scaled

QUESTIONS = [Question(f"Question {number}?") for number in range(200)]


@pytest.mark.parametrize(
    ("figure", "line", "reached"),
    [
        pytest.param(Figure("memory", 812.6, "MB"), "memory: 813 MB", None, id="value alone"),
        pytest.param(
            Figure("answer", 26.72, "ms", 1.81, "the bare embedding", 2.0, "ratio", 120),
            "answer: 1.81 times the bare embedding, 26.7 ms, goal at most 2 times, n = 120",
            True,
            id="ratio within its goal",
        ),
        pytest.param(
            Figure("answer", 1.5, "ms", 2.01, "the bare embedding", 2.0, "ratio"),
            "answer: 2.01 times the bare embedding, 1.50 ms, goal at most 2 times: MISSED",
            False,
            id="ratio beyond its goal",
        ),
        pytest.param(
            Figure("build", 1_460.0, "s", 1.2, "embedding", 60.0),
            "build: 1.20 times embedding, 1,460 s, goal at most 60 s: MISSED",
            False,
            id="value beyond its goal",
        ),
        pytest.param(Figure("build", 60.0, "s", goal=60.0), "build: 60.0 s, goal at most 60 s", True, id="exactly the goal"),
    ],
)
def test_a_figure_says_its_ratio_first_and_whether_the_goal_is_kept(figure: Figure, line: str, reached: bool | None) -> None:
    assert str(figure) == line
    assert figure.reached is reached


def test_a_ratio_is_of_the_two_medians() -> None:
    figure = against("answer", [10.0, 40.0, 20.0], [5.0, 100.0, 8.0], "the bare embedding", goal=2.0)
    assert (figure.value, figure.ratio, figure.count, figure.reached) == (20.0, 2.5, 3, False)


def test_who_comes_first_changes_and_everyone_gets_every_question() -> None:
    said: list[str] = []
    steps = {name: lambda question, name=name: said.append(f"{name} {question.text[9:]}") for name in "abc"}
    spent = alternate(steps, QUESTIONS[:3], "test", lambda question: said.append("prepared"))
    assert said == ["prepared", "a 0?", "b 0?", "c 0?", "prepared", "b 1?", "c 1?", "a 1?", "prepared", "c 2?", "a 2?", "b 2?"]
    assert {name: len(values) for name, values in spent.items()} == {"a": 3, "b": 3, "c": 3}


def test_preparing_is_not_timed() -> None:
    spent = alternate({"a": lambda question: None}, QUESTIONS[:2], "test", lambda question: time.sleep(0.2))
    assert max(spent["a"]) < 200


def reply(question: Question) -> Answer:
    """An answer with the timings of its stages; every other question is refused by the screen."""
    number = int(question.text.split()[1][:-1])
    timings = {"screen": 4.0} if number % 2 else {"screen": 4.0, "rewrite": 1.0, "search": 8.0, "compose": 2.0}
    return Answer(question, Verdict(Decision.ANSWER, "test"), "p", "c", timings=timings)


def test_a_stage_counts_only_where_it_was_reached() -> None:
    figures = {figure.name: figure for figure in by_stage("answer", reply, lambda question: time.sleep(0.001), QUESTIONS[:10], 9)}
    assert {name: figure.count for name, figure in figures.items()} == {
        "answer p50": 10,
        "answer p95": 10,
        "answer screen p50": 10,
        "answer rewrite p50": 5,
        "answer search p50": 5,
        "answer compose p50": 5,
        "answer bare embedding p50": 10,
    }
    bare = figures["answer bare embedding p50"].value
    assert figures["answer search p50"].value == 8.0
    assert figures["answer search p50"].ratio == pytest.approx(8.0 / bare)
    assert [name for name, figure in figures.items() if figure.goal is not None] == ["answer p50"]


def test_a_conversation_is_sent_message_by_message_before_its_last() -> None:
    sent: list[Question] = []
    converse(sent.append)(Question("and now?", ("first", "second")))
    assert sent == [Question("first"), Question("second", ("first",))]


def test_throughput_asks_nothing_twice_and_shares_evenly() -> None:
    asked: Counter[str] = Counter()
    threads: set[int] = set()
    lock = threading.Lock()

    def answer(question: Question) -> None:
        time.sleep(0.005)  # waiting, unlike computing, is shared perfectly
        with lock:
            asked[question.text] += 1
            threads.add(threading.get_ident())

    figures = list(by_workers(answer, QUESTIONS, rounds=2, chunk=16))
    assert set(asked.values()) == {1}
    assert len(asked) == 2 * 16 * len(WORKERS)
    assert [figure.count for figure in figures] == [32] * len(WORKERS)
    assert figures[0].ratio is None
    assert all((figure.ratio or 0) > 1 for figure in figures[1:])
    assert len(threads) > 1


def test_a_small_pool_of_questions_is_not_asked_twice() -> None:
    asked: list[str] = []
    list(by_workers(lambda question: asked.append(question.text), QUESTIONS[:20], rounds=2, chunk=16))
    assert len(asked) == len(set(asked)) == 2 * 2 * len(WORKERS)


def test_sizes_find_enough_questions() -> None:
    sizes, single, conversations = Sizes(), single_messages(), follow_ups()
    assert len({question.text for question in single}) == len(single) >= sizes.rounds * sizes.chunk * len(WORKERS)
    assert len(conversations) >= sizes.questions
    assert all(question.earlier for question in conversations)
    assert len(evenly(single, sizes.questions)) == sizes.questions
    assert evenly(single, 2)[1] == single[len(single) // 2]


def part(name: str) -> object:
    def measured(sizes: Sizes) -> Iterator[Figure]:
        yield Figure(name, float(sizes.questions), "ms")

    return measured


@pytest.mark.parametrize(
    ("only", "names"),
    [
        pytest.param([], ["first", "second"], id="all"),
        pytest.param(["second"], ["second"], id="one"),
        pytest.param(["second", "first"], ["first", "second"], id="both, in the order of the bench"),
    ],
)
def test_parts_can_be_chosen(only: list[str], names: list[str]) -> None:
    figures = list(measure(only, QUICK, {name: part(name) for name in ("first", "second")}))
    assert [figure.name for figure in figures] == names
    assert {figure.value for figure in figures} == {QUICK.questions}


def test_an_unknown_part_is_refused_before_anything_is_measured() -> None:
    with pytest.raises(EvalsError, match="no part speed in the bench; parts: answer, throughput, engine, start, memory"):
        next(measure(["answer", "speed"]))


def test_figures_are_written_with_what_they_were_measured_on(tmp_path: Path) -> None:
    write_figures(tmp_path / "bench.json", [Figure("build", 61.0, "s", 1.1, "embedding", 60.0)])
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert found["figures"] == [
        {
            "name": "build",
            "value": 61.0,
            "unit": "s",
            "ratio": 1.1,
            "to": "embedding",
            "goal": 60.0,
            "goal_of": "value",
            "count": 1,
            "reached": False,
        }
    ]
    assert found["machine"]["packages"]["chromadb"]
    assert found["machine"]["cores"] >= 1


def test_every_size_is_compared_with_the_smallest() -> None:
    sizes = [Scaled(200, 2.0, (1.0, 2.0, 3.0), 1.0, 3.0), Scaled(1_000, 20.0, (4.0, 5.0, 9.0), 0.995, 15.0)]
    figures = {figure.name: figure for figure in by_size(sizes)}
    assert figures["query among 200 passages p50"].ratio is None
    assert (figures["query among 1,000 passages p50"].value, figures["query among 1,000 passages p50"].ratio) == (5.0, 2.5)
    assert figures["storing one of 1,000 passages"].value == 20.0
    assert figures["storing one of 1,000 passages"].ratio == pytest.approx(2.0)
    assert figures["nearest found among 1,000 passages"].value == pytest.approx(99.5)
    assert figures["store of 1,000 passages"].value == 15.0


def test_peak_memory_is_read_from_the_status_of_a_process() -> None:
    assert peak("Name:\tpython\nVmPeak:\t  999999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  1024 kB\n") == 200.0
    assert peak("") is None


def test_a_process_that_fails_is_told_with_its_last_words() -> None:
    assert run(NOTHING) == ""
    with pytest.raises(EvalsError, match=r"(?s)`python -c raise.*failed: .*broken on purpose"):
        run(("-c", "raise SystemExit('broken on purpose')"))


def test_every_part_says_what_it_measures() -> None:
    assert list(PARTS) == ["answer", "throughput", "engine", "start", "memory", "build", "scale"]
    assert all(part.__doc__ for part in PARTS.values())
