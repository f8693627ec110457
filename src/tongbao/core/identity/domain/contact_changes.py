"""Changing the contacts one logs in by: what is confirmed, and what is refused."""

from enum import StrEnum
from typing import Final

from tongbao.core.identity.domain.contacts import Channel
from tongbao.core.identity.domain.step_up import Action
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

KIND: Final = "identity.contact.change"


class Change(StrEnum):
    """What is done to the contact of a kind; a user has at most one of each."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


def change_action(what: Change, channel: Channel, contact: str) -> Action:
    """Return what a step-up confirms: this change, of this kind, of exactly this contact.

    A new contact is named in full; one that is removed is named masked, so that the refusal of a
    request without a step-up does not tell the address to whoever sits at somebody's session.
    """
    return Action(KIND, {"kind": channel.value, "what": what.value, "contact": contact})


class UnknownContact(TongbaoError):
    """No such contact, or not one of the caller's; nothing of the kind to replace."""

    code = "identity.unknown_contact"
    kind = Kind.NOT_FOUND
    title = Text(zh="联系方式不存在", en="Unknown contact")


class ContactExists(TongbaoError):
    """The caller has a contact of this kind, or this very one."""

    code = "identity.contact_exists"
    kind = Kind.CONFLICT
    title = Text(zh="您已有此类联系方式", en="You have a contact of this kind")
    detail = Text(
        zh="手机号和邮箱各有一个；如要换成另一个，请选择更换。",
        en="There is one phone number and one e-mail address; to have another one, replace it.",
    )


class LastContact(TongbaoError):
    """Without it there would be no way to reach the user, or for them to reset a password."""

    code = "identity.last_contact"
    kind = Kind.CONFLICT
    title = Text(zh="不能移除唯一的联系方式", en="The only contact cannot be removed")
    detail = Text(
        zh="请先添加另一种联系方式，或更换此联系方式。",
        en="Add one of the other kind first, or replace this one.",
    )
