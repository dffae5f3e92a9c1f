"""Bringing companies, contacts, agents and articles in from files, and taking them out again."""
