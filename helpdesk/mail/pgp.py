"""Words in OpenPGP marks (RFC 9580, section 7): signed ones are shown, sealed ones named. Pure."""

import re

SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]+:[^\n]*\n)*\n(.*?)\n"
    r"-----BEGIN PGP SIGNATURE-----.*?-----END PGP SIGNATURE-----[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
SEALED = re.compile(
    r"^-----BEGIN PGP MESSAGE-----[ \t]*$.*?(?:^-----END PGP MESSAGE-----[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
BEGINS = "-----BEGIN PGP MESSAGE-----"
ESCAPED = re.compile(r"^- ", re.MULTILINE)


def is_sealed(text: str) -> bool:
    """The whole message is encrypted, not just a block that somebody quotes among many words."""
    found = BEGINS in text and SEALED.search(text)
    return bool(found) and len(SEALED.sub("", text).strip()) < 2_000


def is_clear_signed(text: str) -> bool:
    return "-----BEGIN PGP SIGNED MESSAGE-----" in text[:2_000]


def without_seal(text: str) -> str:
    """Without the encrypted block, which says nothing to a reader."""
    return SEALED.sub("", text).strip("\n")


def without_signature(text: str) -> str:
    """The signed words without the marks around them; whether the signature holds is not looked at."""
    if not is_clear_signed(text):
        return text
    return SIGNED.sub(lambda found: ESCAPED.sub("", found[1]), text)
