"""Fixtures that more than one file of tests uses."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from hypothesis import settings

from corpus.library import CONTENT, read_library

settings.register_profile("steady", deadline=None)  # two tests run at a time, so that one may wait for the other
settings.load_profile("steady")

JOINT_PAIN = """\
---
id: joint-pain
title: Joint pain
summary: Joint pain is common on an aromatase inhibitor.
topic: joint-pain
evidence: moderate
population: breast-cancer
safety: [bone-ask]
reviewed: ""
reviewer: ""
review_due: ""
version: 1
---

# Plain

## How common joint pain is {#joint-pain-common evidence=established claims="joint-001"}

Joint pain is a common side effect of an aromatase inhibitor [@x-mao-2009; @ref-01]. Many people
with joint pain feel stiff in the morning [@x-mao-2009].

## Whether low estrogen is the cause {#joint-pain-theory evidence=theoretical claims="joint-002" .whole}

Low estrogen may be why joints hurt. This idea has not been shown to be true.

# Technical

## Genes and joint pain {#joint-pain-genes evidence=early claims="joint-003"}

Variants of CYP19A1 have been linked to joint pain in one small study.

# Ask your care team

- Could my joint pain have another cause?
- Which kinds of exercise are safe for me?
- Who can help me with stiff hands?
"""

BONE = """\
---
id: bone
title: Bone strength
summary: Bones can get thin on an aromatase inhibitor.
topic: bone-health
evidence: established
population: both
safety: []
reviewed: 2026-11-02
reviewer: Dr Ada Example
review_due: 2027-11-02
version: 2
---

# Plain

## Whom to ask about bones {#bone-ask evidence=established claims="add-001"}

A bone scan shows how strong the bones are. The care team can say who needs a bone scan.

# Ask your care team

- Do I need a bone scan?
- What did my last scan show?
- How can I keep my bones strong?
"""

REFERENCES = """\
[
 {"id": "ref-01", "type": "article-journal", "title": "Stiff joints in the clinic.", "author": [{"family": "Ames", "given": "B"}],
  "container-title": "Journal of Joints", "issued": {"date-parts": [[2017]]}, "DOI": "10.1000/1",
  "custom": {"status": "corrected", "support": true, "kind": "review", "topics": ["joint-pain"], "checked": "2026-11-01"}},
 {"id": "x-mao-2009", "type": "article-journal", "title": "Joint symptoms in a clinic",
  "author": [{"family": "Mao", "given": "J"}],
  "container-title": "Cancer", "issued": {"date-parts": [[2009]]}, "PMID": "1",
  "custom": {"status": "verified", "support": true, "kind": "survey", "topics": ["joint-pain"], "checked": "2026-11-01"}},
 {"id": "x-lost-2001", "type": "article-journal", "title": "A work that nobody finds", "container-title": "Nowhere",
  "issued": {"date-parts": [[2001]]},
  "custom": {"status": "not_found", "support": false, "kind": "review", "topics": ["joint-pain"], "checked": "2026-11-01"}}
]
"""

CLAIMS = """\
meta: {title: Claims}
claims:
  - {id: joint-001, doc: joint-pain, topic: joint-pain, audience: plain, claim: Joint pain is common., evidence: established}
  - {id: joint-002, doc: joint-pain, topic: joint-pain, audience: plain, claim: Low estrogen may hurt., evidence: theoretical,
     handling: explain_only}
  - {id: joint-003, doc: joint-pain, topic: genetics, audience: technical, claim: Variants are linked., evidence: early}
curator_additions:
  - {id: add-001, doc: bone, topic: bone-health, audience: plain, claim: A scan shows strength., evidence: established}
"""

GLOSSARY = """\
meta: {use: Match the words of patients.}
glossary:
  - {term: aromatase inhibitor, patient_says: [AI, hormone blocker], definition: It blocks aromatase., docs: [joint-pain]}
  - {term: arthralgia, patient_says: [sore joints], definition: Pain in a joint., docs: [joint-pain]}
"""

QUESTIONS = {
    "joint-pain": """\
joint-pain-common:
  - claim: joint-001
    answer: [Joint pain is a common side effect of an aromatase inhibitor.]
    questions: [Is joint pain common?, Do many people have sore joints?]
joint-pain-theory:
  - answer: [Low estrogen may be why joints hurt.]
    questions: [Why do my joints hurt?]
joint-pain-genes:
  - answer: [Variants of CYP19A1 have been linked to joint pain in one small study.]
    questions: [Do genes matter for joint pain?]
""",
    "bone": """\
bone-ask:
  - answer: [The care team can say who needs a bone scan.]
    questions: [Who needs a bone scan?]
