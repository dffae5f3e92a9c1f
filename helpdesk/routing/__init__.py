"""Which line, team and person gets a ticket: rules, their evaluation and why."""
