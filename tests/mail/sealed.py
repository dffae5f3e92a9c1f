"""Mails inside other wrappers, made by hand: Outlook's winmail.dat, signed and sealed S/MIME."""

import base64
import struct
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

HEAD = b"From: Eva <eva@harbour.example>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"


def letter(content_type: str, body: bytes, *, name: str = "") -> bytes:
    """A mail that consists of one part in base64."""
    named = f'\r\nContent-Disposition: attachment; filename="{name}"' if name else ""
    head = f"Content-Type: {content_type}{named}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + head.encode() + base64.encodebytes(body)


def winmail(*, rtf: bytes = b"", files: dict[str, bytes] | None = None, damage: bool = False) -> bytes:
    """A TNEF stream (MS-OXTNEF) with a rich body and files."""
    stream = struct.pack("<IH", 0x223E9F78, 1)
    stream += _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    stream += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    if rtf:
        packed = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
        stream += _attribute(1, 0x00069003, _properties({0x1009: packed}))
    for name, content in (files or {}).items():
        stream += _attribute(2, 0x00069002, bytes(14))
        stream += _attribute(2, 0x00018010, name.encode("cp1252") + b"\0")
        stream += _attribute(2, 0x0006800F, content)
    return stream[:-40] + b"\xff" * 4 if damage else stream


def _attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) % 65536)


def _properties(binary: dict[int, bytes]) -> bytes:
    found = struct.pack("<I", len(binary))
    for name, content in binary.items():
        found += struct.pack("<HHII", 0x0102, name, 1, len(content)) + content + bytes(-len(content) % 4)
    return found


def signed(content: bytes) -> bytes:
    """CMS SignedData around the content (DER), by a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Eva")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [])
