"""The leaderboard in a browser: every control does what it says, the address keeps it, and nobody is shut out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assay.data.published import trustllm
from browsing import HOSTILE, HURT, overflow, violations
from commands import assay
from stored_runs import replies, stored

if TYPE_CHECKING:
    from playwright.sync_api import Page

Opened = Callable[..., Any]

PAGES = ("index.html", "findings.html", "models/llama2-7b.html", "models/test-best.html", "tasks/safety-misuse.html",
         "tasks/fairness-disparagement.html")  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaderboard")
    runs = [
        stored(folder / name, {"safety/misuse": replies(letters), "safety/exaggerated_safety": replies("c" * 20)})
        for name, letters in {"best": "r" * 60, "middle": "r" * 30 + "c" * 30}.items()
    ]
    official = {"name": "trustllm", "sha256": "e" * 64}
    runs.append(stored(folder / "official", {"safety/misuse": replies("r" * 50)}, data=official))
    assert assay("leaderboard", *runs, "--out", folder / "site").exit_code == 0
    return folder / "site"


def names(page: Page, body: str = "ranked") -> list[str]:
    """The models that are to be seen, from above."""
    found: list[str] = page.locator(f"#lb tbody.{body} tr[data-row]:visible th a").all_text_contents()
    return found


def head(page: Page, metric: str) -> Any:
    return page.locator(f"button[data-sort='{metric}']")


def column(page: Page, name: str) -> Any:
    return page.locator(f"th:has(> button[data-sort='{name}'])")


# ---- sorting ------------------------------------------------------------------------------------


def test_a_head_sorts_by_the_better_end_first_and_turns(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    assert names(page)[:3] == ["GPT-4", "Llama2-70b", "ChatGPT"]
    for metric, first, last in (
        ("safety.jailbreak/rta", "Llama2-70b", "Baichuan-13b"),
        ("safety.toxicity/avg_toxicity", "ERNIE", "GPT-4"),
        ("fairness.disparagement_sex/p_value", "Oasst-12b", "ERNIE"),
    ):
        head(page, metric).click()
        assert (names(page)[0], names(page)[-1]) == (first, last)
        better = trustllm().metrics[metric].better
        assert column(page, metric).get_attribute("aria-sort") == ("descending" if better == "higher" else "ascending")
        head(page, metric).click()
        assert (names(page)[0], names(page)[-1]) == (last, first)
    assert page.locator("[aria-sort=ascending], [aria-sort=descending]").count() == 1


def test_by_name_and_by_the_printed_average(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    head(page, "name").click()
    assert names(page) == sorted(names(page), key=str.lower)
    head(page, "published").click()
    averages = trustllm().printed_averages
    values = [averages[name] for name in names(page)]
    assert values == sorted(values)


def test_what_is_missing_is_last_both_ways(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    for _ in range(2):
        head(page, "safety.toxicity/avg_toxicity").click()
        assert set(names(page, "later")[2:]) == {"ChatGLM3", "GLM4", "Mixtral"}


def test_the_address_keeps_the_sort(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    head(page, "privacy.privacy_leakage/cd").click()
    head(page, "privacy.privacy_leakage/cd").click()
    order, address = names(page), page.url
    assert "sort=" in address
    again = opened(address)
    assert names(again) == order
    again.go_back()


def test_an_address_that_makes_no_sense_does_nothing(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html", query="#sort=__proto__&weights=x,,NaN,1e9&hide=99&pick=%3Cscript%3E&show=")
    assert len(names(page)) == 0  # `show=` leaves nobody
    page.get_by_role("button", name="Reset").click()
    assert names(page)[:3] == ["GPT-4", "Llama2-70b", "ChatGPT"]
    assert "#" not in page.url


# ---- finding, picking, hiding -------------------------------------------------------------------


def test_finding_a_model(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    page.get_by_label("Find a model").fill("LLAMA2")
    assert sorted(names(page)) == ["Llama2-13b", "Llama2-70b", "Llama2-7b"]
    assert names(page, "later") == []
    assert not page.locator("tbody.later .lh").is_visible()
    assert page.locator("#shown").text_content() == "3"
    assert "find=" in page.url
    assert sorted(names(opened(page.url))) == sorted(names(page))


def test_showing_by_access(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    page.get_by_label("open weights").uncheck()
    assert sorted(names(page)) == ["ChatGPT", "ERNIE", "GPT-4", "PaLM 2"]
    page.get_by_label("your runs").uncheck()
    assert names(page, "other") == []
    page.get_by_label("proprietary").uncheck()
    assert names(page) == []


def test_picking_models(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    for name in ("ERNIE", "Koala-13b"):
        page.get_by_role("checkbox", name=f"pick {name}").check()
    page.get_by_label("only what is picked below").check()
    assert names(page) == ["ERNIE", "Koala-13b"]
    assert names(opened(page.url)) == ["ERNIE", "Koala-13b"]


def test_hiding_a_dimension(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    assert page.locator("#lb tr").nth(2).locator("td:visible").count() == 33
    page.get_by_role("checkbox", name="Fairness").uncheck()
    assert page.locator("#lb tr").nth(2).locator("td:visible").count() == 27
    assert not head(page, "fairness.preference/rta").is_visible()
    head(page, "robustness.advglue/rs").click()
    assert names(page)[0] == "PaLM 2"


def test_where_nobody_is_left_it_says_so_and_how_to_get_all_back(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    everybody = names(page)
    said, back = page.get_by_text("No model matches."), page.get_by_role("button", name="Show all models")
    assert said.is_hidden()
    page.get_by_label("Find a model").fill("nobody of this name")
    assert said.is_visible() and names(page) == []
    back.press("Enter")
    assert said.is_hidden() and names(page) == everybody and "#" not in page.url
    assert page.evaluate("document.activeElement.name") == "find"
    page.get_by_label("only what is picked below").check()  # nobody is picked
    page.get_by_label("proprietary").uncheck()
    assert said.is_visible()
    back.click()
    assert names(page) == everybody and page.get_by_label("proprietary").is_checked()
    page = opened(site / "index.html", query="#find=nobody", locale="zh-CN", width=320)
    assert page.get_by_text("没有符合的模型。").is_visible()
    assert violations(page) == [] and overflow(page) == []


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_eleven_models_stand_on_the_first_screen(locale: str, opened: Opened, site: Path) -> None:
    page = opened(site / "index.html", width=1440, height=900, locale=locale)
    ends = page.evaluate(
        "[...document.querySelectorAll('tr[data-row]')].map((row) => row.getBoundingClientRect().bottom)"
    )
    assert sum(end <= 900 for end in ends) >= 11


# ---- weighing -----------------------------------------------------------------------------------


def test_weights_give_the_average_of_what_counts(opened: Opened, site: Path) -> None:
    from assay.findings.averages import averages

    page = opened(site / "index.html")
    assert not column(page, "weighed").is_visible()
    for name in ("Safety", "Fairness", "Robustness", "Privacy", "Machine ethics"):
        page.get_by_role("spinbutton", name=f"weight of {name}").fill("0")
    ours = averages(trustllm(), "corrected", "truthfulness")
    assert names(page)[0] == next(iter(ours)) == "ChatGPT"
    shown = page.locator("#lb tbody.ranked tr").first.locator("td.we").text_content()
    assert shown == f"{ours['ChatGPT']:.2f}"
    assert names(opened(page.url)) == names(page)


def test_each_dimension_counts_once(opened: Opened, site: Path) -> None:
    from assay.findings.averages import averages

    page = opened(site / "index.html")
    page.get_by_label("each counts once").check()
    of = [averages(trustllm(), "corrected", section) for section in trustllm().sections]
    row = page.locator("tr[data-row='gpt-4'] td.we")
    assert row.text_content() == f"{sum(one['GPT-4'] for one in of) / 6:.2f}"
    page.get_by_role("button", name="Reset").click()
    column(page, "weighed").wait_for(state="hidden")


def test_no_weight_at_all_is_missing_and_no_error(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html", query="#weights=0,0,0,0,0,0")
    assert set(page.locator("#lb tbody.ranked td.we").all_text_contents()) == {"–"}


# ---- for everybody ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "theme", "locale"), [(320, "dark", "zh-CN"), (1440, "light", "en-GB")])
def test_it_is_accessible_and_fits(name: str, width: int, theme: str, locale: str, opened: Opened, site: Path) -> None:
    page = opened(site / name, width=width, theme=theme, locale=locale)
    assert violations(page, ("moderate", "serious", "critical")) == []
    assert overflow(page) == []


LETTERS = """() => [...document.querySelectorAll("svg.chart text")].filter((one) => one.checkVisibility())
  .map((one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)"""


@pytest.mark.parametrize("name", ["index.html", "findings.html"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_letters_of_a_chart_can_be_read(width: int, name: str, opened: Opened, site: Path) -> None:
    letters = opened(site / name, width=width).evaluate(LETTERS)
    assert len(letters) > 10 and min(letters) > 11.5
    if width < 700:
        assert overflow(opened(site / name, width=width)) == []


@pytest.mark.parametrize("name", ["tasks/safety-misuse.html", "index.html"])
def test_code_is_no_smaller_than_captions(name: str, opened: Opened, site: Path) -> None:
    sizes = "[...document.querySelectorAll('.mono')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
    found = opened(site / name).evaluate(sizes)
    assert found and min(found) >= 12


def test_a_phone_says_which_number_is_which(opened: Opened, site: Path) -> None:
    page = opened(site / "tasks/safety-misuse.html", width=320)
    row = page.locator("tr", has=page.get_by_role("link", name="GPT-4")).first
    assert " ".join(row.inner_text().split()) == "GPT-4 0.924 rank as published 4 corrected 4"
    wide = opened(site / "tasks/safety-misuse.html", width=1440)
    row = wide.locator("tr", has=wide.get_by_role("link", name="GPT-4")).first
    assert " ".join(row.inner_text().split()) == "GPT-4 0.924 4 4"
    page = opened(site / "models/llama2-7b.html", width=320, locale="zh-CN")
    assert "位次 2 / 16" in " ".join(page.locator("main").inner_text().split())
    assert "按原榜" in page.locator("table.bars tbody").first.inner_text()


def test_both_languages(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html", locale="zh-CN")
    assert page.get_by_role("heading", level=1).inner_text().startswith("重读")
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("The published")
    assert page.get_by_role("checkbox", name="pick GPT-4", exact=True).count() == 1


def test_by_keyboard_alone(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    page.get_by_label("Find a model").focus()
    page.keyboard.type("vicuna")
    assert len(names(page)) == 3
    head(page, "safety.misuse/rta").focus()
    page.keyboard.press("Enter")
    assert names(page) == ["Vicuna-13b", "Vicuna-33b", "Vicuna-7b"]
    page.keyboard.press("Enter")
    assert names(page) == ["Vicuna-7b", "Vicuna-33b", "Vicuna-13b"]


def test_links_lead_to_model_task_and_note(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html")
    page.locator("#lb").get_by_role("link", name="Llama2-7b").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Llama2-7b"
    page.get_by_role("link", name="Jailbreak refused").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Jailbreak"
    page.get_by_role("link", name="Leaderboard").click()
    page.locator("a.su").first.click()
    assert page.url.endswith("#n-a")
    assert names(page)[0] == "GPT-4"


def test_without_script_the_table_is_there(opened: Opened, site: Path) -> None:
    page = opened(site / "index.html", script=False)
    assert names(page)[:2] == ["GPT-4", "Llama2-70b"]


def test_nothing_leaves_the_page(opened: Opened, site: Path) -> None:
    for name in PAGES:
        opened(site / name)  # the fixture fails on any request, error or dialog


def test_names_that_mean_harm_do_nothing(opened: Opened, tmp_path: Path) -> None:
    runs = [
        stored(tmp_path / f"run{number}", {"safety/misuse": replies("rrcc")}, model=hostile[:3000])
        for number, hostile in enumerate(HOSTILE.values())
    ]
    assay("leaderboard", *runs, "--out", tmp_path / "site")
    for name in ("index.html", "findings.html", "tasks/safety-misuse.html"):
        page = opened(tmp_path / "site" / name)
        assert page.evaluate(HURT) is None
        assert overflow(page) == []
