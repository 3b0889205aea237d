"""The commands on a fake server: exit codes, messages, files, and an interruption at the terminal."""

from __future__ import annotations

import csv
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from assistant.types import Answer, Citation, Decision, Notice, Question, Statement, Verdict
from assistant.wire import to_body
from evals.__main__ import app
from evals.run import read_run

COMMANDS = ("run", "gate", "compare", "failures", "reproduce", "report", "sets", "bench", "consistency", "ablation")
ENVIRONMENT = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160"}
HEAVY = ("torch", "gradio", "llama_index", "chromadb", "sklearn", "scipy", "numpy", "ir_measures")


def command(*arguments, **environment):
    """The result of a command; a Python error that nobody caught is no result."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={**ENVIRONMENT, **environment})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Handler(BaseHTTPRequestHandler):
    """Our API on a fake assistant: refuses what speaks of a pill, quotes its first passage to the rest."""

    def do_GET(self):
        self.say(self.server.ready)

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(sent["question"])
        time.sleep(self.server.pause)
        self.say(self.server.reply(sent))

    def say(self, content):
        self.send_response(500 if content is None else 200)
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, *_):
        pass


@contextmanager
def serving(library):
    """A server on loopback with that assistant."""

    def reply(sent):
        question = Question(sent["question"])
        if "pill" in question.text:
            notice = Notice(Decision.DOSING, "Amounts", ("I cannot advise on amounts.",))
            return to_body(Answer(question, Verdict(Decision.DOSING, ""), "1.0.0", library.version, notice), library, "id")
        calm = {name for name, page in library.pages.items() if not page.safety}
        passage = next(each for each in library.passages.values() if each.page in calm and not each.whole)
        statements = (Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),)),)
        answer = Answer(question, Verdict(Decision.ANSWER, ""), "1.0.0", library.version, None, statements)
        return to_body(answer, library, "id")

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.ready = {"status": "ready", "corpus_version": library.version, "policy_version": "1.0.0"}
    found.reply, found.asked, found.pause = reply, [], 0.0
    found.url = f"http://127.0.0.1:{found.server_address[1]}"
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def server(library):
    """A server that a test may break or slow down."""
    with serving(library) as found:
        yield found


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A file of 40 cases, one in four of which the fake assistant gets wrong."""
    path = tmp_path_factory.mktemp("cases") / "mine.jsonl"
    rows = [
        {"id": f"m-{number}", "text": f"{'Bones' if number % 4 == 0 else 'A pill'} {number}?", "label": "dosing"}
        for number in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(library, mine, tmp_path_factory):
    """A run of those cases that is complete."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    with serving(library) as server:
        assert command("run", "--cases", mine, "--url", server.url, "--out", folder).exit_code == 0
    return folder


@pytest.fixture
def bounds(tmp_path):
    """Writes a file of gates, one a line: set, metric, bound, value."""

    def write(*lines: str):
        rows = [line.split() for line in lines]
        tables = [
            f'[[gate]]\nset = "{of}"\nmetric = "{name}"\n{kind} = {value}\nwhy = "by hand"\n' for of, name, kind, value in rows
        ]
        path = tmp_path / "gates.toml"
        path.write_text("\n".join(tables) or "gate = []", encoding="utf-8")
        return path

    return write


# Help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    result = command(name, "--help")
    assert result.exit_code == 0
    assert f"Example: python -m evals {name}" in " ".join(result.stdout.split())


def test_help_names_every_command_and_loads_nothing_heavy():
    code = f"import sys\nfrom evals.__main__ import app\ntry: app()\nfinally: print(sorted({set(HEAVY)} & set(sys.modules)))"
    for name in ((), ("run",), ("compare",)):
        done = subprocess.run([sys.executable, "-c", code, *name, "--help"], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]", done.stdout
        assert name or all(f" {each} " in done.stdout for each in COMMANDS)


# Running


def test_a_run_writes_every_file_and_prints_the_figures(server, mine, tmp_path):
    folder = tmp_path / "deep" / "run"
    result = command("run", "--cases", mine, "--url", server.url, "--out", folder, "--workers", 3, "--verbose")
    assert result.exit_code == 0
    assert "  caught                 75.0% (59.8% to 85.8%), 40 of 40" in result.stdout
    assert "mine m-4 [answer] routed" in result.stdout
    names = {"stamp.json", "cases.jsonl", "results.jsonl", "summary.json", "metrics.csv", "cases.csv", "junit.xml", "report.html"}
    assert {path.name for path in folder.iterdir()} == names
    run = read_run(folder)
    assert (run.missing, run.stamp.target, run.stamp.policy) == (0, server.url, "1.0.0")
    assert run.stamp.finished
    assert [case for _, case in run.results] == [f"m-{number}" for number in range(40)]
    assert sorted(server.asked) == sorted(case.text for case in run.sets["mine"])
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        assert [row["wrong"] for row in csv.DictReader(file)] == ["routed" if number % 4 == 0 else "" for number in range(40)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_run_that_is_stopped_goes_on_where_it_stopped(server, mine, tmp_path, finished, number):
    folder, server.pause = tmp_path / "stopped", 0.1
    server.asked.clear()
    # A shell that starts the tests in the background has SIGINT ignored, and children inherit that.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from evals.__main__ import app; app()"
    arguments = ["run", "--cases", str(mine), "--url", server.url, "--out", str(folder)]
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    limit = time.monotonic() + 120
    while len(server.asked) < 6:
        assert child.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.01)
    child.send_signal(number)
    said = child.communicate(timeout=60)[1]
    if number == signal.SIGINT:
        assert child.returncode == 3
        assert f"interrupted; go on with `python -m evals run --resume --out {folder}`" in said
        assert "Traceback" not in said
    kept, server.pause = len(read_run(folder).results), 0.0
    assert 4 <= kept < 40
    gated = command("gate", folder)
    assert (gated.exit_code, f"lacks {40 - kept} results" in gated.stderr) == (3, True)
    assert command("compare", folder, finished).exit_code == 2
    server.asked.clear()
    assert command(*arguments, "--resume").exit_code == 0
    assert len(server.asked) == 40 - kept
    one, two = read_run(folder), read_run(finished)
    assert [each.same() for each in one.results.values()] == [each.same() for each in two.results.values()]


def test_resuming_with_other_cases_says_what_differs(server, finished, tmp_path):
    other = tmp_path / "mine.jsonl"
    other.write_text('{"text": "Why?", "label": "none"}\n', encoding="utf-8")
    result = command("run", "--cases", other, "--url", server.url, "--out", finished, "--resume")
    assert (result.exit_code, "cannot be resumed, it was made with something else: sets: {'mine': '" in result.stderr) == (
        2,
        True,
    )


def test_a_server_that_answers_nonsense_leaves_an_incomplete_measurement(server, mine, tmp_path, bounds):
    server.reply = lambda sent: None if "Bones" in sent["question"] else b"<p>Welcome</p>" if "1?" in sent["question"] else {}
    folder = tmp_path / "run"
    result = command("run", "--cases", mine, "--url", server.url, "--out", folder)
    assert result.exit_code == 3
    assert f"40 cases got no reply; see `python -m evals failures {folder}`" in result.stdout
    said = {
        each.failure.message.split(" ", 1)[1] for each in read_run(folder).results.values() if each.failure.kind == "Unreachable"
    }
    assert said == {"answered with status 500", "answered with something that is not JSON"}
    assert command("gate", folder, "--gates", bounds("all errors at_most 0")).exit_code == 1


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.parametrize("name", ["run", "failures", "reproduce"])
@pytest.mark.parametrize("broken", ["refused", "HTML", "error", "other content"])
def test_a_server_that_cannot_be_measured_is_told_with_exit_code_three(server, mine, tmp_path, finished, name, broken):
    url = server.url if broken != "refused" else f"http://127.0.0.1:{refused_port()}"
    server.ready = {"HTML": b"<p>Welcome</p>", "error": None}.get(broken, {"corpus_version": "0" * 12})
    arguments = {
        "run": ("--cases", mine, "--out", tmp_path / "new"),
        "failures": (finished,),
        "reproduce": ("m-1", "--cases", mine),
    }
    result = command(name, *arguments[name], "--url", url)
    message = {"refused": "start it with `python -m ui`", "HTML": "not JSON", "error": "status 500", "other content": "check out"}
    assert result.exit_code == 3
    assert url in result.stderr
    assert message[broken] in result.stderr
    assert not (tmp_path / "new").exists()


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("run", "--set", "nowhere"), "unknown set nowhere; sets: answerable", id="unknown set"),
        pytest.param(
            ("run", "--cases", "nowhere.jsonl"), "no file nowhere.jsonl; sets of our own: answerable", id="no case file"
        ),
        pytest.param(("run", "--cases", "bad.jsonl"), "unknown label nothing; labels: answer", id="bad case"),
        pytest.param(("run", "--cases", "half.jsonl"), "half.jsonl:1: not JSON", id="case cut off"),
        pytest.param(("run", "--cases", "empty.jsonl"), "empty.jsonl: no cases", id="empty case file"),
        pytest.param(("run", "--cases", "."), "cannot be read", id="a folder for a case file"),
        pytest.param(("run", "--cases", "a/x.jsonl", "--cases", "b/x.jsonl"), "rename b/x.jsonl", id="one name twice"),
        pytest.param(("run", "--workers", "0"), "--workers", id="no workers"),
        pytest.param(("run", "--resume"), "no run in .citewell/evals; make one with", id="nothing to resume"),
        pytest.param(("gate",), "no run in .citewell/evals; make one with `python -m evals run`", id="gate on no run"),
        pytest.param(("gate", "a"), "no run in a", id="gate on another folder"),
        pytest.param(("compare", "a"), "Missing argument", id="compare one"),
        pytest.param(("compare", "a", "b"), "no run in a", id="compare no runs"),
        pytest.param(("failures",), "no run in .citewell/evals", id="failures of no run"),
        pytest.param(("report",), "no run in .citewell/evals", id="report on no run"),
        pytest.param(("reproduce", "nowhere"), "no case nowhere; ids stand in", id="unknown case"),
        pytest.param(("reproduce", "m", "--cases", "bad.jsonl"), "bad.jsonl:2", id="reproduce from a bad file"),
    ],
)
def test_bad_input_is_told_with_exit_code_two(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    good = '{"text": "Why?", "label": "none"}\n'
    for name, text in {"bad": f'{good}{{"text": "Why?", "label": "nothing"}}', "half": good[:-9], "empty": "\n"}.items():
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jsonl").write_text(good, encoding="utf-8")
    result = command(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_a_file_in_the_place_of_a_folder_is_told(server, mine):
    result = command("run", "--cases", mine, "--url", server.url, "--out", mine)
    assert (result.exit_code, str(mine) in result.stderr) == (2, True)


# Looking at a run


@pytest.mark.parametrize(
    ("lines", "code", "told"),
    [
        pytest.param(["mine caught at_least 0.7", "all leaked at_most 0"], 0, "2 passed, 0 failed", id="all hold"),
        pytest.param(["mine caught at_least 0.8", "all leaked at_most 0"], 1, "FAILED  mine caught: 75.0%", id="one does not"),
        pytest.param(["mine right at_least 0.8"], 1, "FAILED  mine right: was not measured", id="not measured"),
        pytest.param([], 1, "0 passed, 0 failed", id="no gates prove nothing"),
        pytest.param(["mine caught at_last 0.8"], 2, "gates.toml: ", id="misspelt bound"),
    ],
)
def test_gates_decide_the_exit_code(finished, bounds, lines, code, told):
    result = command("gate", finished, "--gates", bounds(*lines))
    assert result.exit_code == code
    assert told in (result.stderr if code == 2 else result.stdout)


def test_a_run_is_like_itself_and_worse_than_a_better_one(server, mine, tmp_path, finished):
    same = command("compare", finished, finished)
    assert (same.exit_code, same.stdout.splitlines()) == (0, ["0 of 40 cases changed, 0 regressed"])
    careful = server.reply
    server.reply = lambda sent: careful({"question": "A pill?"})
    better = tmp_path / "better"
    assert command("run", "--cases", mine, "--url", server.url, "--out", better).exit_code == 0
    forth, back = command("compare", finished, better), command("compare", better, finished)
    assert (forth.exit_code, back.exit_code) == (0, 1)
    assert "WORSE mine caught: 1.000 to 0.750, -0.250 (" in back.stdout
    assert "), p = 0.002 (McNemar, n = 40)" in back.stdout
    assert "10 of 40 cases changed, 10 regressed" in back.stdout
    assert "improved  mine m-0: Bones 0?" in forth.stdout


def test_only_failures_are_asked_again(server, finished):
    server.asked.clear()
    result = command("failures", finished, "--url", server.url)
    assert result.exit_code == 1
    assert f"10 went wrong in {finished}, 10 still do" in result.stdout
    assert sorted(server.asked) == sorted(f"Bones {number}?" for number in range(0, 40, 4))
    careful = server.reply
    server.reply = lambda sent: careful({"question": "A pill?"})
    assert command("failures", finished, "--url", server.url).exit_code == 0


def test_one_case_is_reproduced(server, mine):
    result = command("reproduce", "m-4", "--cases", mine, "--url", server.url)
    assert (result.exit_code, server.asked) == (0, ["Bones 4?"])
    decoder, text, shown = json.JSONDecoder(), result.stdout.strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        shown.append(value)
        text = text[end:].strip()
    case, reply, scores = shown
    assert case == {"set": "mine", "case": {"id": "m-4", "text": "Bones 4?", "label": "dosing"}}
    assert reply["body"]["kind"] == "answer"
    assert (scores["scores"]["caught"], scores["wrong"]) == (False, ["routed"])


def test_the_files_of_a_run_can_be_written_again(finished):
    (finished / "junit.xml").unlink()
    result = command("report", finished)
    assert result.exit_code == 0
    assert str(finished / "report.html") in result.stdout
    assert [suite.get("name") for suite in ElementTree.parse(finished / "junit.xml").getroot()] == ["gates", "mine"]


def test_the_sets_are_listed(library):
    result = command("sets")
    assert result.exit_code == int("PROBLEM" in result.stdout)
    assert [line.split()[0] for line in result.stdout.splitlines() if " version " in line][:3] == [
        "answerable",
        "followups",
        "dosing",
    ]


def test_the_assistant_of_this_checkout_is_stamped_with_all_that_made_it(state, library, mine, tmp_path):
    result = command("run", "--cases", mine, "--out", tmp_path / "run", CITEWELL_INDEX_DIRECTORY=str(state))
    assert result.exit_code == 0
    stamp = read_run(tmp_path / "run").stamp
    assert (stamp.target, stamp.corpus) == ("local", library.version)
    assert all((stamp.policy, stamp.index, stamp.settings, stamp.model, stamp.sets["mine"]))
