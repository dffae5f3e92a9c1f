"""The shape of the forms about oneself: profile, password, and coming in for the first time."""

from functools import cache
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from helpdesk.accounts.passwords import LONGEST, SHORTEST
from helpdesk.accounts.rules import check_signature, check_signature_form
from helpdesk.errors import BadInput
from helpdesk.i18n import LANGUAGES, told
from helpdesk.rich.typed import words_and_form

LONGEST_SIGNATURE = 2000
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}
REGIONS = (
    "Africa/",
    "America/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "UTC",
)


@cache
def zones() -> tuple[str, ...]:
    """The time zones a person may choose, by name."""
    return tuple(sorted(zone for zone in available_timezones() if zone.startswith(REGIONS)))


NAME_CHECKS = (InputRequired(_l("A person has a name.")), Length(max=100))


class ProfileForm(FlaskForm):
    """How the desk addresses a person; an empty language or zone follows browser and installation."""

    name = StringField(_l("Name"), validators=NAME_CHECKS)
    language = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("As in the browser")),
            *(SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES),
        ],
    )
    zone = SelectField(
        _l("Time zone"),
        choices=lambda: [SelectChoice("", _l("As the firm")), *(SelectChoice(z, z) for z in zones())],
    )
    theme = RadioField(
        _l("Look"),
        choices=[
            SelectChoice("auto", _l("As the computer")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
    )
    phone = StringField(_l("Phone"), validators=[Length(max=60, message=_l("At most 60 characters."))])
    signature = TextAreaField(
        _l("Signature"), validators=[Length(max=LONGEST_SIGNATURE, message=_l("At most 2000 characters."))]
    )

    html = HiddenField(id="signature-html")

    def validate_signature(self, field: TextAreaField) -> None:
        """With the editor its words, which the field says only as one sees them."""
        try:
            text, html = words_and_form(field.data or "", self.html.data or "")
            check_signature(text)
            check_signature_form(text, html or text)
        except BadInput as problem:
            raise ValidationError(told(problem)) from problem


class NewPasswordForm(FlaskForm):
    """A password twice."""

    new_password = PasswordField(
        _l("New password"), validators=[InputRequired(_l("This is needed.")), Length(SHORTEST, LONGEST)]
    )
    repeated = PasswordField(
        _l("New password once more"),
        validators=[EqualTo("new_password", _l("The two new passwords differ."))],
    )


class PasswordForm(NewPasswordForm):
    """The old password, and the new one twice."""

    password = PasswordField(_l("Present password"), validators=[InputRequired(_l("This is needed."))])


class NewcomerForm(NewPasswordForm):
    """What an invited person chooses."""

    name = StringField(_l("Name"), validators=NAME_CHECKS)
    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )
