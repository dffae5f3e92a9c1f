"""What a ticket is and every verb that changes one."""
