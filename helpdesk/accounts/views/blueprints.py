"""Where the routes of people hang; the demo's own are registered in a demo only."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
demo_blueprint = Blueprint("demo_accounts", __name__)
