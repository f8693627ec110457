"""Sending notices by e-mail and SMS, as each person wants them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.engagement.notices.domain import Channel, Notice, plan
from tongbao.engagement.notices.models import MessageRow
from tongbao.engagement.notices.service.preferences import preferences_of
from tongbao.infra import notify
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Text

SMS_A_DAY_MAX: Final = 20
DAY: Final = timedelta(days=1)
GOOD_FOR: Final = timedelta(days=1)

_SIGNED: Final = Text(zh="【通宝】", en="[Tongbao] ")
_FOOT: Final = Text(
    zh="\n\n详情请登录通宝查看。此邮件由系统发出，请勿回复；我们不会索取您的密码或验证码。"
    "可在“通知设置”中选择接收方式。",
    en="\n\nLog in to Tongbao to see more. Please do not reply to this message. We never ask for "
    "your password or a code. Choose how you are told under notification settings.",
)


def subject_of(notice: Notice) -> Text:
    """Return the subject of a notice's e-mail."""
    return Text(zh=_SIGNED.zh + notice.title.zh, en=_SIGNED.en + notice.title.en)


def email_of(notice: Notice) -> Text:
    """Return the text of a notice's e-mail."""
    return Text(zh=notice.body.zh + _FOOT.zh, en=notice.body.en + _FOOT.en)


def sms_of(notice: Notice) -> Text:
    """Return the text of a notice's SMS."""
    return Text(zh=_SIGNED.zh + notice.sms.zh, en=_SIGNED.en + notice.sms.en)


_TEMPLATES: Final[dict[tuple[str, int, Channel], notify.Template]] = {}


def declare_templates(notice: Notice) -> None:
    """Make the templates by which a notice is sent."""
    for channel, body in ((Channel.EMAIL, email_of(notice)), (Channel.PHONE, sms_of(notice))):
        _TEMPLATES[notice.code, notice.version, channel] = notify.template(
            f"notices.{notice.code}.{channel.value}",
            version=notice.version,
            kind=notify.Kind.ALERT if notice.critical else notify.Kind.INFORMATION,
            subject=subject_of(notice),
            body=body,
            good_for=GOOD_FOR,
        )


def template_of(notice: Notice, channel: Channel) -> notify.Template:
    """Return the template by which a notice is sent."""
    return _TEMPLATES[notice.code, notice.version, channel]


async def send(
    tx: WriteSession,
    notice: Notice,
    kept: Mapping[str, Any],
    *,
    notice_id: UUID,
    user_id: UUID,
    at: datetime,
) -> None:
    """Write the messages that go out of a notice to a person, now or after their quiet hours.

    An ordinary SMS beyond the person's daily cap is noted and not sent.
    """
    contacts = {
        Channel(each.contact.channel.value): each
        for each in await identity.contacts_of(tx, user_id=user_id)
    }
    if not contacts:
        return
    preferences = await preferences_of(tx, user_id=user_id)
    planned = plan(
        preferences,
        category=notice.category,
        critical=notice.critical,
        reachable=contacts,
        at=at,
    )
    for each in planned:
        reachable = contacts[each.channel]
        message_id = None
        if notice.critical or not await _is_capped(tx, user_id, each.channel, at):
            words = notice.words(kept, reachable.language)
            template = template_of(notice, each.channel)
            message_id = await notify.send(
                tx,
                to=notify.Recipient(each.channel.value, reachable.contact.address),
                template=template,
                facts={name: words[name] for name in template.facts},
                language=reachable.language,
                at=at,
                not_before=each.not_before if each.not_before > at else None,
            )
        await tx.execute(
            insert(MessageRow).values(
                notice_id=notice_id,
                channel=each.channel.value,
                user_id=user_id,
                message_id=message_id,
                critical=notice.critical,
                not_before=each.not_before,
                created_at=at,
            )
        )


async def _is_capped(tx: WriteSession, user_id: UUID, channel: Channel, at: datetime) -> bool:
    """Tell whether a person has had as many ordinary SMS in a day as anybody wants."""
    if channel is not Channel.PHONE:
        return False
    sent = await tx.scalar(
        select(func.count())
        .select_from(MessageRow)
        .where(
            MessageRow.user_id == user_id,
            MessageRow.channel == channel.value,
            MessageRow.created_at > at - DAY,
            MessageRow.message_id.is_not(None),
            ~MessageRow.critical,
        )
    )
    return (sent or 0) >= SMS_A_DAY_MAX
