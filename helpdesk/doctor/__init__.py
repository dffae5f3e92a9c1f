"""What can be wrong with an installation: each fault in one line, with its cure in the next."""
