"""Ids as exports write them: with a mark of this desk, so that a file of another desk changes nobody here."""

import hashlib
import hmac

from helpdesk import secrets_box
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.findings import BadCell, Entry
from helpdesk.errors import N_

FOREIGN = N_("“%(value)s” is no number of this desk. Leave this column out if the file is from another one.")
_MARK = 6
_LONGEST = 18


def written_id(cargo: Cargo, row_id: int) -> str:
    """Such as 77-3fa1c0."""
    return f"{row_id}-{_mark(cargo, row_id)}"


def read_id(cargo: Cargo, entry: Entry, code: str = "id") -> int | None:
    """The id that the cell names; None when it is empty. Raises BadCell for one that is not ours."""
    said = entry.get(code)
    if not said:
        return None
    digits, _, mark = said.partition("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST
    if not is_number or not hmac.compare_digest(_mark(cargo, int(digits)).encode(), mark.encode()):
        raise BadCell(code, FOREIGN, value=said)
    return int(digits)


def _mark(cargo: Cargo, row_id: int) -> str:
    key = secrets_box.key_for("ids in exports")
    return hmac.new(key, f"{cargo}:{row_id}".encode(), hashlib.sha256).hexdigest()[:_MARK]
