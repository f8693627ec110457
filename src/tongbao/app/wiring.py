"""What the worker works on: every module's consumers and jobs.

A module with something to do when an event happens adds its `Consumer` to `CONSUMERS`. Jobs need no
entry: every file `jobs.py` of the package is found.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Final
from uuid import UUID

import tongbao
from tongbao.app import alerting
from tongbao.app.channels import gateways
from tongbao.app.published import PUBLISHED
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.approvals import service as approvals
from tongbao.core.channels import service as channels
from tongbao.core.identity import jobs as identity_jobs
from tongbao.core.identity import service as identity
from tongbao.core.ledger import jobs as ledger
from tongbao.core.payments import service as payments
from tongbao.core.privacy import service as privacy
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.sources import service as sources
from tongbao.core.statements import service as statements
from tongbao.engagement.notices import service as notices
from tongbao.infra import crypto, keys, notify, pdf
from tongbao.infra.audit import jobs as audit
from tongbao.infra.audit.patterns import Thresholds
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.outbox import Consumer
from tongbao.infra.settings import Settings
from tongbao.infra.signing import PublicKey, SigningKey, public_keys
from tongbao.infra.webhooks import fan_out as webhooks
from tongbao.infra.webhooks.configuration import Configuration, configure
from tongbao.infra.webhooks.reaching import Outbound
from tongbao.kernel.clock import now
from tongbao.products.bills import service as bills
from tongbao.products.bulk import service as bulk
from tongbao.products.deposits import service as deposits
from tongbao.products.lending import jobs as lending
from tongbao.products.lending import service as loans
from tongbao.products.standing import service as standing

CONSUMERS: Final[tuple[Consumer, ...]] = (
    webhooks.consumer(PUBLISHED),
    loans.consumer(),
    sources.consumer(),
    payments.consumer(),
    bulk.consumer(),
    alerting.consumer(),
    notices.consumer(),
)

_ROOT: Final = Path(tongbao.__file__).parent


def load_jobs() -> None:
    """Import each `jobs` module there is below the package, so that its tasks are declared."""
    for file in sorted(_ROOT.rglob("jobs.py")):
        import_module(".".join(("tongbao", *file.relative_to(_ROOT).with_suffix("").parts)))


def tax_office(settings: Settings) -> sources.Connector:
    """Return the gateway to the tax office these settings name."""
    return sources.connect_tax_office(
        base_url=settings.tax_office_url, token=settings.tax_office_token.get_secret_value()
    )


def connect_sources(settings: Settings) -> None:
    """Say where this process fetches data from."""
    lending.ask(tax_office(settings))


def connect_payments(settings: Settings) -> None:
    """Say how patient this process is with channels: all of it in proportion."""
    on_its_way = timedelta(seconds=settings.payment_on_its_way_seconds)
    timing = payments.Timing(
        on_its_way=on_its_way,
        lease=on_its_way * 2 / 3,
        first_inquiry=on_its_way / 45,
        longest_pause=on_its_way * 20 / 3,
        to_pay=timedelta(seconds=settings.payment_wallet_seconds),
        waiting_pause=on_its_way / 9,
    )
    payments.configure(payments.Configuration(timing=timing))


def connect_bills(settings: Settings) -> None:
    """Say by whom this process asks and tells billers; nobody where no address is given."""
    if not settings.billers_url:
        bills.configure(bills.Configuration())
        return
    gateway = bills.BillersGateway(
        base_url=settings.billers_url,
        secret=settings.billers_secret.get_secret_value(),
        clock=now,
    )
    bills.configure(bills.Configuration(gateway=gateway))


def connect_secret(settings: Settings) -> None:
    """Say what this process's secret is, and what it was before."""
    older = settings.secret_key_older
    keys.use(
        settings.secret_key.get_secret_value(),
        older=None if older is None else older.get_secret_value(),
    )


def connect_messages(settings: Settings) -> None:
    """Say by which gateways this process writes to people and finds places, and its secret."""
    connect_secret(settings)
    notify.use(
        notify.MessageGateway(
            base_url=settings.message_gateway_url,
            token=settings.message_gateway_token.get_secret_value(),
        )
    )
    identity_jobs.locate_by(identity.connect_places(base_url=settings.place_lookup_url))


def ledger_key(settings: Settings) -> SigningKey:
    """Return the key that signs the ledger's checkpoints; one is made where none is named."""
    if settings.ledger_key_file is not None:
        return SigningKey.load(settings.ledger_key_file)
    return SigningKey.load_or_make(settings.data_dir / "keys" / "ledger.pem")


def ledger_public_keys(settings: Settings) -> list[PublicKey]:
    """Return what checks the ledger's checkpoints: its key and the ones it had before.

    The named key file may hold the public key alone. No key at all where none was made yet.
    """
    named = settings.ledger_key_file or settings.data_dir / "keys" / "ledger.pem"
    retired = settings.ledger_retired_keys_file
    paths = [named] if settings.ledger_key_file or named.exists() else []
    return public_keys([*paths, *([retired] if retired else [])])


def connect_keys(settings: Settings) -> None:
    """Say with which key this process signs checkpoints, of the ledger and of the audit trail."""
    named = settings.ledger_retired_keys_file
    key, retired = ledger_key(settings), tuple(public_keys([named] if named else []))
    ledger.sign_with(key, retired=retired)
    audit.sign_with(key, retired=retired)
    audit.alert_at(thresholds(settings))


def thresholds(settings: Settings) -> Thresholds:
    """Return when the watch of the audit trail raises an alert."""
    return Thresholds(
        reveals_min=settings.audit_reveals_min,
        reveals_within=timedelta(minutes=settings.audit_reveals_minutes),
        denials_min=settings.audit_denials_min,
        denials_within=timedelta(minutes=settings.audit_denials_minutes),
        office_opens=settings.office_opens,
        office_closes=settings.office_closes,
    )


