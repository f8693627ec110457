"""Certificates and keys that tests make for themselves."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NO_ENCRYPTION = serialization.NoEncryption()
PKCS8 = serialization.PrivateFormat.PKCS8
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(
    key: ec.EllipticCurvePrivateKey,
    form: serialization.PrivateFormat = PKCS8,
    encryption: serialization.KeySerializationEncryption = NO_ENCRYPTION,
) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, form, encryption)


def certificate_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate for 127.0.0.1, signed by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tongbao test")])
    here = x509.SubjectAlternativeName(
        [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    )
    begins = datetime(2025, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3650))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def pair(folder: Path) -> tuple[Path, Path]:
    """Write a certificate and its key to files of a folder."""
    key = new_key()
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate_pem(key))
    key_file.write_bytes(key_pem(key))
    return certificate_file, key_file
