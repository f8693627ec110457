"""Every page of the web application: whose it is and where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from playwright.async_api import APIRequestContext

from tongbao.app import demo

FIRM, COMPANY, MAKER = "firm", "company", "maker"
OPERATIONS, AUDITOR, ADMINISTRATOR = "operations", "auditor", "admin"
COMPLIANCE, RISK, PERSON = "compliance", "risk", "person"
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `{account}` in its address stands for the first account of whoever looks."""

    name: str
    who: str
    path: str


# What an address may name: where the API lists it, and by what it is asked.
LISTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "account": ("/accounts", {}),
    "agreement": ("/agreements", {"party_id": "{party}"}),
    "application": ("/lending/applications", {}),
    "case": ("/kyc/cases", {"state": "needs_staff"}),
    "consent": ("/agreements/consents", {"party_id": "{party}"}),
    "customer": ("/parties", {"text": "杭州恒筑"}),
    "delivery": ("/webhooks/endpoints/{endpoint}/deliveries", {}),
    "deposit": ("/deposits", {}),
    "endpoint": ("/webhooks/endpoints", {"client_id": "{partner}"}),
    "loan": ("/lending/loans", {}),
    "partner": ("/identity/clients", {}),
    "payment": ("/payments", {"account_id": "{account}"}),
    "proposal": ("/proposals", {}),
    "transaction": ("/ledger/transactions", {}),
    "user": ("/identity/users", {}),
}

