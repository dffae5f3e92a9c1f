"""How the machines of absent people speak, and how automatic answers name themselves."""

import re

# An automatic answer names itself so, whatever mailer wrote it; what it answers follows.
NAMED_AUTOMATIC = re.compile(
    r"^\W*(?:auto(?:matic|mated|mat)?[\s:_-]*(?:reply|response|answer|antwort)|autoreply|auto-?responder|"
    r"auto:\s*(?:re|aw|out|absent)\b|automatisch\w* (?:antwort|antwoord|beantwoord)|"
    r"automatisk (?:svar|besked)|"
    r"autosvar|automaattinen vastaus|réponse automatique|réponse d.absence|respuesta automática|"
    r"risposta automatica|resposta automática|automatická odpověď|automatikus válasz|răspuns automat|"
    r"odpowiedź automatyczna|autoodpowiedź|samodejni odgovor|automatski odgovor|automatinis atsakymas|"
    r"otomatik (?:yanıt|cevap)|αυτόματη απάντηση|автоматический ответ|автоответ|автовідповідь|"
    r"автоматична відповідь|автоматичен отговор|自动回复|自動回覆|自動返信|自動応答|자동 (?:회신|응답)|"
    r"رد تلقائي|תשובה אוטומטית)",
    re.IGNORECASE,
)
# Words that people write about as well: alone they prove nothing.
ABSENCE = (
    r"out[ -]of[ -](?:the[ -])?office|\booo\b|away from (?:the )?(?:office|my (?:desk|mail))|"
    r"on (?:vacation|holiday|annual leave|parental leave)|vacation (?:reply|notice|response|message)|"
    r"abwesen|nicht im (?:büro|haus)|im urlaub|absence du bureau|absent(?:e)? du bureau|message d.absence|"
    r"en congés?|fuera de (?:la )?oficina|ausente|ausência|assente|assenza|fuori (?:ufficio|sede)|afwezig|"
    r"frånvar|fravær|poissa|poza biurem|nieobecn|mimo kancelář|nepřítomn|házon kívül|szabadságon|"
    r"în concediu|izin(?:de|li)yim|нет на рабочем месте|вне офиса|в отпуске|отсутству|нет в офисе|не в офисе|"
    r"у відпустці|在宅勤務|不在|外出|休暇|休假|부재"
)
AWAY = re.compile(ABSENCE, re.IGNORECASE)
NAMED_ABSENCE = re.compile(
    rf"^\W*(?:{ABSENCE}|vacation|holiday)[\w' -]{{0,30}}(?:[:：]|$|\bre\b)", re.IGNORECASE
)
# What a person's mailer says for him: I am away.
SAYS_I_AM_AWAY = re.compile(
    r"\bI(?: am|.m| will be|.ll be) (?:currently |now |presently )?(?:away|out|on (?:vacation|holiday|annual|"
    r"parental|maternity|sick|leave)|not in|absent|travel)|"
    r"\bich bin (?:[\w. ]{0,40})?(?:abwesend|nicht im|nicht erreichbar|im urlaub|außer haus|unterwegs)|"
    r"\bje suis (?:actuellement )?(?:absent|en congé|en déplacement|hors du)|je serai (?:absent|de retour)|"
    r"\b(?:estoy|estaré|me encuentro) (?:fuera|ausente|de vacaciones)|"
    r"\b(?:sono|sarò) (?:assente|fuori|in ferie)|"
    r"\b(?:estou|estarei) (?:ausente|fora|de férias)|\bik ben (?:[\w. ]{0,30})?(?:afwezig|niet|met vakantie)|"
    r"\bjag är (?:[\w. ]{0,30})?(?:bortrest|ledig|frånvarande)|"
    r"\b(?:jestem|będę) (?:nieobecn|poza|na urlopie)|"
    r"\b(?:jsem|budu) (?:mimo|nepřítom|na dovolené)|"
    r"\bя (?:[\w. ]{0,40})?(?:в отпуске|отсутству|не на работе)|"
    r"нахожусь в отпуске|буду отсутствовать|меня не будет|меня нет|я у відпустці|"
    r"不在にして|休暇中|我(?:正在|在)?(?:休假|出差)",
    re.IGNORECASE,
)
LOOKED_AT = 2_000


def is_automatic_subject(subject: str, text: str) -> bool:
    """The weakest sign. Who writes about absence notes is a client, so those words need the text to agree."""
    if NAMED_AUTOMATIC.match(subject):
        return True
    return bool(NAMED_ABSENCE.match(subject) and SAYS_I_AM_AWAY.search(text[:LOOKED_AT]))
