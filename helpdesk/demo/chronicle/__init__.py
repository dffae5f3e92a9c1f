"""Writing many tickets at once, each exactly as the desk's own verbs would have written it."""
