"""Mail: passwords that open, letters that do not run in circles, a way out."""

from sqlalchemy import Row

from helpdesk import secrets_box
from helpdesk.doctor.finding import Fault, Finding, Patient, judged
from helpdesk.errors import DomainError
from helpdesk.setting_kinds import is_loopback

BOXES = """
select id, address, imap_host, imap_secret, smtp_host, smtp_secret
from mailbox where active order by address
"""
TWICE = """
select string_agg(address, ' and ' order by address) as addresses, lower(imap_host) as host, imap_folder
from mailbox where active and imap_host is not null
group by lower(imap_host), imap_port, lower(coalesce(imap_user, address)), imap_folder having count(*) > 1
"""
OURSELVES = """
select m.address, p.name, 'contact' as kind from mailbox m
    join contact_address a on lower(a.email) = m.address join contact c on c.id = a.contact_id
    join person p on p.id = c.person_id where m.active
union all
select m.address, p.name, 'account' from mailbox m
    join account a on a.email = m.address join person p on p.id = a.person_id
    where m.active and a.disabled_at is null
order by 1, 2
"""
SETTINGS_PAGE = "Under Settings, Mailboxes, open"


def boxes(patient: Patient) -> list[Finding]:
    """At least one; whether each answers is tried by asking.py."""
    cure = "Under Settings, Mailboxes, connect the address that clients write to."
    faults = [] if patient.rows(BOXES) else [Fault("There is no mailbox: mail cannot come in.", cure)]
    return judged("There is a mailbox.", faults)


def secrets(patient: Patient) -> list[Finding]:
    """Passwords open with the key of this installation."""
    faults = [
        Fault(
            f"The password of the mailbox {row.address} cannot be opened: the secret key has changed.",
            "Set HELPDESK_SECRET_KEY (or the file secret.key in the data folder) to what it was, or type the "
            f"password again: {SETTINGS_PAGE} {row.address}.",
        )
        for row in patient.rows(BOXES)
        if not (_opens(row.imap_secret) and _opens(row.smtp_secret))
    ]
    return judged("All stored passwords open.", faults)


def loops(patient: Patient) -> list[Finding]:
    """Nothing is fetched twice, and nothing that the desk sends comes back to it as a request."""
    faults = [_twice(row) for row in patient.rows(TWICE)]
    faults += [_itself(row) for row in patient.rows(OURSELVES)]
    return judged("No mailbox is read twice or writes to itself.", faults)


def way_out(patient: Patient) -> list[Finding]:
    rows = patient.rows(BOXES)
    if patient.settings.smtp_url or (rows and all(row.smtp_host for row in rows)):
        return judged("Mail has a way out.", [])
    without = ", ".join(row.address for row in rows if not row.smtp_host) or "the desk"
    cure = (
        "Under Settings, Mailboxes, give it an SMTP server, or set HELPDESK_SMTP_URL "
        "(smtp://name:password@host:587) for all."
    )
    return judged("", [Fault(f"Mail cannot leave: there is no SMTP server for {without}.", cure)])


def address_of_links(patient: Patient) -> list[Finding]:
    """Links in mails lead somewhere for whoever reads them."""
    base, host = patient.settings.base_url, patient.settings.base_url.split("//")[-1].split("/")[0]
    reads_real_mail = any(row.imap_host and not is_loopback(row.imap_host) for row in patient.rows(BOXES))
    faults = []
    if is_loopback(host.rsplit(":", 1)[0]) and reads_real_mail and not patient.settings.demo:
        cure = "Set HELPDESK_BASE_URL to the https address under which colleagues open the desk."
        faults = [Fault(f"Links in mails lead to {base}, which only this machine can open.", cure)]
    return judged(f"Links in mails lead to {base}.", faults)


def _opens(secret: bytes | memoryview | None) -> bool:
    if secret is None:
        return True
    try:
        secrets_box.unseal(bytes(secret))
    except DomainError:
        return False
    return True


def _twice(row: Row[tuple[str, str]]) -> Fault:
    return Fault(
        f"{row.addresses} read the same folder {row.imap_folder} on {row.host}: every mail would come twice.",
        f"{SETTINGS_PAGE} one of them and give it its own folder or sign-in, or switch it off.",
    )


def _itself(row: Row[tuple[str, str]]) -> Fault:
    if row.kind == "contact":
        cure = f"Under Clients, open {row.name} and take {row.address} away from the addresses."
    else:
        cure = f"Under Settings, People, give {row.name} an address of their own."
    return Fault(
        f"{row.address} is a mailbox of the desk and also the address of {row.name}: it writes to itself.",
        cure,
    )
