"""The form of a mailbox: what was typed becomes a sheet, or a sentence at its field; nothing is lost."""

from collections.abc import Mapping

from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules import check_signature, check_signature_form
from helpdesk.admin import carrying
from helpdesk.admin import mailbox_more as more
from helpdesk.admin import mailbox_provider as provider
from helpdesk.admin.mailbox_sides import is_same_host, may_keep, side_of
from helpdesk.admin.mailbox_typed import Typed
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.i18n import LANGUAGES, gettext, told
from helpdesk.mail.check.reach import Server
from helpdesk.mail.models import Encryption, Mailbox, SignIn
from helpdesk.mail.oauth.bearer import token_of
from helpdesk.mail.providers import servers_for
from helpdesk.mail.settings import Sheet, Side
from helpdesk.rich.cleaning import clean
from helpdesk.rich.typed import words_and_form
from helpdesk.secrets_box import unseal

SIDES = ("imap", "smtp")
FIELDS = (
    "address",
    "name",
    "language",
    "team_id",
    "plus_addressing",
    "signature",
    "signature_html",
    "imap_folder",
    *more.FIELDS,
    *provider.FIELDS,
    *(f"{side}_{part}" for side in SIDES for part in ("host", "port", "encryption", "user", "sign_in")),
)
SECRETS = (
    "oauth_client_secret",
    "oauth_carried",
    *(f"{side}_{part}" for side in SIDES for part in ("password", "carried")),
)
BESIDE = ("html", "href", "same_account", "letter", "mailbox_id")
SENT = (*(name for name in FIELDS if name != "signature_html"), *SECRETS, *BESIDE)
LONGEST = {"name": 120, "signature": 2000, "imap_folder": 200}


def empty() -> Typed:
    """A new mailbox as most are."""
    values = dict.fromkeys(FIELDS, "")
    values |= {"language": settings().default_language, "plus_addressing": "1", "imap_folder": "INBOX"}
    values |= {"imap_encryption": Encryption.TLS.value, "smtp_encryption": Encryption.STARTTLS.value}
    values |= {"imap_sign_in": SignIn.PASSWORD.value, "smtp_sign_in": SignIn.PASSWORD.value}
    values |= more.EMPTY | provider.EMPTY
    return Typed(values | {"name": settings().firm_name}, {})


def of(mailbox: Mailbox) -> Typed:
    """The form of a mailbox as it stands."""
    values = {name: str(getattr(mailbox, name, None) or "") for name in FIELDS}
    values["plus_addressing"] = "1" if mailbox.plus_addressing else ""
    for side in SIDES:
        values[f"{side}_encryption"] = Encryption(getattr(mailbox, f"{side}_encryption")).value
        values[f"{side}_sign_in"] = SignIn(getattr(mailbox, f"{side}_sign_in")).value
    values |= more.of(mailbox) | provider.of(mailbox.grant)
    return Typed(values, {})


def typed(form: Mapping[str, str]) -> Typed:
    """What was sent; a password typed before and carried along counts as typed.

    With `same_account` the sending server gets the name and password of the fetching one.
    """
    form = _same_account(form) if form.get("same_account") else form
    values = {name: form.get(name, "").strip() for name in FIELDS}
    values["name"] = " ".join(values["name"].split())  # it stands in the head of every mail
    more.tidy(values, form)
    for side in SIDES:
        values[f"{side}_sign_in"] = values[f"{side}_sign_in"] or SignIn.PASSWORD.value
    values["signature"] = form.get("signature", "").replace("\r\n", "\n").strip()
    values["signature_html"] = clean(form.get("html", ""))
    passwords = {}
    for side in SIDES:
        carried = form.get(f"{side}_carried", "")
        passwords[side] = form.get(f"{side}_password", "") or carrying.uncarried(
            carried, _where(values, side)
        )
    passwords["oauth"] = form.get("oauth_client_secret", "").strip() or carrying.uncarried(
        form.get("oauth_carried", ""), provider.where(values)
    )
    carried_on = {side: carrying.carried(word, _where(values, side)) for side, word in passwords.items()}
    return Typed(values, passwords, carried=carried_on)


def _same_account(form: Mapping[str, str]) -> dict[str, str]:
    both = dict(form.items())
    both["imap_user"] = both.get("imap_user") or both.get("address", "").strip()
    both["smtp_user"] = both["imap_user"]
    both["smtp_password"] = both.get("imap_password", "")
    return both


def _where(values: Mapping[str, str], side: str) -> tuple[str, str]:
    if side == "oauth":
        return provider.where(values)
    return values[f"{side}_host"].lower(), values[f"{side}_user"].lower()


