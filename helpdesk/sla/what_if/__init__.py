"""Drafts of calendars and policies: what they would have changed, publishing them, and the recompute."""
