"""A merchant of the sandbox's payment channels: signs as each of them wants, and checks answers."""

import asyncio
import csv
import gzip
import hmac
import io
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import httpx2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongbao.kernel.clock import now

SECRET = "sandbox-secret-of-the-merchant"
MERCHANT = "tongbao"
SECONDS_MAX = 20.0


@cache
def rsa_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@cache
def bank_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def pem(key: RSAPublicKey | Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def rsa_sign(content: bytes) -> str:
    return b64encode(rsa_key().sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def form_text(fields: dict[str, str]) -> bytes:
    return "&".join(f"{k}={v}" for k, v in sorted(fields.items()) if v).encode()


@dataclass
class Channels:
    """Each call is one request; `keys` are the channels' own, by name."""

    client: httpx2.AsyncClient
    keys: dict[str, RSAPublicKey | Ed25519PublicKey] = field(default_factory=dict)

    async def join(self, notify_url: str = "") -> None:
        """Become the merchant of all four."""
        for channel in ("card", "wallet-a", "wallet-b", "bank"):
            key = bank_key().public_key() if channel == "bank" else rsa_key().public_key()
            body = {"id": MERCHANT, "secret": SECRET, "notify_url": notify_url}
            answer = await self.client.put(
                f"/sandbox/channels/{channel}/merchant", json={**body, "public_key": pem(key)}
            )
            answer.raise_for_status()
            if channel != "card":
                told = (await self.client.get(f"/sandbox/channels/{channel}/key")).json()
                loaded = serialization.load_pem_public_key(told["public_key"].encode())
                self.keys[channel] = cast("RSAPublicKey | Ed25519PublicKey", loaded)

    async def faults(self, channel: str, *faults: dict[str, Any]) -> None:
        answer = await self.client.put(f"/sandbox/channels/{channel}/faults", json=list(faults))
        answer.raise_for_status()

    async def truth(self, channel: str) -> dict[str, Any]:
        answer = await self.client.get(f"/sandbox/channels/{channel}/payments")
        return cast("dict[str, Any]", answer.json())

    def is_signed(self, channel: str, content: bytes, signature: str) -> bool:
        key = self.keys[channel]
        try:
            if isinstance(key, Ed25519PublicKey):
                key.verify(b64decode(signature), content)
            else:
                key.verify(b64decode(signature), content, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    async def card(self, verb: str, secret: str = SECRET, **fields: str) -> httpx2.Response:
        said = {"merId": MERCHANT, "currencyCode": "156", **fields}
        mac = hmac.new(secret.encode(), form_text(said), sha256).hexdigest()
        return await self.client.post(
            f"/channels/card/v1/{verb}",
            content=urlencode({**said, "signature": mac}),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    async def card_says(self, verb: str, **fields: str) -> dict[str, str]:
        answer = dict(parse_qsl((await self.card(verb, **fields)).text, keep_blank_values=True))
        mac = answer.pop("signature")
        assert mac == hmac.new(SECRET.encode(), form_text(answer), sha256).hexdigest()
        return answer

    async def wallet_a(
        self, method: str, *, notify_url: str = "", **content: str
    ) -> httpx2.Response:
        fields = {
            "app_id": MERCHANT,
            "method": method,
            "notify_url": notify_url,
            "biz_content": json.dumps(content),
        }
        return await self.client.post(
            "/channels/wallet-a/gateway.do",
            content=urlencode({**fields, "sign": rsa_sign(form_text(fields))}),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    async def wallet_a_says(
        self, method: str, *, notify_url: str = "", **content: str
    ) -> dict[str, str]:
        text = (await self.wallet_a(method, notify_url=notify_url, **content)).text
        inner = text[len('{"response":') : text.rindex(',"sign":')]
        assert self.is_signed("wallet-a", inner.encode(), json.loads(text)["sign"])
        return cast("dict[str, str]", json.loads(inner))

    async def wallet_b(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx2.Response:
        path = f"/channels/wallet-b/v3{path}"
        content = b"" if body is None else json.dumps(body).encode()
        stamp, nonce = str(int(now().timestamp())), "n" * 32
        signature = rsa_sign(f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + content)
        answer = await self.client.request(
            method,
            path,
            content=content,
            headers={
                "Authorization": f'WALLETB-RSA2048 mchid="{MERCHANT}",nonce_str="{nonce}",'
                f'timestamp="{stamp}",signature="{signature}"'
            },
        )
        if "x-signature" in answer.headers:
            assert self.is_header_signed(answer.headers, answer.content)
        return answer

    def is_header_signed(self, headers: Any, body: bytes) -> bool:
        content = f"{headers['x-timestamp']}\n{headers['x-nonce']}\n".encode() + body
        return self.is_signed("wallet-b", content, headers["x-signature"])

    @staticmethod
    def opened(body: bytes) -> dict[str, Any]:
        """Decrypt a message of the second wallet."""
        resource = json.loads(body)["resource"]
        plain = AESGCM(sha256(SECRET.encode()).digest()).decrypt(
            b64decode(resource["nonce"]),
            b64decode(resource["ciphertext"]),
            resource["associated_data"].encode(),
        )
        return cast("dict[str, Any]", json.loads(plain))

    async def bank(self, method: str, path: str, body: bytes | None = None) -> httpx2.Response:
        path = f"/channels/bank/v1{path}"
        content = path.encode() if body is None else body
        answer = await self.client.request(
            method,
            path,
            content=body,
            headers={
                "X-Merchant": MERCHANT,
                "X-Signature": b64encode(bank_key().sign(content)).decode(),
            },
        )
        if "x-signature" in answer.headers:
            assert self.is_signed("bank", answer.content, answer.headers["x-signature"])
        return answer


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def unzipped(body: bytes) -> list[list[str]]:
    return [[value.lstrip("`") for value in row] for row in rows(gzip.decompress(body).decode())]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process or thread is about to do."""
    async with asyncio.timeout(SECONDS_MAX):
        while not holds():  # noqa: ASYNC110 - another thread makes it so
            await asyncio.sleep(0.01)


@asynccontextmanager
async def channels(url: str, notify_url: str = "") -> AsyncIterator[Channels]:
    async with httpx2.AsyncClient(base_url=url, timeout=10.0, trust_env=False) as client:
        made = Channels(client)
        await made.join(notify_url)
        yield made
