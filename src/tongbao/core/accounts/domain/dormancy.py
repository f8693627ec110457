"""When an account falls asleep (休眠)."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum


class Judgement(StrEnum):
    """What a day brings to an account that was quiet for long."""

    LEAVE = "leave"
    TELL = "tell"  # its holder is told that it will fall asleep
    SLEEP = "sleep"


def months_after(day: date, months: int) -> date:
    """Return the day so many months later (earlier, if negative), at most the month's last."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def quiet_since(day: date, *, months: int, notice: timedelta) -> date:
    """Return the day on or before which the last movement lies of all who may be told on `day`."""
    # A day more: the month's end makes going back and forth differ by up to three days.
    return months_after(day + notice, -months) + timedelta(days=3)


def asleep_on(last_moved_on: date, told_on: date, *, months: int, notice: timedelta) -> date:
    """Return the day an account falls asleep whose holder is told on `told_on`."""
    return max(months_after(last_moved_on, months), told_on + notice)


def judge(
    day: date,
    *,
    last_moved_on: date,
    told_on: date | None,
    small: bool,
    months: int,
    notice: timedelta,
) -> Judgement:
    """Return what the end of `day` brings; `small`: there is less than the bound on the account."""
    if not small or day < months_after(last_moved_on, months) - notice:
        return Judgement.LEAVE
    if told_on is None or told_on < last_moved_on:
        return Judgement.TELL
    if asleep_on(last_moved_on, told_on, months=months, notice=notice) <= day:
        return Judgement.SLEEP
    return Judgement.LEAVE
