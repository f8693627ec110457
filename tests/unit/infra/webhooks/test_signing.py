"""Signatures as the specification's own library checks them."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tongbao.infra.webhooks import signing
from tongbao.kernel.clock import now

BODY = '{"type":"payments.payment_settled","data":{"name":"云帆"}}'.encode()


def signed(*secrets: str, seconds: int = 0) -> dict[str, str]:
    at = now() + timedelta(seconds=seconds)
    return signing.headers(message_id="msg_1", body=BODY, secrets=secrets, at=at)


def test_a_receiver_verifies() -> None:
    secret = signing.new_secret()
    assert Webhook(secret).verify(BODY, signed(secret))["data"] == {"name": "云帆"}


def test_while_secrets_change_both_verify() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    headers = signed(new, old)
    for secret in (old, new):
        Webhook(secret).verify(BODY, headers)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_message_does_not_verify(seconds: int) -> None:
    secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed(secret, seconds=seconds))


def test_another_secret_body_id_or_time_does_not_verify() -> None:
    secret = signing.new_secret()
    headers = signed(secret)
    later = str(int(headers["webhook-timestamp"]) + 1)
    for other, body, changed in (
        (signing.new_secret(), BODY, headers),
        (secret, BODY + b" ", headers),
        (secret, BODY, headers | {"webhook-id": "msg_2"}),
        (secret, BODY, headers | {"webhook-timestamp": later}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(body, changed)


def test_secrets_are_long_and_different() -> None:
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(each.startswith("whsec_") and len(each) == 6 + 44 for each in made)
