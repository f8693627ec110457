"""Who may do what at every address of the API, worked out from the routes themselves.

A route that names a permission at its door (`require`) needs no entry here. One that does not says
below whose things it is about; a test fails for a route that says neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tongbao.core.identity.service import (
    CATALOGUE,
    MEMBER_PERMISSIONS,
    ROLE_PERMISSIONS,
    ROLE_WORDS,
    SEPARATED,
    MemberRole,
    Reach,
    Role,
    Sensitivity,
)
from tongbao.infra.guards import guards_of
from tongbao.infra.proposals import registered_actions

METHODS: Final = ("get", "post", "put", "patch", "delete")
API: Final = "/api/"


class May(StrEnum):
    """How far somebody reaches at an address."""

    ALL = "all"  # everybody's, or the bank's
    OWN = "own"  # of parties they act for, with their role there
    SELF = "self"  # about themself
    INVOLVED = "involved"  # what they proposed, may approve, or what is their party's
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What an address asks.

    `OWN`: whoever acts for the party and holds `permission` there, if one is named; holders of
    `any_permission` reach everybody's. `ALL`: only those. `SELF`, `INVOLVED`: every user.
    """

    kind: May = May.OWN
    permission: str | None = None
    any_permission: str | None = None
    public: bool = False


_INVOLVED: Final = Door(kind=May.INVOLVED, any_permission="proposals:read_any")

_ABOUT_ONESELF: Final = (
    "identity_accept_invitation",
    "identity_add_passkey",
    "identity_ask_step_up",
    "identity_begin_contact_change",
    "identity_begin_link",
    "identity_begin_passkey",
    "identity_cancel_recovery",
    "identity_change_password",
    "identity_confirm_contact_change",
    "identity_confirm_step_up",
    "identity_confirm_totp",
    "identity_current_session",
    "identity_exchange_session",
    "identity_factors",
    "identity_link_by_ticket",
    "identity_list_contacts",
    "identity_list_devices",
    "identity_list_invitations",
    "identity_list_links",
    "identity_list_passkeys",
    "identity_list_security_events",
    "identity_list_sessions",
    "identity_log_out",
    "identity_log_out_elsewhere",
    "identity_log_out_here",
    "identity_me",
    "identity_read_recovery",
    "identity_remove_contact",
    "identity_remove_passkey",
    "identity_remove_totp",
    "identity_rename_passkey",
    "identity_replace_recovery_codes",
    "identity_revoke_device",
    "identity_revoke_session",
    "identity_set_payment_password",
    "identity_set_up_totp",
    "identity_unlink",
    "notices_archive",
    "notices_change_preferences",
    "notices_count_unread",
    "notices_follow",
    "notices_list_notices",
    "notices_mark_all_read",
    "notices_mark_read",
    "notices_read_notice",
    "notices_read_preferences",
    "proposals_list_mine",
    "proposals_list_to_approve",
)
_PARTY_READ: Final = Door(any_permission="parties:read_any")
_PARTY_MAINTAINED: Final = Door(
    permission="parties:maintain", any_permission="parties:maintain_any"
)
_ERASED: Final = Door(permission="privacy:erase", any_permission="privacy:erase_any")
_REVEALED: Final = Door(permission="privacy:reveal", any_permission="privacy:reveal_any")
_APPLIED: Final = Door(permission="parties:apply", any_permission="parties:apply_any")

