"""A firm's colour and the tones made of it, each readable where it is used (WCAG 2.2: 4.5 to 1). Pure."""

import colorsys
import re
from collections.abc import Callable, Iterator

Rgb = tuple[float, float, float]
SHAPE = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
READABLE, VISIBLE = 4.5, 3.0
STEP = 0.005
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
STANDARD = "#2d5bcb"


def parsed(text: str) -> str | None:
    """The colour as #rrggbb; None when the text is none."""
    found = SHAPE.fullmatch(text.strip())
    if not found:
        return None
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """How well one can be read on the other, from 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def carries_white(colour: str) -> bool:
    """Whether white words can be read on it."""
    return contrast(colour, "#ffffff") >= READABLE


def nearest(colour: str) -> str:
    """The lightest tone of the same colour that carries white words; itself if it does."""
    return _first(colour, darker=True, fits=carries_white)


def tones(accent: str) -> dict[str, tuple[str, str]]:
    """What the style sheet calls its accent: name -> tone on light and tone on dark surfaces."""
    soft, soft_dark = _mixed(accent, "#ffffff", 0.11), _mixed(accent, "#15181e", 0.24)
    solid_dark = _solid_on_dark(accent)
    words = _first(accent, darker=True, fits=lambda one: _readable(one, (soft, "#f1f2f5", "#ffffff")))
    words_dark = _first(
        accent, darker=False, fits=lambda one: _readable(one, (soft_dark, "#1b1f27", "#15181e"))
    )
    return {
        "accent": (accent, solid_dark),
        "accent-strong": (_mixed(accent, "#000000", 0.8), _mixed(solid_dark, "#000000", 0.88)),
        "accent-soft": (soft, soft_dark),
        "accent-text": (words, words_dark),
        "chosen": (_mixed(accent, "#ffffff", 0.09), _mixed(accent, "#15181e", 0.2)),
        "focus": (accent, words_dark),
    }


def style_sheet(accent: str) -> str:
    """The tones as custom properties; the theme picks the side."""
    lines = (f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in tones(accent).items())
    return f"@layer tokens {{ :root {{ {' '.join(lines)} }} }}\n"


def _solid_on_dark(accent: str) -> str:
    """Light enough to be seen on the dark surface, and still dark enough for white words."""
    seen = _first(accent, darker=False, fits=lambda one: contrast(one, "#15181e") >= VISIBLE)
    return nearest(seen)


def _readable(colour: str, grounds: tuple[str, ...]) -> bool:
    return all(contrast(colour, ground) >= READABLE for ground in grounds)


def _first(colour: str, *, darker: bool, fits: Callable[[str], bool]) -> str:
    return next(one for one in _ladder(colour, darker=darker) if fits(one))


def _ladder(colour: str, *, darker: bool) -> Iterator[str]:
    """The same colour step by step down to black, or up to white."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    yield colour
    while 0 < lightness < 1 or (lightness <= 0 and not darker) or (lightness >= 1 and darker):
        lightness = max(0.0, lightness - STEP) if darker else min(1.0, lightness + STEP)
        yield _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    yield _hex(BLACK if darker else WHITE)


def _mixed(colour: str, ground: str, share: float) -> str:
    """`share` of the colour on the ground."""
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    red, green, blue = (share * one + (1 - share) * other for one, other in pairs)
    return _hex((red, green, blue))


def _luminance(colour: Rgb) -> float:
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(one * 255):02x}" for one in colour)
