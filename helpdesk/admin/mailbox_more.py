"""The part of a mailbox's form about what comes in besides, and how answers leave."""

import re
from collections.abc import Mapping
from typing import Any

from helpdesk.accounts.addresses import address_of
from helpdesk.admin.mailbox_typed import Typed
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, told
from helpdesk.mail.authentication import BY
from helpdesk.mail.models import ListMail, Mailbox

FIELDS = (
    "addresses",
    "authserv_id",
    "list_mail",
    "rate_per_minute",
    "names_agent",
    "move_to",
    "probes_daily",
)
EMPTY = {**dict.fromkeys(FIELDS, ""), "list_mail": ListMail.TICKET.value}
MOST_ADDRESSES = 50
FASTEST = 6000
SERVER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")


def of(mailbox: Mailbox) -> dict[str, str]:
    """These fields of a mailbox as it stands."""
    return {
        "addresses": "\n".join(one.email for one in mailbox.further),
        "authserv_id": mailbox.authserv_id or "",
        "list_mail": ListMail(mailbox.list_mail).value,
        "rate_per_minute": str(mailbox.rate_per_minute or ""),
        "names_agent": "1" if mailbox.names_agent else "",
        "move_to": mailbox.move_to or "",
        "probes_daily": "1" if mailbox.probes_daily else "",
    }


def tidy(values: dict[str, str], form: Mapping[str, str]) -> None:
    """One address a line, whatever stood between them; a form without lists takes them as tickets."""
    values["addresses"] = "\n".join(re.split(r"[\s,;]+", form.get("addresses", "").strip()))
    values["list_mail"] = values["list_mail"] or ListMail.TICKET.value


def read(found: Typed, address: str) -> dict[str, Any]:
    """These fields of the sheet; what cannot be stands in `errors` then."""
    return {
        "addresses": _addresses(found, address),
        "authserv_id": _authserv_id(found),
        "list_mail": _list_mail(found),
        "rate_per_minute": _rate(found),
        "names_agent": bool(found.values["names_agent"]),
        "move_to": _folder(found),
        "probes_daily": bool(found.values["probes_daily"]),
    }


def _addresses(found: Typed, main: str) -> tuple[str, ...]:
    written = [one for one in found.values["addresses"].split("\n") if one]
    if len(written) > MOST_ADDRESSES:
        found.errors["addresses"] = gettext("At most %(count)s further addresses.", count=MOST_ADDRESSES)
        return ()
    read = [_address(found, one) for one in written]
    return tuple(dict.fromkeys(one for one in read if one and one != main))


def _address(found: Typed, written: str) -> str:
    try:
        address = address_of(written)
    except BadInput as problem:
        found.errors["addresses"] = f"{written[:80]}: {told(problem)}"
        return ""
    if "+" in address.partition("@")[0]:
        found.errors["addresses"] = gettext("%(address)s: leave out the plus sign.", address=written[:80])
    return address


def _authserv_id(found: Typed) -> str | None:
    name = found.values["authserv_id"].lower()
    if name and not SERVER_NAME.fullmatch(name.removeprefix(BY)):
        found.errors["authserv_id"] = gettext("Only the name of the server, such as mx.firm.example.")
    return name or None


def _list_mail(found: Typed) -> ListMail:
    try:
        return ListMail(found.values["list_mail"])
    except ValueError:
        found.errors["list_mail"] = gettext("Choose one of the list.")
        return ListMail.TICKET


def _rate(found: Typed) -> int | None:
    written = found.values["rate_per_minute"]
    if not written:
        return None
    if written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= FASTEST:
        return int(written)
    found.errors["rate_per_minute"] = gettext("A number from 1 to %(most)s, or nothing.", most=FASTEST)
    return None


def _folder(found: Typed) -> str | None:
    name = found.values["move_to"]
    if len(name) > 200 or not name.isprintable():
        found.errors["move_to"] = gettext("A folder's name has at most 200 characters.")
    elif name and name.upper() == (found.values["imap_folder"] or "INBOX").upper():
        found.errors["move_to"] = gettext("That is the folder that mail is fetched from. Name another one.")
    return name or None
