"""What Flask-Login needs to know of the person behind the session."""

from flask_login import UserMixin

from helpdesk.accounts import cookies
from helpdesk.accounts.actor import Actor


class SignedInPerson(UserMixin):
    """The actor of this request as Flask-Login's user; the rights come from the guard, not from here."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        return str(self.actor.account_id)

    @staticmethod
    def load(account_id: str) -> "SignedInPerson | None":
        """The session's person, already read at the door; None for anybody else."""
        actor = cookies.current().actor
        return SignedInPerson(actor) if str(actor.account_id) == account_id else None
