"""A run's figures and cases as files that other programs read: JSON, CSV, JUnit XML."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

from evals.gates import Checked
from evals.metrics import Metric, Scored

SUMMARY, METRICS, CASE_TABLE, JUNIT = "summary.json", "metrics.csv", "cases.csv", "junit.xml"


def write_summary(folder: Path, metrics: Sequence[Metric], checked: Sequence[Checked]) -> None:
    """Every figure and every gate as JSON, the figures as CSV too."""
    gates = [
        {"gate": each.gate.model_dump(exclude_none=True), "passed": each.passed, "message": each.message} for each in checked
    ]
    rows = [asdict(metric) for metric in metrics]
    (folder / SUMMARY).write_text(json.dumps({"metrics": rows, "gates": gates}, indent=1) + "\n", encoding="utf-8")
    with (folder / METRICS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["set"])
        writer.writeheader()
        writer.writerows(rows)


def write_cases(folder: Path, rows: Sequence[Scored]) -> None:
    """A line for every case with what came out and every score."""
    scores = list(dict.fromkeys(name for row in rows for name in row.scores))
    with (folder / CASE_TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["set", "id", "said", "group", "kind", "reason", "wrong", "reply", *scores])
        for row in rows:
            body, trace, failure = row.result.body, row.result.trace, row.result.failure
            writer.writerow(
                [
                    row.result.set,
                    row.case.id,
                    row.case.said,
                    row.case.group,
                    body["kind"] if body else "error",
                    trace.reason if trace else "",
                    " ".join(row.wrong),
                    body["answer"] if body else failure.message if failure else "",
                    *("" if row.scores.get(name) is None else float(row.scores[name] or 0) for name in scores),
                ]
            )


def write_junit(folder: Path, rows: Sequence[Scored], checked: Sequence[Checked]) -> None:
    """Gates as tests that fail, cases as tests that report: a case alone fails nothing, so it is marked as skipped."""
    root = ElementTree.Element("testsuites", name="citewell evals")
    gates = ElementTree.SubElement(root, "testsuite", name="gates", tests=str(len(checked)))
    gates.set("failures", str(sum(not each.passed for each in checked)))
    for each in checked:
        node = ElementTree.SubElement(gates, "testcase", classname="gates", name=printable(each.gate.name))
        if not each.passed:
            ElementTree.SubElement(node, "failure", message=printable(each.message))
    for name in dict.fromkeys(row.result.set for row in rows):
        listed = [row for row in rows if row.result.set == name]
        suite = ElementTree.SubElement(root, "testsuite", name=printable(name), tests=str(len(listed)))
        suite.set("errors", str(sum(row.result.failure is not None for row in listed)))
        suite.set("skipped", str(sum(bool(row.wrong) and row.result.failure is None for row in listed)))
        for row in listed:
            spent = row.result.timings.get("total", 0.0) / 1_000
            node = ElementTree.SubElement(suite, "testcase", classname=printable(name), name=printable(row.case.id))
            node.set("time", f"{spent:.4f}")
            if row.result.failure:
                ElementTree.SubElement(node, "error", message=printable(row.result.failure.message))
            elif row.wrong:
                ElementTree.SubElement(node, "skipped", message=printable(f"{' '.join(row.wrong)}: {row.case.said}"))
    ElementTree.ElementTree(root).write(folder / JUNIT, encoding="utf-8", xml_declaration=True)


def printable(text: str) -> str:
    """Text without the characters that XML forbids."""
    return FORBIDDEN.sub("�", text)


FORBIDDEN = re.compile("[^\t\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What is no character of XML 1.0, and the carriage return, which a reader would turn into a new line."""