# By operation, those that name no permission at the door.
OPEN_DOORS: Final[Mapping[str, Door]] = {
    **dict.fromkeys(_ABOUT_ONESELF, Door(kind=May.SELF)),
    "accounts_awaken": Door(permission="accounts:awaken"),
    "accounts_close": Door(permission="accounts:close", any_permission="accounts:close_any"),
    "accounts_get_account": Door(any_permission="accounts:read_any"),
    "accounts_export_entries": Door(any_permission="accounts:read_any"),
    "accounts_get_balance": Door(any_permission="accounts:read_any"),
    "accounts_get_pockets": Door(any_permission="accounts:read_any"),
    "accounts_list_accounts": Door(any_permission="accounts:read_any"),
    "accounts_list_entries": Door(any_permission="accounts:read_any"),
    "accounts_list_restraints": Door(any_permission="accounts:read_any"),
    "accounts_open_account": Door(permission="accounts:open", any_permission="accounts:open_any"),
    "agreements_get_agreement": Door(any_permission="agreements:read_any"),
    "agreements_get_consent": Door(any_permission="agreements:read_any"),
    "agreements_get_history": Door(any_permission="agreements:read_any"),
    "agreements_get_document": Door(any_permission="agreements:read_any"),
    "agreements_print_receipt": Door(any_permission="agreements:read_any"),
    "agreements_verify_document": Door(kind=May.SELF),
    "agreements_get_receipt": Door(any_permission="agreements:read_any"),
    "agreements_list_agreements": Door(any_permission="agreements:read_any"),
    "agreements_list_consents": Door(any_permission="agreements:read_any"),
    "deposits_list_deposits": Door(any_permission="deposits:read_any"),
    "deposits_read_certificate": Door(any_permission="deposits:read_any"),
    "deposits_read_deposit": Door(any_permission="deposits:read_any"),
    "deposits_read_quote": Door(any_permission="deposits:read_any"),
    "sources_list_fetches": Door(any_permission="agreements:read_any"),
    "identity_read_company": Door(any_permission="identity:read_users"),
    "kyc_add_picture": _APPLIED,
    "kyc_ask_for_check": _APPLIED,
    "kyc_get_case": _PARTY_READ,
    "kyc_list_cases": _PARTY_READ,
    "kyc_open_case": _APPLIED,
    "kyc_put_id_card": _APPLIED,
    "kyc_put_licence": _APPLIED,
    "lending_list_applications": Door(any_permission="lending:read_any"),
    "lending_list_loans": Door(any_permission="lending:read_any"),
    "lending_read_application": Door(any_permission="lending:read_any"),
    "lending_read_loan": Door(any_permission="lending:read_any"),
    "parties_add_address": _PARTY_MAINTAINED,
    "parties_add_contact": _PARTY_MAINTAINED,
    "parties_get_level": _PARTY_READ,
    "parties_get_organisation": _PARTY_READ,
    "parties_get_party": _PARTY_READ,
    "parties_get_person": _PARTY_READ,
    "parties_list_addresses": _PARTY_READ,
    "parties_list_contacts": _PARTY_READ,
    "parties_list_documents": _PARTY_READ,
    "parties_list_parties": _PARTY_READ,
    "parties_list_relationships": _PARTY_READ,
    "parties_make_primary": _PARTY_MAINTAINED,
    "parties_remove_address": _PARTY_MAINTAINED,
    "parties_remove_contact": _PARTY_MAINTAINED,
    "privacy_erase": _ERASED,
    "privacy_export": Door(permission="privacy:export"),
    "privacy_get_erasure": _ERASED,
    "privacy_reveal_contact": _REVEALED,
    "privacy_reveal_document": _REVEALED,
    "privacy_reveal_evidence": _REVEALED,
    "privacy_reveal_picture": _REVEALED,
    "payments_list_limits": Door(any_permission="limits:read_any"),
    "payments_list_payments": Door(any_permission="payments:read_any"),
    "payments_list_payees": Door(),
    "payments_read_one_click": Door(),
    "payments_read_payee": Door(),
    "payments_download_receipt": Door(any_permission="payments:read_any"),
    "payments_order_receipt": Door(any_permission="payments:read_any"),
    "payments_read_receipt": Door(any_permission="payments:read_any"),
    "payments_read_payment": Door(any_permission="payments:read_any"),
    "proposals_approve": _INVOLVED,
    "proposals_read_proposal": _INVOLVED,
    "proposals_refuse": _INVOLVED,
    "proposals_withdraw": _INVOLVED,
    **dict.fromkeys(
        (
            "statements_download_camt053",
            "statements_download_csv",
            "statements_get_document",
            "statements_get_file",
            "statements_list_documents",
            "statements_list_months",
            "statements_read_statement",
        ),
        Door(any_permission="accounts:read_any"),
    ),
    **dict.fromkeys(
        (
            "standing_list_occurrences",
            "standing_list_orders",
            "standing_list_upcoming",
            "standing_read_order",
        ),
        Door(any_permission="payments:read_any"),
    ),
    "statements_order_document": Door(
        permission="statements:issue", any_permission="statements:issue_any"
    ),
}


@dataclass(frozen=True, slots=True)
class Address:
    """An operation of the API and what it asks; `door` is None where nobody has said."""

    operation: str
    method: str
    path: str
    door: Door | None


def addresses(app: FastAPI) -> list[Address]:
    """Return every operation of the API, in the order of path and method."""
    dependants = {
        (method.lower(), context.path_format): context.dependant
        for context in iter_route_contexts(app.routes)
        if isinstance(getattr(context, "dependant", None), Dependant)
        for method in context.methods or ()
    }
    return [
        Address(facts["operationId"], method, path, _door(facts, dependants[method, path]))
        for path, methods in sorted(app.openapi()["paths"].items())
        if path.startswith(API)
        for method, facts in methods.items()
        if method in METHODS
    ]


