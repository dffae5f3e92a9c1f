"""Backup, restore and the move to a server: the whole desk as one file or in another database."""
