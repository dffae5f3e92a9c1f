"""Where the new words of an answer end and quoted history or signature begins; nothing is cut away."""

import re
from dataclasses import dataclass

ATTRIBUTION = re.compile(
    r"""^\s*(?:>\s?)*(?:
      On\b.{4,300}?\bwrote\s*: | .{4,200}\bwrote\s*:\s*$
    | Am\b.{4,300}?\bschrieb\b.{0,200}:
    | Le\b.{4,300}?\ba\s+écrit\s*:
    | El\b.{4,300}?\bescribió\s*: | Il\b.{4,300}?\bha\s+scritto\s*: | (?:Em|A)\b.{4,300}?\bescreveu\s*:
    | Op\b.{4,300}?\b(?:schreef|het\s+volgende\s+geschreven)\b.{0,200}:
    | (?:Den|På|Den\s+\w+)\b.{4,300}?\b(?:skrev|skreiv)\b.{0,200}:
    | (?:W\s+dniu|Dnia|pon|wt|śr|czw|pt|sob|niedz)\b.{2,300}?\b(?:pisze|napisał\(?a?\)?|napisała?)\b.{0,200}:
    | Dne\b.{4,300}?\bnapsala?\b.{0,200}: | .{4,300}?\bkirjoitti\s*:
    | .{4,300}?(?:написала?|писала?|пишет|написав|написала|пише)\s*(?:\(а\))?\s*:
    | \d{4}[-年/.].{4,200}?(?:写道|寫道|のメール|に書きました|님이\s*작성)\s*[:：]
    | .{2,200}(?:写道|寫道|さんは書きました|님이\s*작성)\s*[:：]
    )\s*$""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"^\s*(?:>\s?)*-{2,}\s*(?:Original\s*(?:Message|Mail)|Forwarded\s+message|Reply\s+message|"
    r"Исходное\s+сообщение|"
    r"Пересылаемое\s+сообщение|Ursprüngliche\s+(?:Nachricht|Mail)|Weitergeleitete\s+Nachricht|"
    r"Message\s+(?:d.origine|transféré)|"
    r"Mensaje\s+original|Messaggio\s+originale|Mensagem\s+original|Oorspronkelijk\s+bericht|"
    r"Ursprungligt\s+meddelande|"
    r"Oprindelig\s+meddelelse|Wiadomość\s+oryginalna|Původní\s+zpráva|原始邮件|原始郵件|元のメッセージ)\s*-{2,}\s*$",
    re.IGNORECASE,
)
HEADER_LABEL = re.compile(
    r"^\s*(?:>\s?)*\*?(From|Sent|To|Cc|Date|Subject|Reply-To|От|От кого|Отправлено|Кому|Копия|Дата|"
    r"Тема|"
    r"Von|Gesendet|An|Betreff|Datum|De|Envoyé|À|Objet|Enviado|Para|Asunto|Assunto|Da|Inviato|A|Oggetto|"
    r"Van|Verzonden|Aan|Onderwerp|Från|Skickat|Till|Ämne|Fra|Sendt|Til|Emne|Od|Wysłano|Do|Temat|发件人|"
    r"收件人|主题)"
    r"\s*:\*?\s*\S",
    re.IGNORECASE,
)
SENDER_LABEL = re.compile(
    r"^\s*(?:>\s?)*\*?(?:From|От|От кого|Von|De|Da|Van|Från|Fra|Od|发件人)\s*:", re.IGNORECASE
)
SIGNATURE = re.compile(r"^-- ?$")
QUOTED = re.compile(r"^\s{0,3}>")
RULE = re.compile(r"^\s*(?:_{5,}|-{10,})\s*$")
MARKER = re.compile(
    r"^\s*(?:>\s?)*(?:#{2,}|-{2,}|={2,}).{0,80}(?:above this line|выше этой (?:строки|линии))", re.IGNORECASE
)
ATTRIBUTION_LINES = 4
LINE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Folded:
    """The words before the fold and those behind it; `reply + quoted` is the text again."""

    reply: str
    quoted: str

    @property
    def reply_until(self) -> int:
        return len(self.reply)


def fold(text: str) -> Folded:
    """Fold history and signature; an answer between or below quotes, or an empty one, folds nothing."""
    lines = text.splitlines(keepends=True)
    cut = _first_cut(lines)
    reply = "".join(lines[:cut])
    if not reply.strip() or cut >= len(lines):
        return Folded(text, "")
    return Folded(reply, "".join(lines[cut:]))


def _first_cut(lines: list[str]) -> int:
    quotes_to_the_end = _quoted_tail(lines)
    for number in range(len(lines)):
        if _starts_history(lines, number, quotes_to_the_end):
            return number
    answers_inside = any(QUOTED.match(line) for line in lines[:quotes_to_the_end])
    return len(lines) if answers_inside else quotes_to_the_end


def _starts_history(lines: list[str], number: int, tail: int) -> bool:
    line = lines[number].rstrip("\n")[:LINE_LIMIT]
    if not line.strip():
        return False
    if MARKER.match(line) or ORIGINAL.match(line) or SIGNATURE.match(line):
        return not _words_follow_quotes(lines, number + 1)
    if _starts_header_block(lines, number):
        return not _words_follow_quotes(lines, number + 1)
    length = _attribution_length(lines, number)
    return bool(length) and _only_history(lines, number + length, tail)


def _starts_header_block(lines: list[str], number: int) -> bool:
    """Outlook: a sender label with at least two more labels in the next five lines."""
    if RULE.match(lines[number]) and number + 1 < len(lines):
        number += 1 + (not lines[number + 1].strip())
    window = lines[number : number + 6]
    if not window or not SENDER_LABEL.match(window[0]):
        return False
    return sum(bool(HEADER_LABEL.match(line)) for line in window) >= 3


def _attribution_length(lines: list[str], number: int) -> int:
    """How many lines, up to four, form `On ... wrote:`; 0 if none."""
    if QUOTED.match(lines[number]):
        return 0
    for length in range(1, ATTRIBUTION_LINES + 1):
        block = lines[number : number + length]
        if len(block) < length or not block[-1].strip():
            return 0
        if block[-1].rstrip().endswith((":", "：")):
            return length if _is_attribution(block) else 0
    return 0


def _is_attribution(block: list[str]) -> bool:
    joined = " ".join(line.strip() for line in block)
    has_date_or_address = bool(re.search(r"\d{1,4}[-./:年]\d|\d{4}|@", joined))
    return len(joined) < 400 and has_date_or_address and bool(ATTRIBUTION.match(joined))


def _only_history(lines: list[str], after: int, tail: int) -> bool:
    """Below the attribution stand only quotes; unquoted words there may be an answer, so they show."""
    rest = [line for line in lines[after:] if line.strip()]
    if not rest:
        return True
    if not QUOTED.match(rest[0]):
        return not any(QUOTED.match(line) for line in rest)
    return tail <= after + _blank_lines(lines, after)


def _blank_lines(lines: list[str], start: int) -> int:
    count = 0
    while start + count < len(lines) and not lines[start + count].strip():
        count += 1
    return count


def _quoted_tail(lines: list[str]) -> int:
    """The first line of the quotes that run to the end of the text; its length if there are none."""
    end = len(lines)
    start = end
    while start > 0 and (QUOTED.match(lines[start - 1]) or not lines[start - 1].strip()):
        start -= 1
    while start < end and not lines[start].strip():
        start += 1
    return start


def _words_follow_quotes(lines: list[str], after: int) -> bool:
    """Unquoted words below quoted ones: somebody answered inside the history."""
    seen_quote = False
    for line in lines[after:]:
        if QUOTED.match(line):
            seen_quote = True
        elif seen_quote and line.strip():
            return True
    return False
