"""Options of ``dronectl plan`` that a hostile or a mistaken value must not get past."""

from __future__ import annotations

from datetime import datetime

import click
import pytest

from dronectl.cli.plan.common import date_option, plan_name


def name_of(text: str) -> str | None:
    return plan_name(click.Context(click.Command("build")), click.Option(["--name"]), text)


@pytest.mark.parametrize("name", ["morning", "แผน เช้า", "ลาด\u200bตระเวน", "demo+lake_perimeter", "ก" * 80])
def test_a_plan_may_be_called_so(name: str) -> None:
    assert name_of(f" {name} ") == name


@pytest.mark.parametrize(
    "name", ["", "  ", "..", "../../x", "a/b", "a\\b", "C:x", ".x", "a\nb", "a\x1b[31m", "a\u202eb"]
)
def test_a_name_that_leaves_the_plans_or_breaks_a_line_is_refused(name: str) -> None:
    with pytest.raises(click.BadParameter, match="no name for a folder"):
        name_of(name)


def test_a_name_too_long_for_a_folder_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="at most 80"):
        name_of("ก" * 81)


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "2569-03-01", "9999-12-31"])
def test_a_day_of_no_calendar_or_of_the_buddhist_era_is_refused(day: str) -> None:
    @click.command()
    @date_option
    def command(day: datetime) -> None: ...

    with pytest.raises(click.BadParameter, match="is not from 1970 to 2199"):
        command.make_context("check", ["--date", day])
    assert command.make_context("check", ["--date", "2199-12-31"]).params["day"].year == 2199
