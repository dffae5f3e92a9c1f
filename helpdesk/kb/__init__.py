"""Instructions for staff and articles for clients, with versions and search."""
