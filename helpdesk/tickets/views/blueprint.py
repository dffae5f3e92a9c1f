"""Where the routes of tickets hang."""

from flask import Blueprint

blueprint = Blueprint("tickets", __name__)
