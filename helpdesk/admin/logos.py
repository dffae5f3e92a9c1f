"""A firm's logo: decoded and drawn anew by us, so that nothing but pixels of the upload is ever served."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from helpdesk.errors import N_, BadInput

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 1024 * 1024
MOST_PIXELS = 2000
KEPT = (640, 192)
FIELD = "logo"
NO_PICTURE = N_("This file is no picture that the desk can read. PNG, JPEG and WebP work.")
DAMAGED = N_("This picture is damaged. Open it, save it again as a PNG, and try once more.")
VECTOR_SIGNS = (b"<svg", b"<?xml", b"<!doctype svg")


@dataclass(frozen=True, kw_only=True)
class Logo:
    """The picture as it is kept: PNG, at most 640 by 192 pixels."""

    content: bytes
    width: int
    height: int


def read(content: bytes) -> Logo:
    """The upload as a logo. Raises BadInput with what is wrong."""
    if not content:
        raise BadInput(N_("Choose a file first."), FIELD)
    if len(content) > MOST_BYTES:
        raise BadInput(N_("The file is too large: a logo has at most 1 MiB."), FIELD)
    if content.lstrip().lower().startswith(VECTOR_SIGNS) or b"<svg" in content[:1000].lower():
        raise BadInput(
            N_("An SVG file can carry programs, so the desk takes none. Save the logo as a PNG."), FIELD
        )
    picture = _decoded(content)
    picture.thumbnail(KEPT)
    drawn = BytesIO()
    picture.save(drawn, "PNG", optimize=True)
    return Logo(content=drawn.getvalue(), width=picture.width, height=picture.height)


def _decoded(content: bytes) -> Image.Image:
    """The first picture in the file, upright, without anything that was written beside its pixels."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if max(opened.size) > MOST_PIXELS:
                raise BadInput(N_("The picture is too large: at most 2000 by 2000 pixels."), FIELD)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
            upright.info.clear()
    except UnidentifiedImageError as stranger:
        raise BadInput(NO_PICTURE, FIELD) from stranger
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as damage:
        raise BadInput(DAMAGED, FIELD) from damage
    return upright