PAGES: Final = (
    Listed("welcome", NOBODY, "/"),
    Listed("log-in", NOBODY, "/login"),
    Listed("register", NOBODY, "/register"),
    Listed("forgot", NOBODY, "/forgot"),
    Listed("recover", NOBODY, "/recover"),
    Listed("home", FIRM, "/home"),
    Listed("services", FIRM, "/services"),
    Listed("notices", FIRM, "/notices"),
    Listed("accounts", FIRM, "/accounts"),
    Listed("account", FIRM, "/accounts/{account}"),
    Listed("statements", FIRM, "/accounts/{account}/statements"),
    Listed("deposits", FIRM, "/deposits"),
    Listed("deposit-open", FIRM, "/deposits/open"),
    Listed("transfer", FIRM, "/transfer"),
    Listed("payments", FIRM, "/payments"),
    Listed("payment", FIRM, "/payments/{payment}"),
    Listed("payees", FIRM, "/payees"),
    Listed("payee-new", FIRM, "/payees/new"),
    Listed("one-click", FIRM, "/payees/one-click"),
    Listed("standing", FIRM, "/standing"),
    Listed("standing-new", FIRM, "/standing/new"),
    Listed("cards", FIRM, "/cards"),
    Listed("top-up", FIRM, "/top-up"),
    Listed("withdraw", FIRM, "/withdraw"),
    Listed("collect", FIRM, "/collect"),
    Listed("till-new", FIRM, "/collect/tills/new"),
    Listed("link-new", FIRM, "/collect/links/new"),
    Listed("request-new", FIRM, "/collect/requests/new"),
    Listed("scan", FIRM, "/scan"),
    Listed("pay-code", FIRM, "/pay-code"),
    Listed("loans", FIRM, "/loans"),
    Listed("loan-apply", FIRM, "/loans/apply"),
    Listed("loan", FIRM, "/loans/{loan}"),
    Listed("application", FIRM, "/loans/applications/{application}"),
    Listed("consents", FIRM, "/consents"),
    Listed("consent", FIRM, "/consents/{consent}"),
    Listed("agreements", FIRM, "/agreements"),
    Listed("agreement", FIRM, "/agreements/{agreement}"),
    Listed("bills", FIRM, "/bills"),
    Listed("limits", FIRM, "/limits"),
    Listed("identity", FIRM, "/identity"),
    Listed("open-firm", FIRM, "/open-firm"),
    Listed("open-account", FIRM, "/open-account"),
    Listed("invitations", FIRM, "/invitations"),
    Listed("approvals", COMPANY, "/approvals"),
    Listed("approval-keys", COMPANY, "/approvals/keys"),
    Listed("users", COMPANY, "/users"),
    Listed("user-invite", COMPANY, "/users/invite"),
    Listed("signing-policy", COMPANY, "/users/policy"),
    Listed("me", COMPANY, "/me"),
    Listed("security", COMPANY, "/me/security"),
    Listed("passkeys", COMPANY, "/me/security/passkeys"),
    Listed("authenticator", COMPANY, "/me/security/authenticator"),
    Listed("recovery-codes", COMPANY, "/me/security/recovery-codes"),
    Listed("password", COMPANY, "/me/security/password"),
    Listed("payment-password", COMPANY, "/me/security/payment-password"),
    Listed("devices", COMPANY, "/me/security/devices"),
    Listed("activity", COMPANY, "/me/security/activity"),
    Listed("notifications", COMPANY, "/me/notifications"),
    Listed("data", COMPANY, "/me/data"),
    Listed("help", COMPANY, "/me/help"),
    Listed("person-home", PERSON, "/home"),
    Listed("person-account", PERSON, "/accounts/{account}"),
    Listed("person-payees", PERSON, "/payees"),
    Listed("person-pay-code", PERSON, "/pay-code"),
    Listed("payroll", MAKER, "/payroll"),
    Listed("payroll-new", MAKER, "/payroll/new"),
    Listed("desk", OPERATIONS, "/staff"),
    Listed("desk-me", OPERATIONS, "/staff/me"),
    Listed("desk-proposals", OPERATIONS, "/staff/proposals"),
    Listed("desk-customers", OPERATIONS, "/staff/customers"),
    Listed("desk-customer", OPERATIONS, "/staff/customers/{customer}"),
    Listed("desk-kyc", OPERATIONS, "/staff/kyc"),
    Listed("desk-channels", OPERATIONS, "/staff/channels"),
    Listed("desk-routing", OPERATIONS, "/staff/channels/routing"),
    Listed("desk-reasons", OPERATIONS, "/staff/channels/reasons"),
    Listed("desk-payments", OPERATIONS, "/staff/payments"),
    Listed("desk-recalls", OPERATIONS, "/staff/payments/recalls"),
    Listed("desk-reconciliation", OPERATIONS, "/staff/reconciliation"),
    Listed("desk-reconciled-days", OPERATIONS, "/staff/reconciliation/days"),
    Listed("desk-suspense", OPERATIONS, "/staff/reconciliation/suspense"),
    Listed("desk-ledger", OPERATIONS, "/staff/ledger"),
    Listed("desk-reports", OPERATIONS, "/staff/ledger/reports"),
    Listed("desk-transaction", OPERATIONS, "/staff/ledger/transactions/{transaction}"),
    Listed("desk-terms", OPERATIONS, "/staff/terms"),
    Listed("desk-limit", OPERATIONS, "/staff/terms/limits/organisation_1_day"),
    Listed("desk-fees", OPERATIONS, "/staff/terms/fees"),
    Listed("desk-rates", OPERATIONS, "/staff/terms/rates"),
    Listed("desk-end-of-day", OPERATIONS, "/staff/end-of-day"),
    Listed("desk-partners", OPERATIONS, "/staff/partners"),
    Listed("desk-partner", OPERATIONS, "/staff/partners/{partner}"),
    Listed("desk-endpoint", OPERATIONS, "/staff/webhooks/{endpoint}"),
    Listed("desk-delivery", OPERATIONS, "/staff/webhooks/{endpoint}/deliveries/{delivery}"),
    Listed("desk-system", OPERATIONS, "/staff/system"),
    Listed("desk-case", RISK, "/staff/kyc/{case}"),
    Listed("desk-proposal", COMPLIANCE, "/staff/proposals/{proposal}"),
    Listed("desk-audit", AUDITOR, "/staff/audit"),
    Listed("desk-alerts", AUDITOR, "/staff/alerts"),
    Listed("desk-users", ADMINISTRATOR, "/staff/users"),
    Listed("desk-user", ADMINISTRATOR, "/staff/users/{user}"),
)
# Areas whose pages are reached by what they are about, or by a link, or have another name here.
ELSEWHERE: Final = frozenset({"company", "files", "instructions", "pay"})


def person(who: str) -> demo.DemoLogin:
    """Return the demo's log-in of that name."""
    return next(each for each in demo.LOGINS if each.login == who)


async def resolve(path: str, api: APIRequestContext, party: str) -> str:
    """Return an address with the ids that the API tells whoever asks."""

    async def found(name: str) -> str:
        if name == "party":
            return party
        where, asked = LISTS[name]
        where = await fill(where)
        query = {key: await fill(value) for key, value in asked.items()}
        answer = await api.get(f"/api/v1{where}?{urlencode(query)}")
        body: dict[str, Any] = await answer.json()
        assert body.get("items"), f"{where} has nothing: {body}"
        return str(body["items"][0]["id"])

    async def fill(text: str) -> str:
        for name in re.findall(r"\{(\w+)\}", text):
            text = text.replace(f"{{{name}}}", await found(name))
        return text

    return await fill(path)
