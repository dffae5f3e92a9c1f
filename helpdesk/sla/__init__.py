"""Promises to the client: working hours, policies, clocks, their ledger and their breaches."""
