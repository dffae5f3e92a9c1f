"""What changes companies and contacts; nothing here commits."""

from helpdesk.clients.actions.companies import (
    add_domain,
    create_company,
    ensure_system_companies,
    rename_company,
    set_domains,
    set_main_phone,
)
from helpdesk.clients.actions.contacts import (
    absorb,
    add_address,
    add_phone,
    contact_for_address,
    make_contact,
    rename_contact,
    set_reach,
    verify,
)
from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.queries import own_company, unknown_company

__all__ = [
    "absorb",
    "add_address",
    "add_domain",
    "add_phone",
    "contact_for_address",
    "create_company",
    "ensure_system_companies",
    "make_contact",
    "own_company",
    "refresh_lookup",
    "rename_company",
    "rename_contact",
    "set_domains",
    "set_main_phone",
    "set_reach",
    "unknown_company",
    "verify",
]
