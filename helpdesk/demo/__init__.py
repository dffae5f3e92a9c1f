"""A believable firm at work, for looking around and for measuring."""
