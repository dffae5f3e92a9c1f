"""The canned answers of the demo's firm, in both of its languages."""

from datetime import datetime

from helpdesk.canned import actions as canned
from helpdesk.canned.actions import Wording

HELLO = "Hello {{contact_first_name}},\n\n"
HELLO_RU = "Здравствуйте, {{contact_first_name}}!\n\n"
TEXTS = (
    ("en", "look", "We look into it", HELLO + "thank you for the clear description. I am looking into "
     "{{ticket_number}} now and will write again today."),
    ("en", "shot", "Ask for a picture", HELLO + "could you send a picture of the whole screen at the moment "
     "it happens? Press Print, then paste it into your answer."),
    ("en", "version", "Ask for the version", HELLO + "which version do you use? It stands in the menu Help, "
     "under About. And did it work before the last update?"),
    ("en", "vendor", "Waiting for the vendor", HELLO + "we have handed this to the vendor and stay on it. "
     "I will write as soon as there is news, and in any case by tomorrow."),
    ("en", "solved", "Is it solved?", HELLO + "this should be solved now. Please try it once more; "
     "if anything is left, simply answer this mail."),
    ("ru", "смотрим", "Разбираемся", HELLO_RU + "Спасибо за подробное описание. Я уже разбираюсь "
     "с обращением {{ticket_number}} и напишу ещё сегодня."),
    ("ru", "снимок", "Просим снимок экрана", HELLO_RU + "Пришлите, пожалуйста, снимок всего экрана "
     "в тот момент, когда это происходит: нажмите Print и вставьте его в ответ."),
    ("ru", "решено", "Всё ли решено?", HELLO_RU + "Теперь всё должно работать. Проверьте, пожалуйста, "
     "ещё раз; если что-то осталось, просто ответьте на это письмо."),
)  # fmt: skip


def write_texts(at: datetime, *, by: int) -> None:
    """Offer them to every team."""
    for language, shortcut, name, text in TEXTS:
        wording = Wording(name=name, shortcut=shortcut, language=language, text=text)
        canned.create(wording, by=by, now=at)
