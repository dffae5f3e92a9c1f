"""How words are dressed for a mail's HTML: few inline styles, and no colour of paper, so dark stays dark."""

import re
from html import escape

FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5"
FAINT = "color:#7a828c;font-size:13px"
TINY = "color:#7a828c;font-size:11px"
STYLES = {
    "blockquote": "margin:0 0 12px;padding:0 0 0 12px;border-left:3px solid #9aa3ad",
    "pre": "margin:0 0 12px;padding:8px 10px;border:1px solid #9aa3ad;border-radius:4px;"
    "font-family:Menlo,Consolas,monospace;font-size:13px;white-space:pre-wrap",
    "p": "margin:0 0 12px",
    "ul": "margin:0 0 12px;padding-left:24px",
    "ol": "margin:0 0 12px;padding-left:24px",
    "img": "max-width:100%;height:auto",
}
PLACE = "\ue010"  # stands for the answer until both versions of a mail are filled
SIGNED = "\ue011"  # the same for a signature that has a form
SEAL = re.compile(r"<p>-- <br>(.*?)</p>", re.DOTALL)
DRESSED = re.compile(rf"<({'|'.join(STYLES)})\b(?=[\s>])")


def dressed(html: str) -> str:
    """Cleaned HTML with the styles that mail programs need; they read no style sheets."""
    return DRESSED.sub(lambda found: f'<{found[1]} style="{STYLES[found[1]]}"', html)


def placed(frame: str, answer: str) -> str:
    """The frame's HTML with the answer where `PLACE` stands, which may be within a paragraph."""
    return _put(frame, PLACE, f'<div style="margin:0 0 14px">{answer}</div>')


def with_signature(frame: str, signature: str) -> str:
    """The same for a formed signature and `SIGNED`, in small letters, without the two dashes above it."""
    bare = signature.replace(PLACE, "").replace(SIGNED, "")
    block = f'<div class="gmail_signature" style="{FAINT}">{bare}</div>'
    return _put(frame.replace(f"<p>-- <br>{SIGNED}", f"<p>{SIGNED}"), SIGNED, block)


def _put(frame: str, mark: str, block: str) -> str:
    before, found, after = frame.partition(mark)
    if not found:
        return frame
    head, tail = f"{before}</p>", f"<p>{after}"
    head, tail = head.removesuffix("<p></p>"), tail.removeprefix("<p></p>")
    return head + block + tail.replace(mark, "")


def sealed(html: str) -> str:
    """The signature below its two dashes in small letters."""
    return SEAL.sub(
        lambda found: f'<p class="gmail_signature"><span style="{FAINT}">{found[1]}</span></p>', html
    )


def history(opening: str, words: str) -> str:
    """What was said before, as mail programs fold it away by themselves."""
    style = "margin:0 0 0 8px;padding:0 0 0 12px;border-left:2px solid #9aa3ad"
    return (
        f'<div class="gmail_quote"><div class="gmail_attr" style="{FAINT}">{escape(opening)}</div>'
        f'<blockquote class="gmail_quote" type="cite" style="{style}">{words}</blockquote></div>'
    )


def above(line: str) -> str:
    """The line above which an answer is to be written."""
    return f'<div style="{TINY};margin:0 0 12px">{escape(line)}</div>'


def foot(line: str) -> str:
    """One small line under the words."""
    return f'<div style="{TINY};margin:0 0 12px">{escape(line)}</div>'


def page(body: str, language: str) -> str:
    """The whole HTML part. It names no colour of paper or ink: the reader's program chooses both."""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<meta name="supported-color-schemes" content="light dark"></head>\n<body>'
        f'<div style="{FONT}">{body}</div></body></html>\n'
    )
