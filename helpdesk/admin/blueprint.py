"""The blueprint on which every settings screen hangs its routes."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
