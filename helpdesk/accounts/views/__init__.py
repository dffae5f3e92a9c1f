"""Doors of people: the gate, own sessions, own profile, and the demo's open door."""

from helpdesk.accounts.views import gate, profile, sessions
from helpdesk.accounts.views.blueprints import blueprint, demo_blueprint
from helpdesk.accounts.views.demo import step_in

__all__ = ["blueprint", "demo_blueprint", "gate", "profile", "sessions", "step_in"]
