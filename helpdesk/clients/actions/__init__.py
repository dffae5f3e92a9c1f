"""What changes companies and contacts; nothing here commits."""

from helpdesk.clients.actions.companies import (
    add_domain,
    confirm_company,
    create_company,
    ensure_system_companies,
    rename_company,
    restore_company,
    retire_company,
    set_domains,
    set_main_phone,
)
from helpdesk.clients.actions.contacts import (
    AddressTaken,
    add_address,
    add_phone,
    contact_for_address,
    hold_address,
    make_contact,
    rename_contact,
    set_addresses,
    set_phones,
    set_reach,
    verify,
    works_here,
)
from helpdesk.clients.actions.identity import contact_meant
from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.actions.moving import (
    absorb,
    contact_at,
    move_contact,
    restore_contact,
    retire_contact,
    unite,
)
from helpdesk.clients.actions.returning import (
    Returned,
    note_alive,
    note_complaint,
    note_returned,
    open_address,
)
from helpdesk.clients.facts import company_facts, contact_facts, note_company, note_contact
from helpdesk.clients.queries import own_company, unknown_company

__all__ = [
    "AddressTaken",
    "Returned",
    "absorb",
    "add_address",
    "add_domain",
    "add_phone",
    "company_facts",
    "confirm_company",
    "contact_at",
    "contact_facts",
    "contact_for_address",
    "contact_meant",
    "create_company",
    "ensure_system_companies",
    "hold_address",
    "make_contact",
    "move_contact",
    "note_alive",
    "note_company",
    "note_complaint",
    "note_contact",
    "note_returned",
    "open_address",
    "own_company",
    "refresh_lookup",
    "rename_company",
    "rename_contact",
    "restore_company",
    "restore_contact",
    "retire_company",
    "retire_contact",
    "set_addresses",
    "set_domains",
    "set_main_phone",
    "set_phones",
    "set_reach",
    "unite",
    "unknown_company",
    "verify",
    "works_here",
]
