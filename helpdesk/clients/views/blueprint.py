"""Where the routes of clients hang, and how their names are drawn."""

from flask import Blueprint

from helpdesk.clients.rules import domain_shown
from helpdesk.clients.words import known_as

blueprint = Blueprint("clients", __name__)
blueprint.add_app_template_filter(known_as)
blueprint.add_app_template_filter(domain_shown)
