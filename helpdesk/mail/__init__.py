"""Mail in and out: reading, threading, composing and cleaning, and the doors to IMAP and SMTP."""
