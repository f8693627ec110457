"""Loans."""

from collections.abc import Sequence
from typing import Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, ID, PERCENT
from tongbao.engagement.notices.service.declaring import (
    MANAGERS,
    Shown,
    Telling,
    Told,
    tell,
    tells,
)
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text
from tongbao.products.lending.events import (
    ApplicationClosed,
    ApplicationDecided,
    ApplicationSubmitted,
    LoanDisbursed,
    LoanRepaid,
    ReviewOpened,
)

_LINK: Final = "/loans/applications/{application_id}"
_APPLICATION: Final = {"application_id": ID}

APPROVED: Final = notice(
    "loans.approved",
    category=Category.LOANS,
    places={**_APPLICATION, "limit": AMOUNT, "annual_rate": PERCENT},
    title=Text(zh="贷款申请已通过：{limit}", en="Your loan is approved: {limit}"),
    body=Text(
        zh="可借额度 {limit}，年化利率（单利）{annual_rate}。请登录确认条款并签约，签约后放款。",
        en="You can borrow {limit} at {annual_rate} a year (simple interest). Log in to read the "
        "terms and sign; the money follows.",
    ),
    sms=Text(
        zh="贷款申请已通过，额度{limit}，年化利率（单利）{annual_rate}，请登录签约。",
        en="Loan approved: {limit} at {annual_rate} a year. Log in to sign.",
    ),
    link=_LINK,
)
REFUSED: Final = notice(
    "loans.refused",
    category=Category.LOANS,
    places=_APPLICATION,
    title=Text(zh="贷款申请未通过", en="Your loan was not approved"),
    body=Text(
        zh="此次申请未通过。登录可查看原因以及怎样有助于下次通过。",
        en="This application was not approved. Log in to see the reasons and what would help.",
    ),
    sms=Text(
        zh="贷款申请未通过，原因请登录查看。",
        en="Your loan was not approved. Log in to see why.",
    ),
    link=_LINK,
)
REFERRED: Final = notice(
    "loans.referred",
    category=Category.LOANS,
    places=_APPLICATION,
    title=Text(zh="贷款申请转人工审核", en="A person looks at your application"),
    body=Text(
        zh="此次申请需要人工审核，有结果会立即通知您，无需重复申请。",
        en="This application needs a person's look. We tell you as soon as it is decided; there "
        "is no need to apply again.",
    ),
    sms=Text(
        zh="贷款申请转人工审核，有结果会通知您。",
        en="A person looks at your loan application; we will tell you.",
    ),
    link=_LINK,
)
CLOSED: Final = notice(
    "loans.application_closed",
    category=Category.LOANS,
    places=_APPLICATION,
    title=Text(zh="贷款申请已关闭", en="Your application was closed"),
    body=Text(
        zh="此次申请已关闭，没有放款。原因请登录查看，需要时可重新申请。",
        en="This application was closed and nothing was paid out. Log in to see why; you can "
        "apply again.",
    ),
    sms=Text(
        zh="贷款申请已关闭，原因请登录查看。",
        en="Your loan application was closed. Log in to see why.",
    ),
    link=_LINK,
)
DISBURSED: Final = notice(
    "loans.disbursed",
    category=Category.LOANS,
    places={"loan_id": ID, "principal": AMOUNT, "annual_rate": PERCENT},
    title=Text(zh="贷款已放款 {principal}", en="Your loan is paid out: {principal}"),
    body=Text(
        zh="{principal} 已到账，年化利率（单利）{annual_rate}，按日计息，可随时还款。",
        en="{principal} is in your account at {annual_rate} a year (simple interest), counted by "
        "the day; repay any day.",
    ),
    sms=Text(
        zh="贷款{principal}已到账，年化利率（单利）{annual_rate}。",
        en="Loan of {principal} paid out at {annual_rate} a year.",
    ),
    link="/loans/{loan_id}",
)
REPAID: Final = notice(
    "loans.repaid",
    category=Category.LOANS,
    places={"loan_id": ID, "principal": AMOUNT, "interest": AMOUNT, "outstanding": AMOUNT},
    title=Text(zh="已还贷款 {principal}", en="Loan repaid: {principal}"),
    body=Text(
        zh="已归还本金 {principal}、利息 {interest}，待还本金 {outstanding}。",
        en="Principal of {principal} and interest of {interest} were paid; {outstanding} is still "
        "owed.",
    ),
    sms=Text(
        zh="已还贷款本金{principal}、利息{interest}，待还{outstanding}。",
        en="Loan: {principal} and {interest} interest paid, {outstanding} still owed.",
    ),
    link="/loans/{loan_id}",
)
REVIEW: Final = notice(
    "loans.review_opened",
    category=Category.LOANS,
    places=_APPLICATION,
    title=Text(zh="授信额度正在复查", en="Your credit line is being reviewed"),
    body=Text(
        zh="授信所依据的数据授权已结束，我们会复查额度。登录可查看详情或重新授权。",
        en="A consent that your credit line rests on has ended, so we review the line. Log in to "
        "see more or to consent again.",
    ),
    sms=Text(
        zh="数据授权已结束，授信额度将复查，详情请登录查看。",
        en="A consent has ended; your credit line is reviewed. Log in to see more.",
    ),
    link=_LINK,
)


@tells(ApplicationSubmitted)
async def _submitted(_known: Known, event: ApplicationSubmitted) -> Sequence[Telling]:
    data = {"id": str(event.application_id), "status": "submitted"}
    return [Shown(party_id=event.party_id, kind="application", data=data)]


@tells(ApplicationDecided)
async def _decided(_known: Known, event: ApplicationDecided) -> Sequence[Telling]:
    values: dict[str, object] = {"application_id": event.application_id}
    if event.outcome == "approved":
        which = APPROVED
        values |= {"limit": event.limit, "annual_rate": event.annual_rate}
    else:
        which = REFUSED if event.outcome == "refused" else REFERRED
    data = {"id": str(event.application_id), "status": event.outcome}
    return [
        Told(party_id=event.party_id, notice=which, values=values),
        Shown(party_id=event.party_id, kind="application", data=data),
    ]


@tells(ApplicationClosed)
async def _closed(_known: Known, event: ApplicationClosed) -> Sequence[Telling]:
    data = {"id": str(event.application_id), "status": "closed"}
    return [Shown(party_id=event.party_id, kind="application", data=data)]


@tells(LoanDisbursed)
async def _disbursed(_known: Known, event: LoanDisbursed) -> Sequence[Telling]:
    data = {"id": str(event.application_id), "status": "disbursed"}
    return [Shown(party_id=event.party_id, kind="application", data=data)]


tell(ApplicationClosed, CLOSED, lambda event: {"application_id": event.application_id})
tell(
    LoanDisbursed,
    DISBURSED,
    lambda event: {
        "loan_id": event.loan_id,
        "principal": event.principal,
        "annual_rate": event.annual_rate,
    },
)
tell(
    LoanRepaid,
    REPAID,
    lambda event: {
        "loan_id": event.loan_id,
        "principal": event.principal,
        "interest": event.interest,
        "outstanding": event.outstanding,
    },
)
tell(ReviewOpened, REVIEW, lambda event: {"application_id": event.application_id}, roles=MANAGERS)
