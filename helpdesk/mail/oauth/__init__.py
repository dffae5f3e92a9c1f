"""Signing in to mail servers without a password: providers, tokens, renewal, and the way to get them."""
