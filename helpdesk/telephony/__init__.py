"""Calls: the call form, the log and joining a call to a ticket."""
