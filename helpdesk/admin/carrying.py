"""A typed password on its way through a form that came back: sealed, so that no page ever shows it."""

import base64
import json

from helpdesk.errors import DomainError
from helpdesk.secrets_box import seal, unseal


def carried(password: str, where: tuple[str, str]) -> str:
    """The password for that server and name as a hidden field; a mistake elsewhere costs no second typing."""
    if not password:
        return ""
    return base64.urlsafe_b64encode(seal(json.dumps([password, *where]).encode())).decode()


def uncarried(sealed: str, where: tuple[str, str]) -> str:
    """The password again, only for the server and name that it was typed for; else empty."""
    try:
        password, *place = json.loads(unseal(base64.urlsafe_b64decode(sealed.encode())))
    except (DomainError, ValueError):
        return ""
    return str(password) if tuple(place) == where else ""
