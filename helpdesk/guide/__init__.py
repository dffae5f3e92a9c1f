"""The user guide inside the program: the pages of docs/guide by role, each beside what it explains."""
