"""Words with a form, as our own people write them: made harmless, said plainly, and dressed for a mail."""
