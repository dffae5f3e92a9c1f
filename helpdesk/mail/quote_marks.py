"""By which marks quoted history, signatures and announced answers are known, in many languages. Pure."""

import re

WROTE = (
    r"wrote|schrieb|a\s+écrit|escribió|ha\s+scritto|escreveu|schreef|het\s+volgende\s+geschreven|skrev|skreiv|"
    r"pisze|napisał\(?a?\)?|napisała?|napsala?|napísala?|kirjoitti|написала?|писала?|пишет|написав|пише|написа|"
    r"írta|yazdı|a\s+scris|je\s+napisa(?:o|la|l)|έγραψε|כתב/?ה?|كتب|rašė|rakstīja|kirjutas|đã\s+viết|"
    r"写道|寫道|のメール|に書きました|さんは書きました|님이\s*작성"
)
# A piece of each of the words above: a line without any of them is no attribution by its verb.
PIECES = """
    wrote schrieb écrit escribi scritto escreveu schreef geschreven skrev skreiv pisze napisa napsa napísa
    kirjoitti писал пишет написав пише írta yazd scris έγραψε כתב كتب rašė rakst kirjutas viết 写道 寫道
    のメール 書きました 작성
"""
WROTE_PIECES = tuple(PIECES.split())
# Every `+` behind a repetition keeps it from being given back bit by bit: no line takes long.
ATTRIBUTION = re.compile(
    rf"^(?:> ?)*+(?:-{{2,}}+ ?)?+.{{2,300}}?(?:{WROTE})(?!\w).{{0,210}}+$", re.DOTALL | re.IGNORECASE
)
NAMED_DATE = re.compile(
    r"^\s*(?:[\w.]{2,14}\.?,?\s+)?\d{1,4}[-./:\s年].{4,120}<(?=[^<>\s]+@[^<>\s])[^<>\s]++>\s*[:：]\s*$",
    re.DOTALL,
)
OPENING = re.compile(
    r"^\s*+(?:>\s?)*+(?:-{2,}+\s*)?(?:(?:On|Am|Le|El|Il|In\s+data|Em|A|Op|Den|På|W\s+dniu|Dnia|Dne|Dana|Pe|V|"
    r"Vào|Στις|ב|في)(?:\s|-\d)|\d{1,4}[-./年:]|\w{2,12}\.?,?\s+\d{1,2}[\s.])",
    re.IGNORECASE,
)
SURE = re.compile(r"\d{1,4}[-./:年]\d|\d{4}|@")
SENTENCE_END = re.compile(r"[.!?…][\"'”»)]*\s*$")
ORIGINAL = re.compile(
    r"^\s*+(?:>\s?)*+-{2,}+\s*(?:Original\s*(?:Message|Mail)|Forwarded\s+message|Reply\s+message|"
    r"Исходное\s+сообщение|"
    r"Пересылаемое\s+сообщение|Ursprüngliche\s+(?:Nachricht|Mail)|Weitergeleitete\s+Nachricht|"
    r"Message\s+(?:d.origine|transféré)|"
    r"Mensaje\s+original|Messaggio\s+originale|Mensagem\s+original|Oorspronkelijk\s+bericht|"
    r"Ursprungligt\s+meddelande|"
    r"Oprindelig\s+(?:meddelelse|besked)|Opprinnelig\s+melding|Alkuperäinen\s+viesti|"
    r"Eredeti\s+üzenet|Mesaj\s+original|Orijinal\s+Mesaj|Пересланное\s+сообщение|Початкове\s+повідомлення|"
    r"Wiadomość\s+oryginalna|Původní\s+zpráva|原始邮件|原始郵件|元のメッセージ)\s*-{2,}\s*$",
    re.IGNORECASE,
)
HEADER_LABEL = re.compile(
    r"^\s*+(?:>\s?)*+\*?(From|Sent|To|Cc|Date|Subject|Reply-To|От|От кого|Отправлено|Кому|Копия|Дата|"
    r"Тема|"
    r"Von|Gesendet|An|Betreff|Datum|De|Envoyé|À|Objet|Enviado|Para|Asunto|Assunto|Da|Inviato|A|Oggetto|"
    r"Van|Verzonden|Aan|Onderwerp|Från|Skickat|Till|Ämne|Fra|Sendt|Til|Emne|Od|Wysłano|Do|Temat|发件人|"
    r"收件人|主题|Message du|Copie à|Sujet|Dato|Feladó|Küldve|Címzett|Tárgy|Kimden|Gönderilen|Kime|Konu|"
    r"Від|Надіслано|Odesláno|Komu|Předmět|Odoslané|Predmet|Lähettäjä|Lähetetty|Vastaanottaja|Aihe|差出人|件名)"
    r"\s*:\*?\s*\S",
    re.IGNORECASE,
)
SENDER_LABEL = re.compile(
    r"^\s*+(?:>\s?)*+\*?(?:From|От|От кого|Von|De|Da|Van|Från|Fra|Od|发件人|"
    r"Message du|Feladó|Kimden|Від|Lähettäjä|差出人)\s*:",
    re.IGNORECASE,
)
ANSWERS_BELOW = re.compile(
    r"\b(?:answers?|answered|repl(?:y|ies|ied)|comments?|responses?)\b[^.!?\n]{0,40}"
    r"\b(?:below|in-?line|in red|in blue|in green|between the lines|in the text)\b|"
    r"\bin-?line (?:answers|replies|comments)\b|\bsee (?:below|in-?line)\b|"
    r"\b(?:siehe|antwort\w*|kommentare?)\b[^.!?\n]{0,40}\b(?:unten|im text|in rot|rot markiert)\b|"
    r"\b(?:réponses?|commentaires?)\b[^.!?\n]{0,40}(?:ci-dessous|en rouge|dans le texte)|"
    r"(?:ответ\w*|коммент\w*|отвеч\w*|смотри\w*|см\.)[^.!?\n]{0,40}"
    r"(?:ниже|в тексте|красным|по тексту|под вопрос)|"
    r"\b(?:respuestas?|comentarios?)\b[^.!?\n]{0,40}(?:abajo|en rojo|en el texto)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"^-- ?$")
QUOTED = re.compile(r"^\s{0,3}>")
RULE = re.compile(r"^\s*(?:_{5,}|-{10,})\s*$")
MARKER = re.compile(
    r"^\s*+(?:>\s?)*+(?:#{2,}+|-{2,}+|={2,}+).{0,80}(?:above this line|выше этой (?:строки|линии))",
    re.IGNORECASE,
)
