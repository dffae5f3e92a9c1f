"""Servers for the tests of the mail doors."""

from tests.servers import dovecot, smtp_sink

__all__ = ["dovecot", "smtp_sink"]
