"""What is carried, in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from helpdesk.carriage.cargo import Cargo

NAMES: Mapping[Cargo, Any] = {
    Cargo.COMPANIES: lazy_gettext("Companies"),
    Cargo.CONTACTS: lazy_gettext("Contacts"),
    Cargo.AGENTS: lazy_gettext("Agents"),
    Cargo.ARTICLES: lazy_gettext("Instructions"),
}
SAYS: Mapping[Cargo, Any] = {
    Cargo.COMPANIES: lazy_gettext("Your clients, with the mail domains by which their people are known."),
    Cargo.CONTACTS: lazy_gettext(
        "The people at your clients. Each row names a company that is here already."
    ),
    Cargo.AGENTS: lazy_gettext(
        "The people who work here, with their teams. They are asked in when you say so."
    ),
    Cargo.ARTICLES: lazy_gettext("What your desk knows. New ones are drafts unless the file says otherwise."),
}
