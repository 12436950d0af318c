"""A gate's bars for the terminal, and as JUnit's XML for whoever runs checks. Made of what `--json` prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.report.figures import number

Found = Mapping[str, Any]

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


def gate_table(found: Found) -> Group:
    """Every bar, met or missed, with the number and its source."""
    run = found["run"]
    title = f"{found['policy']}   {run['model']}   data {run['data']['name']} ({run['data']['sha256'][:12]})"
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in ("", "what", "bar", "number", "source"):
        table.add_column(column, justify="right" if column == "number" else "left", overflow="fold")
    for bar in found["bars"]:
        verdict = Text("met") if bar["met"] else Text("MISSED", style="bold")
        shown = bar.get("why") or number(bar["number"])
        table.add_row(verdict, bar["subject"], bar["bar"], shown, Text(bar["source"], style="dim"))
    met = sum(bar["met"] for bar in found["bars"])
    return Group(table, Text(f"\n{met} of {len(found['bars'])} bars met"))


def junit(found: Found) -> bytes:
    """One test case a bar; a missed one is a failure that says what was asked and what was found."""
    missed = sum(not bar["met"] for bar in found["bars"])
    counts = {"tests": str(len(found["bars"])), "failures": str(missed), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "assay gate", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _text(found["policy"]), "skipped": "0", **counts})
    run = found["run"]
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("model", run["model"]), ("run", run["folder"]), ("data", run["data"]["sha256"])):
        ElementTree.SubElement(properties, "property", {"name": name, "value": _text(value)})
    for bar in found["bars"]:
        named = {"classname": _text(bar["subject"]), "name": _text(bar["bar"])}
        case = ElementTree.SubElement(suite, "testcase", named)
        said = bar.get("why") or f"{bar['number']!r}"
        if not bar["met"]:
            failure = ElementTree.SubElement(
                case, "failure", {"type": "missed", "message": _text(f"{bar['bar']}: {said}")}
            )
            failure.text = _text(f"{bar['subject']}: {bar['bar']}; found {said} ({bar['source']})")
        ElementTree.SubElement(case, "system-out").text = _text(f"{said}; {bar['source']}")
    ElementTree.indent(suites)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(text: str) -> str:
    return NO_XML.sub("�", text)
