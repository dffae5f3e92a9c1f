"""Who is told what: notices inside the desk and the outbox of mail."""