def propose(found: Typed) -> None:
    """Fill in the servers that belong to the address; what was typed stays."""
    servers = provider.servers_of(found.values["oauth_provider"]) or servers_for(found.values["address"])
    proposals = {
        "imap_user": found.values["address"],
        "smtp_user": found.values["address"],
        "imap_folder": "INBOX",
    }
    for side in SIDES:
        if not found.values[f"{side}_host"]:
            proposals[f"{side}_host"] = getattr(servers, f"{side}_host")
            found.values[f"{side}_port"] = str(getattr(servers, f"{side}_port"))
            found.values[f"{side}_encryption"] = getattr(servers, f"{side}_encryption").value
            if found.values["oauth_provider"]:
                found.values[f"{side}_sign_in"] = SignIn.OAUTH.value
    for name, value in proposals.items():
        found.values[name] = found.values[name] or value


def _signature(found: Typed, mailbox: Mailbox | None) -> tuple[str, str | None]:
    """The words under every mail from there, and their form."""
    before = (mailbox.signature, mailbox.signature_html) if mailbox else ("", None)
    text, html = words_and_form(found.values["signature"], found.values["signature_html"], before)
    try:
        check_signature(text)
        check_signature_form(text, html or text)
    except BadInput as problem:
        found.errors["signature"] = told(problem)
    if len(text) > LONGEST["signature"]:
        found.errors["signature"] = gettext("A signature has at most 2000 characters.")
    return text, html


def sheet_of(found: Typed, mailbox: Mailbox | None) -> Sheet | None:
    """The sheet to save; None when something cannot be, which stands in `errors` then."""
    values = found.values
    address = _address(found)
    _check_words(found)
    signature = _signature(found, mailbox)
    team_id = _team(found)
    imap, smtp = (side_of(found, side, mailbox) for side in SIDES)
    _check_password(found, imap, mailbox)
    grant = provider.sheet_of(found, mailbox)
    _check_provider(found)
    read = more.read(found, address)
    if found.errors:
        return None
    return Sheet(
        address=address,
        name=values["name"],
        language=values["language"],
        team_id=team_id,
        plus_addressing=bool(values["plus_addressing"]),
        signature=signature[0],
        signature_html=signature[1],
        imap=imap,
        folder=values["imap_folder"][: LONGEST["imap_folder"]] or "INBOX",
        smtp=smtp,
        grant=grant,
        **read,
    )


def _check_words(found: Typed) -> None:
    if not 1 <= len(found.values["name"]) <= LONGEST["name"]:
        found.errors["name"] = gettext(
            "Clients see this name as the sender. Give one of at most 120 characters."
        )
    if found.values["language"] not in LANGUAGES:
        found.errors["language"] = gettext("Choose one of the languages.")


def _check_password(found: Typed, imap: Side, mailbox: Mailbox | None) -> None:
    with_password = imap.host and imap.sign_in is SignIn.PASSWORD
    if with_password and not (imap.password or may_keep(found, "imap", mailbox)):
        found.errors.setdefault(
            "imap_password", gettext("The server asks for a password. Type the one of this account.")
        )


def _check_provider(found: Typed) -> None:
    """Whoever signs in with a token says at whose page."""
    values = found.values
    sides = (side for side in SIDES if values[f"{side}_sign_in"] == SignIn.OAUTH and values[f"{side}_host"])
    if any(sides) and not values["oauth_provider"]:
        found.errors["oauth_provider"] = gettext("Choose whose sign-in page it is.")


def server_of(found: Typed, side: str, mailbox: Mailbox | None) -> Server | None:
    """The server to try with what is typed; None when none is given or it cannot be tried."""
    read = side_of(found, side, mailbox)
    if not read.host or read.port is None or any(name.startswith(side) for name in found.errors):
        return None
    secret = getattr(mailbox, f"{side}_secret", None) if may_keep(found, side, mailbox) else None
    return Server(
        host=read.host,
        port=read.port,
        encryption=read.encryption,
        user=read.user or "",
        password=read.password or (unseal(secret).decode() if secret else ""),
        token_of=token_of(mailbox.id) if mailbox and read.sign_in is SignIn.OAUTH else None,
    )


def is_place_saved(found: Typed, mailbox: Mailbox | None) -> bool:
    """Whether tokens may be shown to the servers as typed: they are the saved ones, no less protected."""
    return mailbox is not None and all(
        is_same_host(found, side, mailbox)
        for side in SIDES
        if found.values[f"{side}_sign_in"] == SignIn.OAUTH and found.values[f"{side}_host"]
    )


def _address(found: Typed) -> str:
    try:
        address = address_of(found.values["address"])
    except BadInput as problem:
        found.errors["address"] = told(problem)
        return ""
    if "+" in address.partition("@")[0]:
        found.errors["address"] = gettext("Leave out the plus sign and what follows it.")
    return address


def _team(found: Typed) -> int | None:
    chosen = found.values["team_id"]
    if not chosen:
        return None
    team = db.session.get(Team, int(chosen)) if chosen.isdecimal() and len(chosen) < 18 else None
    if team is None:
        found.errors["team_id"] = gettext("Choose a team of the list.")
    return team.id if team else None
