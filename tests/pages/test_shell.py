"""What every page is: one file that asks nothing, with both languages in it, and text that stays text."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment
from markupsafe import Markup, escape

from assay import pages
from assay.pages import Both, asset, both, joined, names
from assay.pages.glossary import TERMS, listed, term
from assay.pages.unseen import UNSEEN, seen
from browsing import HOSTILE


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> object:
    """Renders a template of one block."""
    made: Environment = pages._environment()

    def render(main: str, **given: object) -> str:
        text = '{% extends "base.html.j2" %}{% block main %}' + main + "{% endblock %}"
        monkeypatch.setattr(made, "loader", ChoiceLoader([DictLoader({"one": text}), made.loader]))
        monkeypatch.setattr(made, "cache", None)
        return pages.render("one", **given)

    return render


def test_a_page_asks_for_nothing_and_lets_no_script_run_but_its_own(rendered: object) -> None:
    page = rendered("<p>x</p>")  # type: ignore[operator]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    known = b64encode(sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    policy = policy.replace("&#39;", "'")
    assert f"script-src 'sha256-{known}'" in policy and "default-src 'none'" in policy
    assert not re.search(r"""(src|href)=["']?(https?:|//)""", page)
    assert "url(" not in asset("style.css")


def test_a_server_that_may_not_inline_links(rendered: object) -> None:
    page = rendered("<p>x</p>", linked="/static/")  # type: ignore[operator]
    assert '<link rel="stylesheet" href="/static/style.css">' in page
    assert '<script src="/static/page.js" defer></script>' in page
    assert "<style>" not in page and "<script>" not in page and "Content-Security-Policy" not in page


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_given_stays_text(text: str, rendered: object) -> None:
    text = text[:2000]
    page = rendered("<p title='{{ text }}'>{{ text }}</p>{{ both('a {x}', '甲 {x}', x=text) }}", text=text)  # type: ignore[operator]
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count(str(escape(seen(text)))) == 4
    assert not re.search(r"<(script|img|svg|a|iframe|meta|link|style)\b", main)


def test_json_for_a_script_cannot_end_it(rendered: object) -> None:
    page = rendered("<script type='application/json'>{{ data | json }}</script>", data={"a": "</script><b>&"})  # type: ignore[operator]
    assert '{"a":"\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}' in page


def test_no_script_holds_a_word_that_is_shown() -> None:
    assert not re.search("[\u4e00-\u9fff]", asset("page.js"))


# ---- both languages -----------------------------------------------------------------------------


def test_both_stand_in_the_markup_each_with_its_language() -> None:
    assert Markup(escape(Both("a & b", "甲"))) == ("<span class=e>a &amp; b</span><span class=z lang=zh-Hans>甲</span>")
    assert escape(Both("F1", "F1")) == "F1"
    assert Both("x", "甲").svg() == "<tspan class=e>x</tspan><tspan class=z lang=zh-Hans>甲</tspan>"


def test_what_is_filled_in_is_escaped_and_goes_to_its_side() -> None:
    made = both("<b>{a}</b> of {b}", "{b}之<b>{a}</b>", a="<i>", b=Both("x", "甲"))
    assert (made.en, made.zh) == ("<b>&lt;i&gt;</b> of x", "甲之<b>&lt;i&gt;</b>")
    assert str(made) == "<i> of x"
    assert joined([made, Both("y", "乙")]).zh == "甲之<b>&lt;i&gt;</b>乙"


def test_every_task_and_measure_has_a_name_in_both_languages() -> None:
    from assay.tasks import all_tasks

    for task in all_tasks():
        assert task.id in names.TASKS, task.id
        assert task.dimension in names.DIMENSIONS
        for score in task.scores:
            assert score.name in names.MEASURES, score.name
    assert names.task("own/my_task") == Both("my task", "my task")


def test_every_judge_card_and_group_has_a_name_in_both_languages() -> None:
    from assay.cases import Asking, cases
    from assay.data.cards import cards
    from assay.tasks import all_tasks

    for task in all_tasks():
        for judge in re.split(" or | and ", task.judge.name):
            assert judge in names.JUDGES, judge
    assert set(cards()) == set(names.CARDS)
    own = [task for task in all_tasks() if any(one.name == "core" for one in task.datasets)]
    groups = {case.row.group for case in cases(own, Asking())} - {""}
    assert groups <= set(names.GROUPS), groups - set(names.GROUPS)
    several = (names.JUDGES, names.CARDS, names.LABELS, names.REASONS)
    assert all(re.search("[\u4e00-\u9fff]", both.zh) for table in several for both in table.values())
    assert names.judge("classifier wildguard").zh == "分类器 wildguard"


@pytest.mark.parametrize(
    ("why", "zh"),
    [
        ("filtered", "被供应方拦截"),
        ("no refusing words", "没有拒答用语"),
        ("needs:toxicity", "需要毒性模型：--toxicity"),
        ("declines: I can't: never", "推辞：I can't: never"),
        ("2 of 3 graders: VERDICT: correct", "3 个评判模型中的 2 个：VERDICT: correct"),
        ("the reply: says this", "the reply: says this"),
    ],
)
def test_a_reason_is_ours_in_both_languages_and_a_quotation_in_its_own(why: str, zh: str) -> None:
    assert names.reason(why).zh == zh


def test_a_string_in_a_style_sheet_cannot_end_it() -> None:
    made = pages._css_string('a"}</style><b>\\\n模\u202e')
    assert made == r'"a\22 \7d \3c /style\3e \3c b\3e \5c \a \6a21 \27e8 U\2b 202E\27e9 "'


def test_the_glossary_explains_every_word_that_leads_to_it() -> None:
    assert 'href="#term-floor"' in term("floor")
    shown = listed()
    assert all(f'id="term-{name}"' in shown for name in TERMS)
    with pytest.raises(KeyError):
        term("nothing of the kind")


def test_no_page_holds_a_character_that_cannot_be_seen(rendered: object) -> None:
    page = rendered("<p>{{ text }}</p>{{ both('{x}', '{x}', x=text) }}", text=HOSTILE["rtl"] + HOSTILE["control"])  # type: ignore[operator]
    assert not UNSEEN.search(page)
    assert page.count("⟨U+202E⟩gpj.exe") == 2 and "nul ␀" in page
