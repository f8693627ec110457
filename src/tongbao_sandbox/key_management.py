"""A key management service: keeps keys that never leave it, and wraps others' keys under them.

Its keys come from their names, so that what it wrapped opens after a restart: a sandbox.
"""

from base64 import b64encode
from hashlib import sha256
from secrets import token_bytes
from typing import Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from tongbao_sandbox import problems, service_faults
from tongbao_sandbox.identity_services import authorise
from tongbao_sandbox.problems import Problem

NONCE_BYTES: Final = 12
UNKNOWN_KEY: Final = Problem("kms.unknown_key", 404, "没有此密钥", "There is no such key")
NOT_WRAPPED_HERE: Final = Problem(
    "kms.not_wrapped_here", 422, "密文无法用此密钥解开", "The key did not wrap this"
)
ALL_KEYS_START_WITH: Final = "tongbao"

KeyName = Annotated[str, Path(max_length=64, examples=["tongbao-fields"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    context: Annotated[str, Field(max_length=200, examples=["tongbao kek"])]


class Wrap(_Body):
    """A key to be wrapped, in base64; `context` must be the same when it is unwrapped."""

    plaintext: Annotated[Base64Bytes, Field(min_length=1, max_length=4_096, examples=["a2V5"])]


class Unwrap(_Body):
    """A wrapped key, in base64."""

    ciphertext: Annotated[Base64Bytes, Field(min_length=1, max_length=8_192, examples=["a2V5"])]


router = APIRouter(
    prefix="/kms/v1/keys",
    tags=["key management"],
    dependencies=[Depends(authorise)],
    responses={
        401: problems.described("No token, or a wrong one"),
        404: problems.described("Unknown key"),
        422: problems.described("Not such a request, or not wrapped by this key"),
        500: problems.described("On demand"),
        503: problems.described("On demand"),
    },
)


@router.post("/{name}/wrap")
async def wrap(request: Request, name: KeyName, body: Wrap) -> Response:
    """Return a key encrypted under ours."""
    nonce, cipher = token_bytes(NONCE_BYTES), _cipher(name)
    wrapped = nonce + cipher.encrypt(nonce, body.plaintext, body.context.encode())
    return await _answer(request, name, "ciphertext", wrapped)


@router.post("/{name}/unwrap")
async def unwrap(request: Request, name: KeyName, body: Unwrap) -> Response:
    """Return a key that was wrapped here for the same context."""
    nonce, text = body.ciphertext[:NONCE_BYTES], body.ciphertext[NONCE_BYTES:]
    try:
        plain = _cipher(name).decrypt(nonce, text, body.context.encode())
    except (InvalidTag, ValueError):
        raise problems.Refused(NOT_WRAPPED_HERE) from None
    return await _answer(request, name, "plaintext", plain)


def _cipher(name: str) -> AESGCM:
    if not name.startswith(ALL_KEYS_START_WITH):
        raise problems.Refused(UNKNOWN_KEY)
    return AESGCM(sha256(f"tongbao sandbox kms/{name}".encode()).digest())


async def _answer(request: Request, name: str, member: str, value: bytes) -> Response:
    return await service_faults.answer(
        request,
        service="kms",
        subject=name,
        document={member: b64encode(value).decode()},
        about_another={member: b64encode(sha256(value).digest()).decode()},
    )
