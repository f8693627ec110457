"""What waits for a second person, and what became of it."""

from collections.abc import Sequence
from typing import Final

from tongbao.core.identity import service as identity
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ID, PHRASE
from tongbao.engagement.notices.service.declaring import Telling, Told, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.infra.proposals import registered_actions
from tongbao.infra.proposals.events import ProposalMade
from tongbao.kernel.text import Text

TO_APPROVE: Final = notice(
    "proposals.to_approve",
    category=Category.SERVICE,
    places={"what": PHRASE, "proposal_id": ID},
    title=Text(zh="待您复核：{what}", en="Waiting for you: {what}"),
    body=Text(
        zh="有一项“{what}”等待复核。请登录核对内容后同意或拒绝。",
        en="“{what}” waits for a second person. Log in, check what it says, and approve or refuse.",
    ),
    sms=Text(
        zh="有一项“{what}”待您复核，请登录处理。",
        en="“{what}” waits for your approval; please log in.",
    ),
    link="/approvals/{proposal_id}",
)


@tells(ProposalMade)
async def _made(_known: Known, event: ProposalMade) -> Sequence[Telling]:
    """Tell those of the party who may approve it, but not its maker."""
    action = registered_actions().get(event.action)
    if action is None or event.party_id is None:
        return []
    roles = frozenset(
        role for role, held in identity.MEMBER_PERMISSIONS.items() if action.approve in held
    )
    values = {"what": action.title, "proposal_id": event.proposal_id}
    return [
        Told(
            party_id=event.party_id,
            roles=roles,
            but=event.maker_id,
            notice=TO_APPROVE,
            values=values,
        )
    ]
