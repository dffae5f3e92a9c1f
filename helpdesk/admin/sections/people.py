"""Clients, colleagues and their teams."""

from flask_babel import lazy_gettext

from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import NAME

SECTIONS: tuple[Section, ...] = (
    Section(
        "clients",
        "people",
        "clients.companies",
        lazy_gettext("Clients"),
        lazy_gettext(
            "Client companies and their people: phones, addresses, mail domains, who is unknown yet."
        ),
        {
            "company": Kind(
                lazy_gettext("Company"),
                {
                    "name": NAME,
                    "vip": lazy_gettext("Very important"),
                    "main_phone": lazy_gettext("Main number"),
                    "domains": lazy_gettext("Mail domains"),
                    "zone": lazy_gettext("Time zone"),
                    "language": lazy_gettext("Language"),
                    "colleagues_answer": lazy_gettext("Colleagues may answer"),
                    "systems": lazy_gettext("Systems"),
                    "note": lazy_gettext("Note"),
                    "confirmed": lazy_gettext("Confirmed"),
                    "retired": lazy_gettext("No longer a client"),
                },
                "clients.company",
                "company_id",
            ),
            "contact": Kind(
                lazy_gettext("Contact"),
                {
                    "name": lazy_gettext("Name"),
                    "position": lazy_gettext("What they do there"),
                    "vip": lazy_gettext("Very important"),
                    "company": lazy_gettext("Company"),
                    "emails": lazy_gettext("Mail addresses"),
                    "phones": lazy_gettext("Numbers"),
                    "language": lazy_gettext("Language"),
                    "zone": lazy_gettext("Time zone"),
                    "note": lazy_gettext("Note"),
                    "confirmed": lazy_gettext("Confirmed"),
                    "retired": lazy_gettext("No longer there"),
                },
                "clients.contact",
                "contact_id",
            ),
        },
    ),
    Section(
        "people",
        "people",
        "admin.people_list",
        lazy_gettext("People"),
        lazy_gettext("Who may come in, in which teams they sit, and who runs the desk."),
        {
            "person": Kind(
                lazy_gettext("Person"),
                {
                    "name": lazy_gettext("Name"),
                    "email": lazy_gettext("E-mail"),
                    "teams": lazy_gettext("Teams"),
                    "manager": lazy_gettext("Manager"),
                    "manager_lines": lazy_gettext("Manages lines"),
                    "manager_companies": lazy_gettext("Manages clients"),
                    "administrator": lazy_gettext("Administrator"),
                    "active": lazy_gettext("May come in"),
                },
                "admin.person",
                "person_id",
            )
        },
    ),
    Section(
        "teams",
        "people",
        "admin.teams_list",
        lazy_gettext("Teams and lines"),
        lazy_gettext("The three lines, their teams, who answers clients, and how tickets are shared out."),
        {
            "team": Kind(
                lazy_gettext("Team"),
                {
                    "name": NAME,
                    "line": lazy_gettext("Line"),
                    "default": lazy_gettext("Takes what nobody placed"),
                    "answers_client": lazy_gettext("Answers clients"),
                    "assignment": lazy_gettext("New tickets"),
                },
                "admin.team",
                "team_id",
            )
        },
    ),
)
