"""Where the servers of well-known mail providers stand, and what is special about signing in there."""

from dataclasses import dataclass

from helpdesk.i18n import gettext
from helpdesk.mail.models import Encryption


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Where mail of a domain is fetched and sent; IMAP always by TLS on port 993."""

    imap_host: str
    smtp_host: str
    smtp_port: int = 465
    smtp_encryption: Encryption = Encryption.TLS
    imap_port: int = 993
    imap_encryption: Encryption = Encryption.TLS


def _starttls(imap_host: str, smtp_host: str) -> Servers:
    return Servers(
        imap_host=imap_host, smtp_host=smtp_host, smtp_port=587, smtp_encryption=Encryption.STARTTLS
    )


GOOGLE = Servers(imap_host="imap.gmail.com", smtp_host="smtp.gmail.com")
MICROSOFT = _starttls("outlook.office365.com", "smtp.office365.com")
OUTLOOK = _starttls("outlook.office365.com", "smtp-mail.outlook.com")
YANDEX = Servers(imap_host="imap.yandex.com", smtp_host="smtp.yandex.com")
MAIL_RU = Servers(imap_host="imap.mail.ru", smtp_host="smtp.mail.ru")
BY_DOMAIN = {
    "gmail.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "outlook.com": OUTLOOK,
    "hotmail.com": OUTLOOK,
    "live.com": OUTLOOK,
    "yahoo.com": Servers(imap_host="imap.mail.yahoo.com", smtp_host="smtp.mail.yahoo.com"),
    "icloud.com": _starttls("imap.mail.me.com", "smtp.mail.me.com"),
    "me.com": _starttls("imap.mail.me.com", "smtp.mail.me.com"),
    "gmx.de": _starttls("imap.gmx.net", "mail.gmx.net"),
    "gmx.net": _starttls("imap.gmx.net", "mail.gmx.net"),
    "web.de": _starttls("imap.web.de", "smtp.web.de"),
    "t-online.de": Servers(imap_host="secureimap.t-online.de", smtp_host="securesmtp.t-online.de"),
    "fastmail.com": Servers(imap_host="imap.fastmail.com", smtp_host="smtp.fastmail.com"),
    "zoho.com": Servers(imap_host="imap.zoho.com", smtp_host="smtp.zoho.com"),
    "yandex.ru": YANDEX,
    "yandex.com": YANDEX,
    "ya.ru": YANDEX,
    "mail.ru": MAIL_RU,
    "bk.ru": MAIL_RU,
    "inbox.ru": MAIL_RU,
    "list.ru": MAIL_RU,
}


def servers_for(address: str) -> Servers:
    """The servers of the address's domain; for a domain that is not known what most of them use."""
    domain = address.strip().lower().rpartition("@")[2]
    return BY_DOMAIN.get(domain) or _starttls(f"imap.{domain}", f"smtp.{domain}")


def hint(host: str) -> str:
    """What to know about signing in at that server; empty when nothing is special."""
    name = host.lower()
    if name.endswith(("gmail.com", "google.com", "googlemail.com")):
        return gettext(
            "Google refuses the ordinary password here: make an app password in the Google account"
            " (two-step verification must be on) and type that one."
        )
    if name.endswith(("office365.com", "outlook.com")):
        return gettext(
            "Microsoft 365 often refuses passwords here: let its administrator allow IMAP and authenticated"
            " SMTP for this mailbox, or make an app password."
        )
    if name.endswith(
        ("yahoo.com", "me.com", "mail.ru", "yandex.com", "yandex.ru", "zoho.com", "fastmail.com")
    ):
        return gettext(
            "This provider wants an app password for mail programs; it is made in the account's settings."
        )
    return ""
