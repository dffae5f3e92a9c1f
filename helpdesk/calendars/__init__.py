"""Working hours and holidays as rows, versioned."""
