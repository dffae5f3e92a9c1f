"""The blueprint of notices."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)
