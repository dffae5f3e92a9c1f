"""Which mails carry a one-time code or a link that proves an address, sent by a machine of another service.

With such a mail a stranger joins a service as the firm: he signs up with an address of ours, and reads the
answer wherever it is shown ("Ticket Trick", 2017). Pure.
"""

import re

from helpdesk.errors import N_
from helpdesk.mail.headers import one_line
from helpdesk.mail.machine import Facts

PROVES_AN_ADDRESS = N_("It proves an address to another service, which a stranger could join as the firm.")
LOOKED_THROUGH = 6_000
NEAR = 160  # characters between the words and the code
ROLES = re.compile(
    r"^(?:accounts?|auth|code|confirm(?:ation)?|e?mail-?verif(?:y|ication)|feedback|id|login|notif(?:y|ications?)|"
    r"otp|regist(?:er|ration)|security|sign-?(?:in|up)|verif(?:y|ication)|welcome)(?:[+._=-].*)?$",
    re.IGNORECASE,
)
SENT_FOR_SERVICES = (
    "feedback-id",
    "x-ses-outgoing",
    "x-sg-eid",
    "x-sg-id",
    "x-mailgun-sid",
    "x-mandrill-user",
    "x-pm-message-id",
    "x-mj-mid",
    "x-mailjet-campaign",
    "x-entity-ref-id",
    "x-sib-id",
)
CODE_WORDS = re.compile(
    r"(?:verification|confirmation|security|authentication|activation|log-?in|sign-?in|sign-?up|"
    r"one-?time|single-?use|2fa|temporary)[ -](?:pass)?(?:code|password|pin)|\bpasscode\b|\botp\b|magic code|"
    r"bestätigungs-?code|sicherheits-?code|einmal-?(?:code|passwort|kennwort)|anmelde-?code|verifizierungs-?code|"
    r"code (?:de|d.) ?(?:vérification|confirmation|sécurité|connexion|validation|authentification)|"
    r"code à usage unique|"
    r"código de (?:verificación|confirmación|seguridad|acceso|verificação|confirmação|segurança|acesso)|"
    r"codice (?:di|d.) ?(?:verifica|conferma|sicurezza|accesso)|verificatie-?code|bevestigings-?code|"
    r"bekräftelsekod|verifieringskod|verifikasjonskode|bekræftelseskode|vahvistuskoodi|"
    r"kod (?:weryfikacyjny|potwierdzający|jednorazowy)|doğrulama kodu|ověřovací kód|"
    r"код (?:подтверждения|проверки|безопасности|доступа|активации|входа|для входа|авторизации)|"
    r"проверочный код|одноразовый (?:код|пароль)|код підтвердження|"
    r"验证码|驗證碼|認証コード|확인 코드|인증 ?코드",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?<![\w./:-])(?:\d{4,8}|\d{3}[ -]\d{3}|[A-Z0-9]{3,4}-[A-Z0-9]{3,4}|(?=[A-Z]*\d)[A-Z0-9]{5,8})(?![\w/-])"
)
LINK_WORDS = re.compile(
    r"(?:verify|confirm|validate|activate|authenticate)(?: that)? (?:your|this|the) "
    r"(?:new )?(?:e-?mail|mail|address|account|registration|sign-?(?:up|in)|log-?in|identity|device|"
    r"subscription)|"
    r"(?:complete|finish) (?:your |the )?(?:registration|sign-?up|sign-?in|account)|"
    r"(?:magic|one-?time|sign-?in|log-?in|confirmation|verification|activation) link|"
    r"(?:reset|choose|set) (?:your |a new )password|"
    r"(?:e-?mail-?adresse|konto|anmeldung|registrierung) (?:zu )?(?:bestätigen|verifizieren|aktivieren)|"
    r"bestätigen sie (?:ihre|diese)|passwort zurücksetzen|"
    r"(?:confirmez|vérifiez|activez|validez) (?:votre|cette)|réinitialis\w+ (?:de )?votre mot de passe|"
    r"(?:confirm[ae]|verifi(?:ca|que)|activ[ae]) (?:tu|su|seu|sua|o seu) (?:correo|cuenta|e-?mail|conta)|"
    r"(?:conferma|verifica|attiva) (?:il tuo|la tua|l.) ?(?:indirizzo|e-?mail|account)|"
    r"(?:bevestig|verifieer|activeer) (?:je|uw) (?:e-?mail|account)|"
    r"(?:подтверд\w+|активир\w+) (?:ваш\w* |сво\w+ |этот )?(?:адрес|почт\w+|e-?mail|аккаунт|регистраци\w+|"
    r"уч[её]тн\w+|вход)|ссылк\w+ для (?:входа|подтверждения)|(?:сбросить|восстановить|задать новый) пароль",
    re.IGNORECASE,
)
LINK = re.compile(r"https?://[^\s<>\"]{4,}", re.IGNORECASE)


def verification_sign(facts: Facts, *, is_automatic: bool) -> str:
    """What it carries and who seems to have sent it; empty for whatever a person may have written."""
    machine = "a machine" if is_automatic else _service(facts)
    if not machine:
        return ""
    said = f"{facts.subject}\n{facts.text[:LOOKED_THROUGH]}"
    carried = _code_in(said) or _link_in(said)
    return f"{carried}, from {machine}" if carried else ""


def _service(facts: Facts) -> str:
    local = facts.from_email.rpartition("@")[0]
    if ROLES.match(local):
        return f"{local}@"
    return next((name.title() for name in SENT_FOR_SERVICES if facts.headers.has(name)), "")


def _code_in(said: str) -> str:
    """The words for a code with one beside them, on either side."""
    for words in CODE_WORDS.finditer(said):
        around = said[max(0, words.start() - NEAR) : words.start()], said[words.end() : words.end() + NEAR]
        if any(CODE.search(one) for one in around):
            return f"a code: {one_line(words[0])[:60]}"
    return ""


def _link_in(said: str) -> str:
    words = LINK_WORDS.search(said) if LINK.search(said) else None
    return f"a link: {one_line(words[0])[:60]}" if words else ""