def reach(door: Door, role: Role | MemberRole) -> May:
    """Return how far a role reaches through a door."""
    if door.public or door.kind in {May.SELF, May.INVOLVED}:
        return May.ALL if door.public else door.kind
    if isinstance(role, MemberRole):
        if door.kind is May.ALL:
            return May.NOTHING
        held = MEMBER_PERMISSIONS[role]
        return May.OWN if door.permission is None or door.permission in held else May.NOTHING
    held = ROLE_PERMISSIONS[role]
    if door.any_permission is not None:
        return May.ALL if door.any_permission in held else May.NOTHING
    return May.ALL if door.permission in held else May.NOTHING


def markdown(app: FastAPI) -> str:
    """Return the page of permissions: the catalogue, roles, separated duties, and every address."""
    return "\n".join(_page(app)) + "\n"


def _door(facts: Mapping[str, str], dependant: Dependant) -> Door | None:
    guards = guards_of(dependant)
    if guards.public:
        return Door(public=True)
    if facts["operationId"] in OPEN_DOORS:
        return OPEN_DOORS[facts["operationId"]]
    if len(guards.permissions) != 1:
        return None
    (needed,) = (each.permission for each in guards.permissions)
    if CATALOGUE[needed].reach is Reach.OWN:
        return Door(permission=needed)
    return Door(kind=May.ALL, any_permission=needed)


STAFF: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.SERVICE})
_NAMES: Final[Mapping[Reach | Sensitivity, str]] = {
    Reach.OWN: "own party 本主体",
    Reach.ANY: "any customer 所有客户",
    Reach.SYSTEM: "the bank 本行",
    Sensitivity.ORDINARY: "ordinary 一般",
    Sensitivity.SENSITIVE: "sensitive 敏感",
    Sensitivity.CRITICAL: "critical 关键",
}


def _page(app: FastAPI) -> Iterator[str]:
    yield "# Permissions 权限"
    yield ""
    yield "Written by `tongbao permissions --markdown` from the code; a test holds it to that."
    yield "How it is meant: [identity](modules/identity.md), [proposals](modules/proposals.md)."
    yield ""
    yield "## The catalogue"
    yield ""
    yield from _table(
        ["permission", "中文", "English", "reach", "sensitivity"],
        (
            [
                f"`{each.name}`",
                each.description.zh,
                each.description.en,
                _NAMES[each.reach],
                _NAMES[each.sensitivity],
            ]
            for each in CATALOGUE.values()
        ),
    )
    yield ""
    yield "## Who holds what"
    yield ""
    yield from _table(["role", "用途", "what for", "permissions"], _roles())
    yield ""
    yield "## Duties that two people hold"
    yield ""
    yield from _table(
        ["one", "another", "职责分离", "why"],
        ([f"`{one}`", f"`{other}`", why.zh, why.en] for one, other, why in SEPARATED),
    )
    yield ""
    yield "## What takes two people"
    yield ""
    yield from _table(
        ["action", "中文", "proposed with", "approved with"],
        (
            [f"`{each.name}`", each.title.zh, f"`{each.propose}`", f"`{each.approve}`"]
            for name, each in sorted(registered_actions().items())
            if not name.startswith("test.")
        ),
    )
    yield ""
    yield "## Every address"
    yield ""
    yield "*all*: everybody's things, or the bank's. *own*: of the parties one acts for. *self*:"
    yield "about oneself. *involved*: what one proposed, may approve, or what is one's party's."
    yield "Empty: 403. What is foreign is 404; without a token everything but *public* is 401."
    for title, roles in _groups():
        yield ""
        yield f"### {title}"
        yield ""
        yield from _table(
            ["address", *(role.removeprefix("staff_") for role in roles)],
            (_row(address, roles) for address in addresses(app)),
        )


def _groups() -> Iterator[tuple[str, tuple[Role | MemberRole, ...]]]:
    yield "People who act for a party", tuple(MemberRole)
    yield "Staff and other systems", (*STAFF, Role.SERVICE)


def _roles() -> Iterator[list[str]]:
    for member, held in MEMBER_PERMISSIONS.items():
        yield [f"`{member}` at a party", *_words(member), _names(held)]
    for role in (*STAFF, Role.SERVICE):
        yield [f"`{role}`", *_words(role), _names(ROLE_PERMISSIONS[role])]


def _words(role: Role | MemberRole) -> tuple[str, str]:
    return ROLE_WORDS[role].zh, ROLE_WORDS[role].en


def _names(held: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(held)) or "–"


def _row(address: Address, roles: Iterable[Role | MemberRole]) -> list[str]:
    assert address.door is not None, f"{address.operation} does not say who may call it"
    words = f"`{address.method.upper()} {address.path.removeprefix('/api/v1')}`"
    if address.door.public:
        return [words, *("public" for _ in roles)]
    return [words, *(reach(address.door, role).value for role in roles)]


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
