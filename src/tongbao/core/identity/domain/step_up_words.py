"""What a message that carries a code says of the action it confirms."""

import re
from collections.abc import Mapping
from typing import Final

from tongbao.core.identity.domain.step_up import Action
from tongbao.kernel.text import Text


def described(action: Action) -> Text:
    """Return what a message that carries a code says of an action.

    For a payment payee and amount, for a contact which one. The facts are the caller's own words,
    so they are cut short and cannot hold an address to click.
    """
    for kinds, says in (
        ("identity.contact.change", _contact_change),
        ("payments.limits.", _limit_change),
        ("lending.accept", _loan),
        ("bulk.", _file),
    ):
        if action.kind.startswith(kinds):
            return says(action)
    if action.kind == "payments.one_click.set" or not action.kind.startswith("payments."):
        return action.rule.text
    name = _plain(action.facts.get("creditor_name", ""), 30)
    number = _plain(action.facts.get("creditor_account_number", ""), 34)[-4:]
    if action.kind == "payments.payee.confirm":
        return Text(
            zh=f"确认收款人 {name}（账号尾号 {number}）",
            en=f"the payee {name} (account ending in {number})",
        )
    amount = _plain(action.facts.get("amount", ""), 24)
    currency = _plain(action.facts.get("currency", ""), 3)
    return Text(
        zh=f"向 {name}（账号尾号 {number}）付款 {currency} {amount}",
        en=f"the payment of {currency} {amount} to {name} (account ending in {number})",
    )


def _limit_change(action: Action) -> Text:
    """Return which limit is to be how much, and for how long."""
    zh, en = (_plain(action.facts.get(f"limit_{each}", ""), 40) for each in ("zh", "en"))
    maximum = _plain(action.facts.get("maximum", ""), 28)
    hours = _plain(action.facts.get("hours", ""), 2)
    return Text(
        zh=f"将限额“{zh}”调整为 {maximum}" + (f"（{hours} 小时）" if hours else ""),
        en=f"the limit '{en}' of {maximum}" + (f" for {hours} hours" if hours else ""),
    )


def _file(action: Action) -> Text:
    """Return how many payments a file has and what they come to."""
    amount = _plain(action.facts.get("amount", ""), 24)
    currency = _plain(action.facts.get("currency", ""), 3)
    count = _plain(action.facts.get("payments", ""), 6)
    return Text(
        zh=f"共 {count} 笔、合计 {currency} {amount} 的付款文件",
        en=f"a file of {count} payments, {currency} {amount} in all",
    )


def _loan(action: Action) -> Text:
    """Return which agreement is signed: by what is paid out."""
    amount = _plain(action.facts.get("amount", ""), 24)
    currency = _plain(action.facts.get("currency", ""), 3)
    return Text(
        zh=f"签署 {currency} {amount} 的贷款合同",
        en=f"signing a loan agreement of {currency} {amount}",
    )


_CHANGES: Final[Mapping[str, Text]] = {
    "add": Text(zh="绑定", en="adding"),
    "replace": Text(zh="更换为", en="changing to"),
    "remove": Text(zh="解绑", en="removing"),
}


def _contact_change(action: Action) -> Text:
    """Return which contact is changed: a phone by its end, an e-mail address without its domain."""
    does = _CHANGES.get(action.facts.get("what", ""))
    contact = action.facts.get("contact", "")
    if does is None:
        return action.rule.text
    if action.facts.get("kind") == "phone":
        end = _plain(contact, 34)[-4:]
        which = Text(zh=f"手机号（尾号 {end}）", en=f"the phone number ending in {end}")
    else:
        mailbox = _plain(contact.partition("@")[0], 30)
        which = Text(zh=f"邮箱（用户名 {mailbox}）", en=f"the e-mail address of {mailbox}")
    return Text(zh=f"{does.zh}{which.zh}", en=f"{does.en} {which.en}")


def _plain(text: str, length_max: int) -> str:
    """Return letters, digits and blanks of a fact, and points between digits."""
    kept = re.sub(r"[^\w .·-]|(?<!\d)\.|\.(?!\d)|_", "", text)
    return " ".join(kept.split())[:length_max]
