"""Whose things an address is about, where its route names no permission at its door."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    "accounts_read_overview",
    "approvals_add_key",
    "approvals_list_keys",
    "approvals_revoke_key",
    "bills_list_billers",
    "collecting_disable_pay_code",
    "collecting_enable_pay_code",
    "collecting_list_pay_codes",
    "collecting_scan",
    "collecting_show_pay_code",
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
    "identity_open_company",
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
    "payments_list_wallets",
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
    **dict.fromkeys(
        (
            "approvals_export",
            "approvals_list_approvals",
            "approvals_list_policies",
            "approvals_read_approval",
            "approvals_read_policy",
        ),
        Door(any_permission="approvals:read_any"),
    ),
    **dict.fromkeys(
        (
            "approvals_read_passkey_options",
            "approvals_refuse",
            "approvals_sign",
            "approvals_withdraw",
        ),
        Door(kind=May.INVOLVED, any_permission="approvals:read_any"),
    ),
    **dict.fromkeys(
        (
            "bills_list_mandates",
            "bills_list_payments",
            "bills_list_saved",
            "bills_read_history",
            "bills_read_mandate",
            "bills_read_mandate_history",
            "bills_read_payment",
            "bills_read_query",
        ),
        Door(any_permission="payments:read_any"),
    ),
    **dict.fromkeys(
        (
            "collecting_list_links",
            "collecting_list_payments",
            "collecting_list_requests",
            "collecting_list_tills",
            "collecting_read_code",
            "collecting_read_link",
            "collecting_read_receipt",
            "collecting_read_request",
            "collecting_read_till",
        ),
        Door(any_permission="payments:read_any"),
    ),
    "deposits_list_deposits": Door(any_permission="deposits:read_any"),
    "deposits_read_certificate": Door(any_permission="deposits:read_any"),
    "deposits_read_deposit": Door(any_permission="deposits:read_any"),
    "deposits_read_quote": Door(any_permission="deposits:read_any"),
    "sources_list_fetches": Door(any_permission="agreements:read_any"),
    "identity_read_company": Door(any_permission="identity:read_users"),
    "kyc_add_picture": _APPLIED,
    "kyc_ask_for_check": _APPLIED,
    "kyc_get_case": _PARTY_READ,
    "kyc_get_readings": _APPLIED,
    "kyc_list_cases": _PARTY_READ,
    "kyc_open_case": _APPLIED,
    "kyc_put_id_card": _APPLIED,
    "kyc_put_licence": _APPLIED,
    "lending_list_applications": Door(any_permission="lending:read_any"),
    "lending_list_loans": Door(any_permission="lending:read_any"),
    "lending_read_application": Door(any_permission="lending:read_any"),
    "lending_list_repayments": Door(any_permission="lending:read_any"),
    "lending_read_loan": Door(any_permission="lending:read_any"),
    "lending_read_repayment": Door(any_permission="lending:read_any"),
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
    "payments_list_cards": Door(any_permission="payments:read_any"),
    "payments_list_recalls": Door(any_permission="payments:read_any"),
    "payments_list_refunds": Door(any_permission="payments:read_any"),
    "payments_request_recall": Door(
        permission="payments:initiate", any_permission="payments:resolve"
    ),
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
    "standing_preview_dates": Door(kind=May.SELF),
    "statements_order_document": Door(
        permission="statements:issue", any_permission="statements:issue_any"
    ),
}
