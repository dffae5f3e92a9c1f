"""The two servers in the form of a mailbox: where it is fetched from, and where it sends."""

from helpdesk.admin.mailbox_typed import Typed
from helpdesk.config import settings
from helpdesk.errors import N_
from helpdesk.i18n import gettext
from helpdesk.mail.check.reach import STANDARD_PORTS
from helpdesk.mail.models import Encryption, Mailbox, SignIn
from helpdesk.mail.settings import Side

STRENGTH = {Encryption.NONE: 0, Encryption.STARTTLS: 1, Encryption.TLS: 1}
OTHER_SERVER = N_(
    "The server or the name is another one: type the password again. The kept one goes nowhere else."
)
LOOP = N_("That is the desk's own door for mail: what it sent would come back to it.")


def side_of(found: Typed, side: str, mailbox: Mailbox | None) -> Side:
    """One server as typed; what cannot be saved stands in `errors`."""
    values = found.values
    host = values[f"{side}_host"].lower().rstrip(".")
    encryption = _encryption(found, side)
    if not host:
        return Side(host=None, port=None, encryption=encryption, user=None)
    _check_host(found, side, host)
    port = _port(found, side, encryption)
    if side == "smtp" and _is_own_door(host, port):
        found.errors["smtp_host"] = gettext(LOOP)
    password = found.passwords.get(side) or None
    _check_letters(found, side)
    user = values[f"{side}_user"] or (values["address"].lower() if side == "imap" else None)
    sign_in = _sign_in(found, side)
    is_secret_wanted = user and password is None and sign_in is SignIn.PASSWORD
    if is_secret_wanted and not may_keep(found, side, mailbox) and _has_secret(side, mailbox):
        found.errors[f"{side}_password"] = gettext(OTHER_SERVER)
    if sign_in is SignIn.OAUTH:
        user = values[f"{side}_user"] or values["address"].lower()
    return Side(host=host, port=port, encryption=encryption, user=user, password=password, sign_in=sign_in)


def may_keep(found: Typed, side: str, mailbox: Mailbox | None) -> bool:
    """Whether the kept password may be used: same server, same name, no weaker protection."""
    if mailbox is None or not _has_secret(side, mailbox):
        return False
    user = getattr(mailbox, f"{side}_user") or ""
    return user.lower() == found.values[f"{side}_user"].lower() and is_same_host(found, side, mailbox)


def is_same_host(found: Typed, side: str, mailbox: Mailbox) -> bool:
    """The same server, no less protected."""
    host = getattr(mailbox, f"{side}_host") or ""
    try:
        wanted = Encryption(found.values[f"{side}_encryption"])
    except ValueError:
        return False
    strength = STRENGTH[Encryption(getattr(mailbox, f"{side}_encryption"))]
    return host.lower() == found.values[f"{side}_host"].lower().rstrip(".") and STRENGTH[wanted] >= strength


def _check_letters(found: Typed, side: str) -> None:
    """Both protocols carry names and passwords in ASCII only (RFC 3501, RFC 4954 with PLAIN and LOGIN)."""
    words = {f"{side}_user": found.values[f"{side}_user"], f"{side}_password": found.passwords.get(side, "")}
    for name, text in words.items():
        if not text.isascii() or not text.isprintable():
            found.errors[name] = gettext(
                "Mail servers take only Latin letters, digits and common signs here."
            )


def _check_host(found: Typed, side: str, host: str) -> None:
    if len(host) > 253 or "://" in host or any(letter in host for letter in " /@\\\"'<>"):
        found.errors[f"{side}_host"] = gettext("Only the name of the server, such as imap.firm.example.")


def _encryption(found: Typed, side: str) -> Encryption:
    try:
        return Encryption(found.values[f"{side}_encryption"])
    except ValueError:
        found.errors[f"{side}_encryption"] = gettext("Choose one of the list.")
        return Encryption.TLS


def _sign_in(found: Typed, side: str) -> SignIn:
    try:
        return SignIn(found.values[f"{side}_sign_in"])
    except ValueError:
        found.errors[f"{side}_sign_in"] = gettext("Choose one of the list.")
        return SignIn.PASSWORD


def _port(found: Typed, side: str, encryption: Encryption) -> int | None:
    """The port typed, else the usual one."""
    written = found.values[f"{side}_port"]
    if not written:
        return STANDARD_PORTS[(side.upper(), encryption)]
    if written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 65535:
        return int(written)
    found.errors[f"{side}_port"] = gettext("A port is a number from 1 to 65535.")
    return None


def _is_own_door(host: str, port: int | None) -> bool:
    here = {"localhost", "127.0.0.1", "::1", settings().smtp_door_host}
    return bool(settings().smtp_door_port) and port == settings().smtp_door_port and host in here


def _has_secret(side: str, mailbox: Mailbox | None) -> bool:
    return mailbox is not None and getattr(mailbox, f"{side}_secret") is not None
