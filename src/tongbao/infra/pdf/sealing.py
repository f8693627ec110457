"""Seals under documents: PAdES signatures (ETSI EN 319 142, baseline B-B) with a key of our own.

A seal's file is PEM: the private key (ECDSA P-256, PKCS #8), its certificate, and those above it.
Whoever has the topmost certificate proves a document without us; see `verifying`.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tongbao.infra.key_files import is_open_to_everybody, make_once
from tongbao.infra.pdf.errors import SealUnusable

FIELD: Final = "Seal"
FILE_BYTES_MAX: Final = 64_000
DEMO_YEARS: Final = 20
DIGEST: Final = "sha256"


@dataclass(frozen=True, slots=True)
class Seal:
    """A private key with its certificates, its own first; a secret."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a seal's file. Raises `SealUnusable`, also when everybody may read the file."""
        try:
            with path.open("rb") as file:
                text = file.read(FILE_BYTES_MAX)
            if is_open_to_everybody(path):
                raise SealUnusable(path=str(path), why="open to everybody; chmod 600")
            key = serialization.load_pem_private_key(text, password=None)
            certificates = tuple(x509.load_pem_x509_certificates(text))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SealUnusable(path=str(path), why=type(error).__name__) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SealUnusable(path=str(path), why="no ECDSA key")
        if certificates[0].public_key() != key.public_key():
            raise SealUnusable(path=str(path), why="the first certificate is of another key")
        return cls(key, certificates)

    @classmethod
    def load_or_make(cls, path: Path, *, name: str, at: datetime) -> Self:
        """Read the seal of `path`; a demonstration authority makes it once; for development."""
        if not path.exists():
            make_once(path, demonstration(name, at=at).pem)
        return cls.load(path)

    @property
    def pem(self) -> bytes:
        """The file: a secret."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ) + pem_of(self.certificates)

    @property
    def root(self) -> x509.Certificate:
        """The topmost certificate: what a document is proven by."""
        return self.certificates[-1]


def pem_of(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as text, for a file that is no secret."""
    encoding = serialization.Encoding.PEM
    return b"".join(each.public_bytes(encoding) for each in certificates)


def demonstration(name: str, *, at: datetime) -> Seal:
    """Return a seal under an authority that is made for it and forgotten: nobody vouches for it."""
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} DEMO CA")])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (demonstration)"),
        ]
    )

    def certify(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, *, authority: bool
    ) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=365 * DEMO_YEARS))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not authority,
                    content_commitment=not authority,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=authority,
                    crl_sign=authority,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .sign(above, hashes.SHA256())
        )

    own = certify(subject, key.public_key(), authority=False)
    return Seal(key, (own, certify(issuer, above.public_key(), authority=True)))


async def seal(document: bytes, *, by: Seal, reason: str, at: datetime) -> bytes:
    """Return the document with a seal that says when and why; it takes about 40 ms, in a thread."""
    return await asyncio.to_thread(_seal, document, by, reason, at)


def _seal(document: bytes, by: Seal, reason: str, at: datetime) -> bytes:
    # Half a second and the weight of an XML library: for who seals, not for who imports.
    from asn1crypto import keys as asn1_keys  # noqa: PLC0415
    from asn1crypto import x509 as asn1  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    der = serialization.Encoding.DER
    own, *above = [asn1.Certificate.load(each.public_bytes(der)) for each in by.certificates]
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(above[:-1])  # the topmost one is for who verifies to have
    key = by.key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    class AtThisMoment(signers.PdfSigner):
        """Says the moment it is given: the clock is read at the edge."""

        def init_signing_session(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401
            session = super().init_signing_session(*args, **more)
            session.system_time = at
            return session

    signer = signers.SimpleSigner(
        signing_cert=own, signing_key=asn1_keys.PrivateKeyInfo.load(key), cert_registry=store
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,  # and whoever shows it to a reader is told of any change
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signing = AtThisMoment(metadata, signer=signer)
    out = signing.sign_pdf(IncrementalPdfFileWriter(BytesIO(document)))
    sealed = out.getvalue()
    assert isinstance(sealed, bytes)
    return sealed