async def _confirm(
    tx: WriteSession,
    *,
    kind: str,
    facts: Mapping[str, str],
    token: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    action = identity.Action(kind, facts)
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)


def connect_accounts(settings: Settings) -> None:
    """Say how this process numbers accounts, when one falls asleep, and how people confirm."""
    accounts.configure(
        accounts.Configuration(
            numbers=accounts.NumberScheme(
                prefix=settings.account_number_prefix,
                length=settings.account_number_length,
                check=accounts.Check(settings.account_number_check),
            ),
            dormancy=accounts.Dormancy(
                months=settings.dormancy_months,
                bound_major=settings.dormancy_bound,
                notice=timedelta(days=settings.dormancy_notice_days),
            ),
            confirm=_confirm,
        )
    )
    accounts.register_running(deposits.over_account)
    accounts.register_running(loans.over_account)
    accounts.register_running(standing.over_account)
    accounts.register_running(bills.over_account)
    payments.register_receipt_facts("bills", bills.on_receipt)
    payments.register_booked_by_hand("reconciliation", reconciliation.booked_by_hand)


def connect_agreements(settings: Settings) -> None:
    """Say with what this process signs receipts and seals agreements; made where not named."""
    retired = settings.receipt_retired_keys_file
    agreements.configure(
        agreements.Configuration(
            receipt_key=receipt_key(settings),
            seal=agreement_seal(settings),
            retired=tuple(public_keys([retired] if retired else [])),
        )
    )


def receipt_key(settings: Settings) -> SigningKey:
    """Return the key that signs receipts; one is made where none is named."""
    if settings.receipt_key_file is not None:
        return SigningKey.load(settings.receipt_key_file)
    return SigningKey.load_or_make(settings.data_dir / "keys" / "receipts.pem")


def connect_approvals(settings: Settings) -> None:
    """Say with what this process seals the proof of approvals: the key of receipts."""
    approvals.configure(approvals.Configuration(seal_key=receipt_key(settings)))


def agreement_seal(settings: Settings) -> pdf.Seal:
    """Return the seal of agreements; in development a demonstration authority makes one."""
    if settings.seal_file is not None:
        return pdf.Seal.load(settings.seal_file)
    path = settings.data_dir / "keys" / "seal.pem"
    return pdf.Seal.load_or_make(path, name="通宝银行 Tongbao Bank", at=now())


def connect_channels(settings: Settings, database: Database) -> None:
    """Say by which payment channels this process pays and collects. Raises `ChannelsUnusable`."""
    channels.configure(
        channels.Configuration(gateways=gateways(settings), clock=now, database=database)
    )


def connect_statements(settings: Settings) -> None:
    """Say with what this process seals statements and receipts, and where they are confirmed."""
    seal = agreement_seal(settings)
    statements.configure(
        statements.Configuration(seal=seal, roots=(seal.root,), origin=settings.origin)
    )
    payments.configure_receipts(
        payments.ReceiptConfiguration(
            seal=seal, roots=(seal.root,), origin=settings.origin, bank=statements.BANK
        )
    )


def connect_crypto(settings: Settings) -> None:
    """Say where the keys of sealed fields are; one is made where none is named."""
    crypto.use(field_keys(settings), cipher=crypto.CipherName(settings.field_cipher))


def field_keys(settings: Settings, *, add: bool = False) -> crypto.Source:
    """Return where the keys of sealed fields are; `add` lets a management service make another."""
    given: crypto.Source | None = None
    if settings.field_keys is not None:
        text = settings.field_keys.get_secret_value()
        given = crypto.Given.of_text(text, path="TONGBAO_FIELD_KEYS")
    elif settings.field_key_file is not None:
        given = crypto.Given.of_file(settings.field_key_file)
    if settings.kms_url:
        gateway = crypto.KmsGateway(
            base_url=settings.kms_url,
            token=settings.kms_token.get_secret_value(),
            key=settings.kms_key,
        )
        return crypto.Kms(gateway, before=given, add=add)
    return given or crypto.Given.of_file_or_new(settings.data_dir / "keys" / "fields.key")


def connect_webhooks(settings: Settings) -> None:
    """Say which events partners are told of, and how webhooks leave this process."""
    configure(
        Configuration(
            published=PUBLISHED,
            owners=identity.client_actors,
            outbound=Outbound(to_loopback=settings.webhooks_to_loopback),
        )
    )


async def _running_loan(tx: ReadSession, party_id: UUID) -> list[privacy.Hold]:
    owed = await loans.exposure(tx, party_id)
    return [privacy.Hold(privacy.KeptFor.RUNNING_LOAN)] if owed.minor else []


def connect_privacy() -> None:
    """Say what products keep data on a party for, and what they use fetched data for."""
    privacy.register_holding(_running_loan)
    sources.register_uses(loans.uses)


def connect_identity(settings: Settings) -> None:
    """Say who this installation is to authenticators, and which providers there are."""
    party = identity.RelyingParty(
        id=settings.passkey_domain, origin=settings.origin, name="通宝 Tongbao"
    )
    providers = {
        key: identity.OidcGateway(
            identity.ExternalProvider(
                key=key,
                title=each.name,
                issuer=each.issuer,
                client_id=each.client_id,
                client_secret=each.client_secret.get_secret_value(),
            )
        )
        for key, each in (settings.oidc_providers or {}).items()
    }
    identity.configure(
        identity.Configuration(
            relying_party=party,
            providers=providers,
            recovery_wait=timedelta(hours=settings.factor_recovery_hours),
        )
    )
