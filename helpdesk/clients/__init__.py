"""Client companies and contacts, and how to reach them."""
