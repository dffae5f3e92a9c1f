"""How high a mail stands in its frame at a given width: its page has one size of letters and few rules, so
it can be laid out by counting. The frame itself can tell nobody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.mail.attachments import ParsedAttachment
from helpdesk.mail.cleaning import clean_html, is_drawable
from helpdesk.mail.frame_rooms import UP_TO, WIDTHS
from helpdesk.mail.frame_tree import Box, Heights, Picture, Size, tree_of
from helpdesk.mail.picture_type import picture_in

READ = 90_000  # letters of the HTML; a longer mail is as much higher
MOST = 9_000
SPARE = 1.02  # letters are not equally wide on all screens, and a bar beside a mail is worse than room below
LETTER, LINE = 14, 21.7
PADDING = (16, 16)
PARAGRAPH = 11.2
LISTS = frozenset({"ul", "ol"})
# tag: size of letters, margin above and below in sizes of these letters, room at the left in pixels
RULES: Mapping[str, tuple[float, float, float, int]] = {
    "p": (1, 0, 0.8, 0), "blockquote": (1, 0, 0.8, 14), "ul": (1, 1, 1, 40), "ol": (1, 1, 1, 40),
    "h1": (2, 0.67, 0.67, 0), "h2": (1.5, 0.83, 0.83, 0), "h3": (1.17, 1, 1, 0), "h4": (1, 1.33, 1.33, 0),
    "h5": (0.83, 1.67, 1.67, 0), "h6": (0.67, 2.33, 2.33, 0), "pre": (0.9, 1, 1, 0),
}  # fmt: skip
PLAIN = (1.0, 0.0, 0.0, 0)
SPACE = 0.28
STYLE = re.compile(r"</?style\b[^<>]*>", re.IGNORECASE)
BAR = 15  # below a table that is wider than the frame


@dataclass(frozen=True, slots=True)
class _Laid:
    """How high something is, and how far its neighbours stay away."""

    height: float
    above: float = 0.0
    below: float = 0.0


def heights_of(html: str, files: tuple[ParsedAttachment, ...]) -> Heights | None:
    """None for a mail without HTML, and for one that is shown as text."""
    if not html:
        return None
    html, known = _without_style(html), _sizes(files)
    names = {one: ("image/png", one.encode()) for one in known}
    cleaned = clean_html(html[:READ], names, names_blocked=True)
    if cleaned.is_text_only:
        return None
    longer = max(1.0, len(html) / READ)
    blocked, fetched = (tree_of(cleaned.html, known, is_fetched=one) for one in (False, True))
    return Heights(
        *(
            tuple(_height(tree, *widths, longer) for widths in zip(WIDTHS, UP_TO, strict=True))
            for tree in (blocked, fetched)
        )
    )


def _without_style(html: str) -> str:
    """Long style sheets stand before the first word of many mails."""
    kept, at, inside = list[str](), 0, -1
    for found in STYLE.finditer(html):
        if found[0].startswith("</") and inside >= 0:
            kept.append(html[at:inside])
            at, inside = found.end(), -1
        elif inside < 0:
            inside = found.start()
    return "".join([*kept, html[at:]])


def _sizes(files: tuple[ParsedAttachment, ...]) -> dict[str, Size]:
    own = [file for file in files if file.inline and is_drawable(file.content_type, file.size)]
    found = ((file.content_id.strip("<>").lower(), picture_in(file.content)) for file in own)
    return {name: (one.width, one.height) for name, one in found if one}


def _height(root: Box, width: int, most: int, longer: float) -> int:
    laid = _Page(most / width).flow(root, width - PADDING[0], 1.0)
    high = (laid.above + laid.height + laid.below) * longer
    return min(round(high * SPARE) + PADDING[1], MOST)


END, NOTHING = Box("end"), _Laid(0)


class _Page:
    """One width; what a cell would like to have is asked more than once, so it is kept."""

    def __init__(self, stretch: float) -> None:
        self.stretch = stretch
        self.wishes: dict[int, float] = {}

    def flow(self, box: Box, width: float, scale: float) -> _Laid:
        """What stands in a box: lines and boxes below each other, margins that meet count once."""
        total, above, pending, line = 0.0, -1.0, 0.0, list[float | Picture | None]()
        for child in [*box.children, END]:
            if not isinstance(child, Box):
                line.append(child)
                continue
            inner = self.block(child, box, width, scale) if child is not END else NOTHING
            for laid in (_Laid(_lines(line, width, scale, self.stretch)), inner):
                if not laid.height:
                    pending = max(pending, laid.above, laid.below)
                    continue
                gap = max(pending, laid.above)
                above, total = (gap, total) if above < 0 else (above, total + gap)
                total, pending = total + laid.height, laid.below
            line = []
        return _Laid(total, max(above, 0.0), pending)

    def block(self, box: Box, around: Box, width: float, scale: float) -> _Laid:
        if box.tag == "table":
            return self.table(box, width, scale)
        if box.tag == "hr":
            return _Laid(2, 7, 7)
        size, above, below, indent = RULES.get(box.tag, PLAIN)
        if box.tag in LISTS and around.tag == "li":
            above = below = 0.0
        inner = self.flow(box, max(width - indent, 20), scale * size)
        em = LETTER * scale * size
        return _Laid(inner.height, max(inner.above, above * em), max(inner.below, below * em))

    def table(self, table: Box, room: float, scale: float) -> _Laid:
        """Columns get what they ask for where there is room, else their share of it."""
        rows = list(_rows(table))
        if not any(rows):
            return _Laid(0)
        pad, gap = (18.0, 0.0) if table.number("border") else (2.0, 2.0)
        room = min(table.share("width") * room or table.number("width") or room, room)
        columns, free_ones = self.columns(rows, room, pad, scale)
        wanted, free = sum(columns), room - gap * (len(columns) + 1)
        if wanted > free:
            columns = [one * free / wanted for one in columns]
        elif table.number("width") or table.share("width"):
            growing = free_ones or list(range(len(columns)))
            grown = 1 + (free - wanted) / (sum(columns[at] for at in growing) or 1)
            columns = [one * grown if at in growing else one for at, one in enumerate(columns)]
        total = gap
        if table.number("border"):
            columns = [max(pair) for pair in zip(columns, self.least(rows, pad, scale), strict=False)]
            total += BAR if sum(columns) > free + 1 else 0
        for row in rows:
            total += gap + self.row(row, columns, pad, scale)
        return _Laid(max(total, table.number("height")))

    def row(self, cells: list[Box], columns: list[float], pad: float, scale: float) -> float:
        at, most = 0, 0.0
        for cell in cells:
            span = max(cell.number("colspan"), 1)
            inner = self.flow(cell, max(sum(columns[at : at + span]) - pad, 20), scale)
            most = max(most, inner.above + inner.height + inner.below, cell.number("height"))
            at += span
        return most + (5 if pad > 2 else 2)

    def columns(
        self, rows: list[list[Box]], room: float, pad: float, scale: float
    ) -> tuple[list[float], list[int]]:
        """What each column asks for, and which of them name no width."""
        count = max(sum(max(cell.number("colspan"), 1) for cell in cells) for cells in rows)
        found = [0.0] * min(count, 200)
        named = set[int]()
        for cells in rows:
            at = 0
            for cell in cells:
                span = max(cell.number("colspan"), 1)
                said = cell.share("width") * room or cell.number("width")
                asked = said or self.wish(cell, scale) + pad
                named.update({at} if said and span == 1 else ())
                for place in range(at, min(at + span, len(found))):
                    found[place] = max(found[place], asked / span if span == 1 else 0.0)
                at += span
        free = [at for at in range(len(found)) if at not in named]
        return [one or room / len(found) for one in found], free

    def least(self, rows: list[list[Box]], pad: float, scale: float) -> list[float]:
        """How wide the longest word of each column is: a table with lines does not break them."""
        found = [0.0] * 200
        for cells in rows:
            at = 0
            for cell in cells[:200]:
                words = [word for word in cell.children if isinstance(word, float)]
                if cell.number("colspan") < 2:
                    found[min(at, 199)] = max(
                        found[min(at, 199)], max(words, default=0) * LETTER * scale + pad
                    )
                at += max(cell.number("colspan"), 1)
        return found

    def wish(self, box: Box, scale: float) -> float:
        """How wide it would be if nothing were broken."""
        if id(box) not in self.wishes:
            self.wishes[id(box)] = self._wish(box, scale)
        return self.wishes[id(box)]

    def _wish(self, box: Box, scale: float) -> float:
        if box.tag == "table":
            rows = list(_rows(box))
            return box.number("width") or (sum(self.columns(rows, 600, 2, scale)[0]) if any(rows) else 0.0)
        size, _, _, indent = RULES.get(box.tag, PLAIN)
        most, line = 0.0, 0.0
        for child in box.children:
            if isinstance(child, float):
                line += (child + SPACE) * LETTER * scale * size
            elif isinstance(child, Picture):
                line += child.width or child.given[0] or 200
            else:
                most, line = max(most, line), 0.0
                most = max(most, self.wish(child, scale * size)) if child else most
        return max(most, line) + indent


def _rows(table: Box) -> "list[list[Box]]":
    found = list[list[Box]]()
    for child in table.children:
        if isinstance(child, Box) and child.tag == "tr":
            found.append([one for one in child.children if isinstance(one, Box)])
        elif isinstance(child, Box):
            found += _rows(child)
    return [row for row in found if row]


def _lines(run: "list[float | Picture | None]", width: float, scale: float, stretch: float) -> float:
    """Words and pictures beside each other, broken where they end; nothing at all has no height."""
    line, letter = LINE * scale, LETTER * scale
    total, at, high = 0.0, 0.0, 0.0
    for one in run:
        if one is None:
            total, at, high = total + max(high, line), 0.0, 0.0
            continue
        taken, tall = _picture(one, width, stretch) if isinstance(one, Picture) else (one * letter, line)
        if at and at + taken > width:
            total, at, high = total + high, 0.0, 0.0
        if taken > width:
            total, taken = total + line * (taken // width), taken % width
        at, high = at + taken + SPACE * letter, max(high, tall)
    return total + high


def _picture(one: Picture, room: float, stretch: float) -> tuple[float, float]:
    """Never wider than the room; of one that nobody knows the ratio is guessed."""
    wide, high = one.given
    asked = one.share * room * stretch or one.width or wide or 240
    ratio = high / wide if wide and high else 0.5
    return min(asked, room), min(asked, room * stretch) * ratio + 6
