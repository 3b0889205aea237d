"""Fixtures that more than one file of tests uses."""

import pytest

from corpus.library import CONTENT, read_library

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
    from pathlib import Path

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
