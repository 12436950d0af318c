"""The shell of every page: one self-contained file, light and dark, English and Chinese. Pure: values in, text out.

`render("report.html.j2", styles=("report.css",), scripts=("report.js",), **context)` gives the page. A template begins
with `{% extends "base.html.j2" %}` and fills the blocks `main` (required), `title` (plain text for the browser's tab),
`nav` (links in the header), `head` (the end of `<head>`) and `footer`. All files lie in this folder: `name.html.j2`,
`name.css`, `name.js`.

In a template:

* Autoescape is on. `{{ both("English", "中文") }}` gives both languages; `both("{n} rows", "{n} 题", n=12)` escapes
  what it is given. A `Both` from Python shows both, too. It is markup, so never put it into an attribute: give a
  hidden text an id and name that with `aria-labelledby`.
* `{{ name.dimension("safety") }}`, `name.task("safety/misuse")`, `name.measure("rta")`, `name.lang("zh")`: in both
  languages (`assay.pages.names`).
* `{{ chart.row(value=…, low=…, high=…) }}`, `chart.scatter(…)`, `chart.line(…)`, `chart.slope(…)`,
  `chart.intervals(…)`: SVG (`assay.pages.charts`). They are hidden from screen readers: put the numbers beside them,
  or a sentence or table with class `vh` (visually hidden), or a `<details>` with the table.
* `{{ term("floor", both("floor", "下限")) }}` links to the glossary; `{{ glossary(["interval", "floor"]) }}` prints
  it (`assay.pages.glossary`).
* `{% from "parts.html.j2" import … %}`: `copied(text)` (code with a copy button), `fold(id, label)` (a button that
  shows and hides the element with that id: give it `hidden`; `page.js` does the rest, and printing shows all but what
  was folded with `keep=true`).
* Classes: `vh` visually hidden · `r` right-aligned · `sub` `cap` second and third text · `note` · `wide` a box that
  scrolls sideways · `mono` · `warn` · `dash` for the grey dash of what is missing. Variables: --bg --ink --ink2 --ink3
  --rule --rule2 --soft --acc --band --warn --warnbg --ref --mark --h0…--h4 --h4t (heat, worst to best fifth).
* `{{ text | css_string }}`: a string within a `<style>`, as for the margins of printed pages.
* Numbers in data for a script: `<script type="application/json" id=…>{{ data | json }}</script>`.

`?lang=zh-Hans&theme=dark` in the address set a page for once; the switches are remembered. Pages forbid every request
by a Content-Security-Policy that knows the one inlined script by its hash. A server that may not inline gives
`linked="/static/"`: the page then links to `/static/<name>` and the server sends `asset(name)`.

No page holds a control character or one that turns the writing round, whoever put it there (`assay.pages.unseen`).

Charts come with text: `charts.py` says which library draws the axes and why.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assay.pages import charts, glossary, names
from assay.pages.both import Both, both, joined
from assay.pages.unseen import seen

__all__ = ["Both", "asset", "both", "charts", "glossary", "joined", "names", "render"]

STYLE, SCRIPT = "style.css", "page.js"


def render(
    template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), linked: str = "", **context: Any
) -> str:
    """One page.

    Args:
        template: its name in this folder.
        styles: style sheets of this folder that it needs beside `style.css`.
        scripts: scripts of this folder that it needs beside `page.js`.
        linked: where a server offers styles and scripts; they are inlined where it is empty.
        context: what the template shows.
    """
    given = {"linked": linked, "style_names": (STYLE, *styles), "script_names": (SCRIPT, *scripts), **context}
    if not linked:
        style, script = ("\n".join(map(asset, given[kind])) for kind in ("style_names", "script_names"))
        given |= {"style": Markup(style), "script": Markup(script), "policy": _policy(script)}
    return seen(_environment().get_template(template).render(given))


def asset(name: str) -> str:
    """A style sheet or script of this folder."""
    return files(__name__).joinpath(name).read_text("utf-8")


def _policy(script: str) -> str:
    """Nothing is loaded from anywhere, and no script runs but this one."""
    known = b64encode(sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src 'sha256-{known}'"
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("assay.pages", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"both": both, "name": names, "chart": charts, "term": glossary.term, "glossary": glossary.listed}
    made.filters |= {"json": _json, "css_string": _css_string}
    return made


def _css_string(text: str) -> Markup:
    """A string that may stand in a style sheet: all but the plainest characters are escaped."""
    plain = frozenset("-./:_ ")
    escaped = (one if one.isascii() and (one.isalnum() or one in plain) else f"\\{ord(one):x} " for one in seen(text))
    return Markup('"{}"').format(Markup("".join(escaped)))


def _json(data: Any) -> Markup:
    """JSON that may stand within a `<script>`: no `</script>` in a string can end it."""
    import orjson

    text = orjson.dumps(data).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
