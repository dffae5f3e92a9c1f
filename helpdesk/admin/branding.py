"""The looks of the firm: its colour and logo, where pages find them, and how they are changed."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from helpdesk import blobs, firm, history
from helpdesk.admin.colours import STANDARD, carries_white, nearest, parsed
from helpdesk.admin.logos import Logo
from helpdesk.config import settings
from helpdesk.errors import N_, BadInput

WIDE = 2.4  # from this ratio on a logo says the firm's name itself
LOGO_HEIGHT, LOGO_WIDTH = 24, 150


class TooPale(BadInput):
    """White words could not be read on the colour; `proposal` is the nearest that works."""

    def __init__(self, proposal: str) -> None:
        sentence = N_(
            "White words on this colour could not be read. The nearest one that works is %(colour)s."
        )
        super().__init__(sentence, "accent", colour=proposal)
        self.proposal = proposal


@dataclass(frozen=True)
class Brand:
    """What pages draw; None where the standard holds. Width and height are those on the page."""

    colours_url: str | None
    logo_url: str | None
    logo_width: int
    logo_height: int
    is_wide: bool


def of_page() -> Brand:
    """The looks as this process knows them: no statement."""
    known = firm.chosen()
    accent, digest = known.get("accent"), known.get("logo_sha256")
    width, height = known.get("logo_width") or 1, known.get("logo_height") or 1
    scale = min(LOGO_HEIGHT / height, LOGO_WIDTH / width)
    return Brand(
        colours_url=url_for("admin.colours", colour=accent[1:]) if accent else None,
        logo_url=url_for("admin.logo", digest=digest) if digest else None,
        logo_width=max(1, round(width * scale)),
        logo_height=max(1, round(height * scale)),
        is_wide=bool(digest) and width / height >= WIDE,
    )


def colour(text: str) -> str:
    """The colour typed. Raises BadInput when it is none, TooPale when white words on it cannot be read."""
    found = parsed(text)
    if found is None:
        raise BadInput(N_("A colour is written like #2d5bcb."), "accent")
    if not carries_white(found):
        raise TooPale(nearest(found))
    return found


def set_colour(accent: str | None, *, by: int, now: datetime) -> None:
    """Let this colour hold; None is the standard one."""
    row = firm.the_firm()
    before = {"accent": row.accent or STANDARD}
    row.accent = accent
    _noted(before, {"accent": accent or STANDARD}, by=by, now=now)
    firm.touched(row)


def set_logo(logo: Logo | None, *, by: int, now: datetime) -> None:
    """Show this logo; None is the standard mark."""
    row = firm.the_firm()
    before = {"logo": _logo_words(row)}
    row.logo_sha256 = blobs.store(logo.content) if logo else None
    row.logo_type = "image/png" if logo else None
    row.logo_width, row.logo_height = (logo.width, logo.height) if logo else (None, None)
    _noted(before, {"logo": _logo_words(row)}, by=by, now=now)
    firm.touched(row)


def _logo_words(row: firm.Firm) -> str | None:
    """The logo in a history without pictures: its size and the beginning of its digest."""
    if row.logo_sha256 is None:
        return None
    return f"PNG {row.logo_width} × {row.logo_height}, {row.logo_sha256[:8]}"


def _noted(before: history.Facts, after: history.Facts, *, by: int, now: datetime) -> None:
    history.changed(("branding", 0, settings().firm_name), before, after, by=by, now=now)
