"""What a backup, a restore or a move refuses; said by commands, which speak English."""

from helpdesk.errors import DomainError


class BackupError(DomainError):
    """It cannot be done; the sentence says why and what helps. Nothing was changed."""


class DamagedBackup(BackupError):
    """The file is no backup, or not all of it, or not as it was written."""
