"""A service desk around three lines of support and the SLA clock."""

__version__ = "0.1.0"