""",
}


@pytest.fixture(scope="session")
def library():
    """The content that ships with Citewell."""
    return read_library()


@pytest.fixture
def folder(tmp_path):
    """A tiny content folder that keeps every rule, for a test to break."""
    files = {"content/joint-pain.md": JOINT_PAIN, "content/bone.md": BONE, "references.json": REFERENCES, "claims.yaml": CLAIMS}
    files |= {"glossary.yaml": GLOSSARY, "labels.yaml": (CONTENT / "labels.yaml").read_text(encoding="utf-8")}
    files |= {f"questions/{page}.yaml": text for page, text in QUESTIONS.items()}
    for name, text in files.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture(scope="session")
def replace():
    """Puts new words in the place of old ones in a file; it is an error if the old ones are not there."""

    def change(path, old, new):
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{path.name} does not hold {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder with a finished index and screen, and the assistant on them; the project's own folder when it is current."""
    from assistant.build import Settings, build_assistant
    from assistant.settings import AssistantSettings
    from index.build import is_current
    from index.settings import IndexSettings

    own = Path(__file__).parent.parent / ".citewell"
    current = is_current(read_library(), IndexSettings(directory=own))
    folder = own if current else tmp_path_factory.mktemp("state")
    return folder, build_assistant(Settings(index=IndexSettings(directory=folder), assistant=AssistantSettings()))


@pytest.fixture(scope="session")
def state(built):
    """The folder of the index and the screen that the tests use."""
    return built[0]


@pytest.fixture(scope="session")
def assistant(built):
    """The assistant on the real content and models."""
    return built[1]


CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def need_chromium() -> None:
    if Path(CHROMIUM).exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing, and CI has to have it")
    pytest.skip("Chromium is missing: install the package chromium")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 120:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    pytest.fail("the server did not become ready")


def start_server(state: Path, port: int, folder: Path) -> subprocess.Popen[bytes]:
    """A server on the finished index, with a journal of its own."""
    env = {
        **os.environ,
        "CITEWELL_INDEX_DIRECTORY": str(state),
        "CITEWELL_ASSISTANT_JOURNAL_URL": f"sqlite:///{folder}/journal.sqlite3",
    }
    process = subprocess.Popen([sys.executable, "-m", "ui", "--port", str(port)], env=env)
    wait_until_ready(f"http://127.0.0.1:{port}", process)
    return process


@pytest.fixture(scope="session")
def journal_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server of the browser tests keeps its journal."""
    return tmp_path_factory.mktemp("journal")


@pytest.fixture(scope="session")
def address(state: Path, journal_folder: Path) -> Iterator[str]:
    need_chromium()
    port = free_port()
    process = start_server(state, port, journal_folder)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    need_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the chat; at the end no request may have gone elsewhere and no script may have failed."""
    opened: list[Any] = []

    def open_one(width: int = 1280, height: int = 900, url: str = address, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.requested, page.failed = [], []
        page.on("request", lambda sent: page.requested.append(sent.url))
        page.on("pageerror", lambda error: page.failed.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#cw-question textarea")
        page.wait_for_selector(".cw-bar")
        opened.append((page, url, context))
        return page

    yield open_one
    for page, url, context in opened:
        assert [sent for sent in page.requested if not sent.startswith((url, "data:", "blob:", "about:"))] == []
        assert page.failed == []
        context.close()


EMPTY = """async () => {
    document.querySelectorAll('dialog').forEach(each => { each.close(); each.remove(); });
    sessionStorage.clear();
    localStorage.clear();
    const write = (id, text) => {
        const box = document.querySelector(`#${id} textarea, #${id} input`);
        box.value = text;
        box.dispatchEvent(new Event('input', { bubbles: true }));
    };
    write('cw-question', '');
    write('cw-command', JSON.stringify({ do: 'draw', state: {} }));
    await new Promise(done => setTimeout(done, 60));
    document.querySelector('#cw-level input[value=plain]').click();
    document.querySelector('#cw-act').click();
}"""
"""Makes the page as it is when it is opened, without loading it anew."""


@pytest.fixture(scope="module", params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def kept_page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.requested, page.failed = [], []
    page.on("request", lambda sent: page.requested.append(sent.url))
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def page(kept_page: Any, address: str) -> Iterator[Any]:
    """An empty chat on a desk and on a phone; at the end no request may have gone elsewhere and no script may have failed."""
    page = kept_page
    page.requested.clear()
    page.emulate_media(media="screen")
    if not page.url.startswith(address) or page.locator(".cw-bar").count() == 0 or page.locator("#cw-offline .cw-again").count():
        page.goto(address)
        page.wait_for_selector("#cw-question textarea")
        page.wait_for_selector(".cw-bar")
    mark = page.evaluate("() => document.querySelector('#cw-log .cw-log').dataset.drawn")
    page.evaluate(EMPTY)
    page.wait_for_function("mark => document.querySelector('#cw-log .cw-log').dataset.drawn !== mark", arg=mark)
    page.wait_for_function("() => document.querySelectorAll('#cw-log .cw-reply, #cw-trouble .cw-reply').length === 0")
    yield page
    assert [sent for sent in page.requested if not sent.startswith((address, "data:", "blob:", "about:"))] == []
    assert page.failed == []


@pytest.fixture(scope="session")
def ask() -> Callable[[Any, str], None]:
    """Types a question, presses the button, and waits for the reply."""

    def type_and_send(page: Any, text: str) -> None:
        count = page.locator("#cw-log .cw-reply").count()
        page.fill("#cw-question textarea", text)
        page.click("#cw-send")
        page.wait_for_function("count => document.querySelectorAll('#cw-log .cw-reply').length > count", arg=count)
        page.wait_for_timeout(100)  # the page announces the reply and moves to it in the next frames

    return type_and_send
