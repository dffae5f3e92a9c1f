"""Doors of people: the gate, own sessions, own profile, and the demo's open door."""

from helpdesk.accounts.views import address, forgotten, gate, invitation, profile, sessions
from helpdesk.accounts.views.blueprints import blueprint, demo_blueprint
from helpdesk.accounts.views.demo import step_in

__all__ = [
    "address",
    "blueprint",
    "demo_blueprint",
    "forgotten",
    "gate",
    "invitation",
    "profile",
    "sessions",
    "step_in",
]
