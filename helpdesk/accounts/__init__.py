"""People, their sign-in, teams on lines, rights and sessions."""
