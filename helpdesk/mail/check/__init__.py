"""Trying a mail server step by step, so that whoever sets up a mailbox reads exactly what is wrong."""
