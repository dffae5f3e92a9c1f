"""Answers that are written once and used often, with places for what differs."""
