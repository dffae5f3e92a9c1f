"""What a certificate that was refused says about itself, and what to do about it."""

import ssl

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from helpdesk.i18n import day, gettext
from helpdesk.mail.check.findings import Step, Stopped

NOT_YET, EXPIRED, OTHER_NAME, OTHER_NUMBER = 9, 10, 62, 64  # OpenSSL's X509_V_ERR_*
NAMES_SHOWN = 4


def unverified() -> ssl.SSLContext:
    """For looking at a certificate only; nothing is ever said over such a line."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def certificate_of(line: ssl.SSLSocket) -> bytes | None:
    return line.getpeercert(binary_form=True)


def untrusted(refusal: ssl.SSLCertVerificationError, shown: bytes | None, host: str) -> Stopped:
    """Why the certificate was refused; `shown` is the certificate itself in DER, None if unknown."""
    if shown is None:
        return Stopped(Step.ENCRYPTION, gettext("The server's certificate cannot be trusted."), said=refusal)
    certificate = x509.load_der_x509_certificate(shown)
    if refusal.verify_code == EXPIRED:
        when = day(certificate.not_valid_after_utc.date())
        words = gettext("The server's certificate expired on %(day)s.", day=when)
        return Stopped(
            Step.ENCRYPTION, words, gettext("Ask whoever runs the server to renew its certificate.")
        )
    if refusal.verify_code == NOT_YET:
        when = day(certificate.not_valid_before_utc.date())
        words = gettext("The server's certificate is valid only from %(day)s on.", day=when)
        return Stopped(Step.ENCRYPTION, words, gettext("Check the clock of this machine and of the server."))
    if refusal.verify_code in {OTHER_NAME, OTHER_NUMBER}:
        return _of_another(certificate, host)
    return _of_a_stranger(certificate)


def without_starttls(port: int, *, usual: int) -> Stopped:
    """The server cannot turn its plain line on `port` into a protected one; TLS is `usual` elsewhere."""
    return Stopped(
        Step.ENCRYPTION,
        gettext("The server does not offer STARTTLS on port %(port)s.", port=port),
        gettext("Choose TLS, usually on port %(port)s.", port=usual),
    )


def _of_another(certificate: x509.Certificate, host: str) -> Stopped:
    names = ", ".join(_names(certificate)[:NAMES_SHOWN]) or "?"
    return Stopped(
        Step.ENCRYPTION,
        gettext("The server's certificate is for %(names)s, not for %(host)s.", names=names, host=host),
        gettext("If that is the same server, write the name of its certificate here."),
    )


def _of_a_stranger(certificate: x509.Certificate) -> Stopped:
    issuer = certificate.issuer.rfc4514_string()
    if certificate.issuer == certificate.subject:
        words = gettext("The server made its certificate itself (%(issuer)s); nobody vouches for it.")
    else:
        words = gettext("This machine does not know who issued the server's certificate: %(issuer)s.")
    return Stopped(
        Step.ENCRYPTION,
        words % {"issuer": issuer[:80]},
        gettext(
            "Give the server a certificate of a known authority, or make its issuer known to this machine:"
            " SSL_CERT_FILE names a file of trusted certificates."
        ),
    )


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return [str(one.value) for one in extension.value]  # type: ignore[attr-defined]
