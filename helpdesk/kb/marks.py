"""Found words marked in foreign text: escaped first, marked after, here and nowhere else."""

from markupsafe import Markup, escape

START, STOP = "\ue000", "\ue001"
HEADLINE = f"StartSel={START}, StopSel={STOP}, MinWords=8, MaxWords=24, MaxFragments=1"


def marked(headline: str) -> Markup:
    """HTML of what ts_headline gave back with START and STOP around the found words.

    ts_headline escapes nothing, so its marks are private-use characters until all else is escaped.
    """
    safe = str(escape(headline)).replace(START, "<mark>").replace(STOP, "</mark>")
    return Markup(safe)  # noqa: S704 - the only two tags are ours


def without_marks(text: str) -> str:
    """Text to look through, free of characters that would pass for our marks."""
    return text.replace(START, "").replace(STOP, "")
