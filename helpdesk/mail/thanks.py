"""Whether a mail says thank you and nothing else."""

import re
import unicodedata

MOST_LETTERS = 160
MOST_WORDS = 20
NAME_WORDS = 3
SENTENCE_END = re.compile(r"[.!;…。！]+")
_THANKS = """
    thank thanks thx ty tnx cheers danke dank merci gracias grazie obrigado obrigada bedankt
    dankjewel dankuwel tack takk tak kiitos dziękuję dziekuje dzięki dzieki děkuji dekuji díky diky
    ďakujem köszönöm koszonom köszi mulțumesc multumesc teşekkürler teşekkür teşekkur ευχαριστώ
    спасибо благодарю спс дякую благодаря hvala ačiū paldies aitäh 谢谢 謝謝
    ありがとう ありがとうございます
    ありがとうございました 감사합니다 고맙습니다 شكرا תודה
"""
THANKS = frozenset(_THANKS.split())
_BESIDE = """
    you so very much a lot many million all everyone everybody team for the your quick fast prompt
    great kind help support reply response answer assistance work job it is its works working fine
    now that this has have solved fixed resolved solves fixes done perfect perfectly excellent
    awesome wonderful brilliant super good nice ok okay got received yes and best regards cheers
    sincerely greetings bye wishes day weekend dear hi hello hey to i we am are appreciated
    appreciate helped us sent from my iphone ipad android mobile vielen dank schön sehr herzlichen
    besten ihnen euch dir für die das den ihre eure deine schnelle hilfe antwort rasche
    unterstützung es funktioniert geht jetzt alles klar prima gut perfekt erledigt gelöst liebe
    grüße grüsse gruß gruss freundliche freundlichen mit mfg lg vg viele hallo beaucoup mille pour
    votre aide réponse rapide c est parfait ça marche cela fonctionne maintenant bien cordialement
    bonjour bonne journée muchas mil por su tu ayuda respuesta rápida funciona ya perfecto todo
    saludos un saludo hola molte per il vostro tuo aiuto funziona adesso perfetto saluti cordiali
    ciao muito pela ajuda agora u je wel hartelijk voor de hulp snelle het werkt nu groet groeten
    vriendelijke met så mycket för hjälpen tusen mange hjelpen hjælpen mvh bardzo za pomoc szybką
    działa już teraz pozdrawiam wszystko moc mnohokrát funguje už pozdravem s большое огромное вам
    вас тебе всем за быструю оперативную помощь ответ поддержку работу всё все работает заработало
    теперь уже хорошо отлично супер понял поняла принято получил получила решено с уважением
    наилучшими пожеланиями здравствуйте добрый день привет хорошего дня благодарность дуже допомогу
    працює çok yardımınız için
"""
BESIDE = frozenset(_BESIDE.split())
_HELP = "help hilfe unterstützung aide ayuda aiuto ajuda hulp помощь поддержку допомогу pomoc"
HELP = frozenset(_HELP.split())
SOLVED = re.compile(
    r"\b(?:works?|working|fine|up|running) again\b|\b(?:geht|funktioniert|läuft) wieder\b|\bwerkt weer\b|"
    r"\b(?:the |my )?(?:problem|issue)s? (?:is |was |has been )?(?:now )?(?:solved|fixed|resolved|gone)\b|"
    r"\bпроблема (?:уже )?решена\b|\bснова работает\b|\bопять работает\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
LONG = 5_000  # with any signature; longer is more than thanks, and looking costs time
OPENS_MORE = re.compile(
    r"\?|\bbut\b|\bhowever\b|\bstill\b|\bnot\b|n['’]t\b|\baber\b|\bjedoch\b|\bnicht\b|\bkein|\bnoch\b|"
    r"\bmais\b|\bpas\b|\bpero\b|\bno funciona|\bma\b|\bnon\b|\bmaar\b|\bniet\b|\bmen\b|\bikke\b|\binte\b|"
    r"\bale\b|\bnie\b|\bно\b|\bне\b|\bоднако\b|\bещё\b|\bеще\b|\bнет\b|\bале\b|\bno\b",
    re.IGNORECASE,
)


def is_only_thanks(reply: str) -> bool:
    """True for a short thank-you without a question, a but, or a word beyond politeness; names are let pass.

    `reply` is what was newly written, without the quoted mail. In doubt it is more than thanks.
    """
    if len(reply) > LONG:
        return False
    text = SOLVED.sub("works", unicodedata.normalize("NFC", _without_signature(reply)).strip())
    words = _words(text)
    if not words or len(text) > MOST_LETTERS or len(words) > MOST_WORDS or OPENS_MORE.search(text):
        return False
    return any(_is_thanks(word) for word in words) and all(
        _is_polite(sentence) or (number and _is_name(sentence))
        for number, line in enumerate(filter(str.strip, text.splitlines()))
        for sentence in SENTENCE_END.split(line)
    )


def _is_polite(sentence: str) -> bool:
    """Known words only, but for the name of whoever is spoken to at the end."""
    words = _words(sentence)
    if any(word.casefold() in HELP for word in words) and not any(_is_thanks(word) for word in words):
        return False
    known = [_is_thanks(word) or word.casefold() in BESIDE for word in words]
    name = next((at for at in range(len(words)) if all(_may_be_name(one) for one in words[at:])), len(words))
    is_short = name > 0 and len(words) - name < NAME_WORDS
    return all(known[: name if is_short else None])


def _may_be_name(word: str) -> bool:
    return word[0].isupper() and not _is_thanks(word) and word.casefold() not in BESIDE


def _is_name(line: str) -> bool:
    """A line below with nothing but a name on it."""
    words = _words(line)
    return len(words) <= NAME_WORDS and all(word[0].isupper() for word in words)


def _is_thanks(word: str) -> bool:
    return word.casefold() in THANKS


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _without_signature(reply: str) -> str:
    return re.split(r"^-- ?$", reply, maxsplit=1, flags=re.MULTILINE)[0]
