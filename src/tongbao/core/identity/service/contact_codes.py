"""Codes by SMS and e-mail as second factors of logging in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tongbao.core.identity.domain.codes import Purpose
from tongbao.core.identity.domain.contacts import Channel, Reachable
from tongbao.core.identity.domain.factors import register
from tongbao.core.identity.service.codes import issue_code, spend_code
from tongbao.core.identity.service.contacts import contacts_of, recipient
from tongbao.core.identity.service.messages import LOG_IN_CODE, RECOVERY_CODE
from tongbao.infra import notify
from tongbao.infra.db import ReadSession, WriteSession


class ContactCode:
    """A code sent to the user's verified contact of one kind."""

    def __init__(self, name: str, channel: Channel) -> None:
        self.name: Final = name
        self._channel: Final = channel

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has such a contact."""
        return await self._contact(tx, user_id) is not None

    async def ask(
        self, tx: WriteSession, user_id: UUID, purpose: Purpose, at: datetime, /
    ) -> dict[str, Any]:
        """Send a code that says what it is for; return where to, masked.

        Raises `notify.TooManyMessages`.
        """
        found = await self._contact(tx, user_id)
        assert found is not None, "asked of a user who has it"
        code_id, code = await issue_code(tx, purpose=Purpose.LOG_IN, subject=str(user_id), at=at)
        to = recipient(found.contact)
        await notify.send(
            tx,
            to=to,
            template=RECOVERY_CODE if purpose is Purpose.RECOVER_FACTORS else LOG_IN_CODE,
            facts={},
            secrets={"code": code},
            language=found.language,
            at=at,
        )
        return {"code_id": str(code_id), "sent_to": notify.mask_address(to)}

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        asked: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof["code"]` is the code that was sent; it is good once."""
        code, code_id = proof.get("code"), asked.get("code_id")
        if code_id is None:
            return False  # none was asked for
        return await spend_code(
            tx,
            code_id=UUID(code_id),
            purpose=Purpose.LOG_IN,
            subject=str(user_id),
            code=code if isinstance(code, str) else "",
            at=at,
        )

    async def _contact(self, tx: ReadSession, user_id: UUID) -> Reachable | None:
        found = await contacts_of(tx, user_id=user_id)
        return next((each for each in found if each.contact.channel is self._channel), None)


register(ContactCode("otp_sms", Channel.PHONE))
register(ContactCode("otp_email", Channel.EMAIL))
