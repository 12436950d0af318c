"""`report.html` in a browser: what it says, what its controls do, in both languages and themes, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.reporting import write_report
from assay.schema import Record, Reply, Row, Verdict, user
from assay.store import RunFolder
from browser.conftest import Opener
from browsing import HOSTILE, HURT, overflow, tabbed, violations
from stored_runs import replies, stored

pytest.importorskip("playwright")


@pytest.fixture(scope="module")
def report(ran: Callable[..., Path]) -> Path:
    return ran("baseline/chance", "--lang", "en,zh", "--limit", "6") / "report.html"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    judged = {
        "safety/misuse": replies("rrrrcccc?#!", lang="zh") + replies("rrrccc"),
        "safety/exaggerated_safety": replies("ccccr"),
        "privacy/awareness_normal": replies("rrrrr"),
    }
    return write_report(RunFolder(stored(tmp_path / "run", judged)))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    records = [
        Record(Row(f"{name}-{text[:9]}", (user(text),), gold=text, group=text[:50]), (Reply(text),),
               (Verdict(text[:60], None, None, text),))
        for name, text in HOSTILE.items()
    ]  # fmt: skip
    tasks = {"ethics/explicit_moralchoice_low": records, "safety/misuse": records}
    return write_report(RunFolder(stored(tmp_path / "run", tasks, model=HOSTILE["attribute"])))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_axe_finds_nothing_serious_with_everything_unfolded(
    theme: str, locale: str, small: Path, opened: Opener
) -> None:
    page = opened(small, theme=theme, locale=locale)
    assert not violations(page)
    for button in page.locator("button[data-do=fold]").all():
        if button.is_visible() and button.get_attribute("aria-expanded") == "false":
            button.click()
    for button in page.locator(".case button[data-do=fold]").all():
        if button.get_attribute("aria-expanded") == "false":
            button.click()
    page.locator("summary").first.click()
    assert not violations(page)


def test_a_whole_run_is_accessible_and_fits_a_phone_and_a_desk(report: Path, opened: Opener) -> None:
    for width in (320, 768, 1440):
        page = opened(report, width=width)
        assert not overflow(page)
    assert not violations(page)
    page = opened(report, width=320, locale="zh-CN")
    page.get_by_role("button", name="显示或隐藏全部样例").click()
    assert not overflow(page)


def test_the_first_screen_says_which_is_weakest_how_sure_and_what_next(small: Path, opened: Opener) -> None:
    page = opened(small)
    verdict = page.locator(".verdict").inner_text()
    assert "safety" in verdict and "privacy" in verdict
    assert "order holds" in verdict or "cannot be told" in verdict
    box = page.locator(".looks").bounding_box()
    assert box is not None and box["y"] + box["height"] < 900
    first = page.locator(".looks a").first
    first.click()
    assert "Misuse" in page.locator("tr:target").inner_text()


def test_the_language_switch_changes_every_word_and_is_remembered_in_the_page(small: Path, opened: Opener) -> None:
    page = opened(small)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("heading", name="Every task").is_visible()
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.get_by_role("heading", name="逐项任务").is_visible()
    assert not page.get_by_text("Every task").first.is_visible()
    page.reload()
    assert page.get_by_role("heading", name="逐项任务").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("heading", name="Every task").is_visible()


def test_a_chinese_browser_gets_chinese_and_the_address_wins(small: Path, opened: Opener) -> None:
    assert opened(small, locale="zh-CN").get_by_role("heading", name="逐项任务").is_visible()
    assert opened(small, locale="zh-CN", query="?lang=en").get_by_role("heading", name="Every task").is_visible()


def test_the_theme_is_the_systems_until_it_is_switched(small: Path, opened: Opener) -> None:
    def ground(page: object) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))  # type: ignore[attr-defined]

    light, dark = opened(small, theme="light"), opened(small, theme="dark")
    assert ground(light) == "rgb(252, 252, 251)" and ground(dark) == "rgb(20, 23, 26)"
    dark.get_by_role("button", name="Switch between light and dark").click()
    assert ground(dark) == "rgb(252, 252, 251)"
    dark.reload()
    assert ground(dark) == "rgb(252, 252, 251)"
    assert ground(opened(small, theme="light", query="?theme=dark")) == "rgb(20, 23, 26)"


def test_samples_are_behind_a_click_and_harmful_text_behind_another(small: Path, opened: Opener) -> None:
    page = opened(small)
    text = page.get_by_text("Sure.").first
    assert not text.is_visible()
    page.get_by_role("button", name="Misuse").first.click()
    assert page.get_by_text("counts against it").first.is_visible()
    assert not text.is_visible()
    page.get_by_role("button", name="Show the text, which may be harmful").first.click()
    assert text.is_visible()
    page.get_by_role("button", name="Misuse").first.click()
    assert not text.is_visible()


def test_all_samples_unfold_at_once_but_not_what_may_be_harmful(small: Path, opened: Opener) -> None:
    page = opened(small)
    page.get_by_role("button", name="Show or hide all samples").click()
    assert page.locator("tr.cs:visible").count() == 3
    assert not page.get_by_text("Sure.").first.is_visible()
    assert page.get_by_text("I can't help with that.").last.is_visible()  # privacy is not harmful
    page.get_by_role("button", name="Show or hide all samples").click()
    assert page.locator("tr.cs:visible").count() == 0


def test_the_keyboard_reaches_every_control(small: Path, opened: Opener) -> None:
    page = opened(small)
    reached = tabbed(page, 12)
    assert reached[0] == "Skip to content"
    assert "中文" in reached and any("Switch between light and dark" in one for one in reached)
    page.get_by_role("button", name="Misuse").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("counts against it").first.is_visible()
    page.keyboard.press("Space")
    assert not page.get_by_text("counts against it").first.is_visible()


def test_hostile_text_does_nothing_and_is_seen(hostile: Path, opened: Opener) -> None:
    page = opened(hostile, width=320)
    page.get_by_role("button", name="Show or hide all samples").click()
    for button in page.locator(".case button[data-do=fold]").all():
        button.click()
    page.wait_for_timeout(50)
    assert page.evaluate(HURT) is None
    assert page.locator("script").count() == 1 and page.locator("iframe, main img").count() == 0
    assert not overflow(page)
    assert "onfocus='window.hurt=5'" in page.locator("h1").inner_text()


def test_the_command_is_copied(small: Path, opened: Opener) -> None:
    page = opened(small)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    assert page.evaluate("getSelection().toString()").startswith("assay run test/run")
    assert page.evaluate("navigator.clipboard.readText()").startswith("assay run test/run")


def test_every_link_leads_to_a_place_in_the_page(small: Path, opened: Opener) -> None:
    page = opened(small)
    leads = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    assert leads and all(one.startswith("#") for one in leads)
    assert page.evaluate("all => all.filter(one => !document.getElementById(one.slice(1)))", leads) == []
    page.get_by_role("link", name="upstream").first.click()
    assert page.locator("dt:target").inner_text() == "upstream"


def test_without_script_the_page_still_says_what_it_says(small: Path, opened: Opener) -> None:
    page = opened(small, script=False)
    assert page.get_by_role("heading", name="Every task").is_visible()
    assert "safety" in page.locator(".verdict").inner_text()


def test_print_has_what_is_folded_but_not_what_may_be_harmful(small: Path, opened: Opener) -> None:
    page = opened(small, theme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("tr.cs:visible").count() == 3
    assert not page.get_by_text("Sure.").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.get_by_role("button", name="中文").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("tr.cs:visible").count() == 0


def test_print_opens_every_detail_and_shuts_it_again(report: Path, opened: Opener) -> None:
    page = opened(report)
    page.locator("details.dev summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("details:not([open])").count() == 0 and page.locator("details").count() >= 3
    assert page.locator("details.out li").first.is_visible() and page.locator("figure table").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 1


def test_print_has_two_samples_of_a_task_at_most_and_replies_below_prompts(small: Path, opened: Opener) -> None:
    page = opened(small)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("figure.op table").is_visible(), "what is drawn is said"
    for task in page.locator("tr.cs:visible").all():
        assert 1 <= task.locator("li.case:visible").count() <= 2
    asked, said = (page.locator(f".turn.{kind} .said:visible").first.bounding_box() for kind in ("asked", "reply"))
    assert asked is not None and said is not None
    assert said["y"] >= asked["y"] + asked["height"] and abs(said["x"] - asked["x"]) < 2


def test_printed_pages_have_model_date_and_number(small: Path, opened: Opener) -> None:
    run = stored(small.parent.parent / "named", {"safety/misuse": replies("rc")}, model='x/"};模')
    (run / "sessions.jsonl").write_text('{"began":1767225600.0,"ended":1767225660.0}', encoding="utf-8")
    page = opened(write_report(RunFolder(run)))
    rules = page.evaluate(
        "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).filter(rule => rule.type === 6)"
        ".map(rule => rule.cssText).join(' ')"
    )
    assert "counter(page)" in rules and "counter(pages)" in rules
    assert '模 · core · 2026-01-01 · assay 1"' in rules


def test_the_verdict_fits_one_screen_of_a_desk(report: Path, opened: Opener) -> None:
    for locale in ("en-GB", "zh-CN"):
        page = opened(report, width=1440, locale=locale)
        assert page.evaluate("innerHeight") == 900
        legend = page.locator(".grid .key").bounding_box()
        assert legend is not None and legend["y"] + legend["height"] <= 900
        links = page.locator(".dims .lw a").all()
        assert all((box := one.bounding_box()) is not None and box["height"] < 24 for one in links)


def test_what_the_toolkit_does_otherwise_is_listed_in_the_page(report: Path, opened: Opener) -> None:
    page = opened(report, width=320)
    page.locator("details.dev summary").click()
    row = page.locator("details.dev tbody tr").first
    assert "B" in row.locator("td").last.inner_text()
    assert not overflow(page)


def test_tables_of_what_it_took_fit_a_phone(tmp_path: Path, opened: Opener) -> None:
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    one = {"requests": 7034, "prompt": 322121, "completion": 1, "cost": 1.25}
    usage = {"by_model": {"openai/a-model-with-a-name": one}, "by_task": {"safety/misuse": {"m": one}}, "total": one}
    folder = RunFolder(run)
    folder.write("result.json", folder.read_result() | {"usage": usage})
    page = opened(write_report(folder), width=320)
    page.locator("details.cost summary").click()
    assert page.locator("details.cost table").count() == 2
    assert not overflow(page)


def test_a_chinese_reader_reads_chinese(report: Path, opened: Opener) -> None:
    """All but what is quoted, ids, names of data and models, and what was read out of a reply."""
    page = opened(report, locale="zh-CN")
    page.get_by_role("button", name="显示或隐藏全部样例").click()
    left = page.eval_on_selector_all(
        ".jd, .dims, .weakt, .inner th, .mt th, .case .k, .tasks > tbody > tr > th",
        """all => [...new Set(all.filter(one => one.checkVisibility()).map(one => one.innerText)
            .filter(text => /[a-z]{4,}/.test(text) && !/[\u4e00-\u9fff]/.test(text)))]""",
    )
    assert set(left) <= {"core", "LaTeX、Markdown"}


def test_charts_have_their_numbers_in_text(small: Path, opened: Opener) -> None:
    page = opened(small)
    assert page.locator("svg:not([aria-hidden=true])").count() == 0
    page.get_by_text("The numbers").first.click()
    table = page.locator("figure.op table")
    assert "this run" in table.inner_text() and "GPT-4" in table.inner_text()
    rows = [box["height"] for one in table.locator("tbody tr").all()[1:] if (box := one.bounding_box())]
    assert max(rows) < 40, "a name and its numbers stand on one line"


def test_a_pdf_is_printed_by_the_browser_that_is_there(small: Path, browser: object) -> None:
    from assay.reporting import printed

    out = printed(small, small.with_name("report.pdf"), "zh")
    assert out.read_bytes().startswith(b"%PDF-")
