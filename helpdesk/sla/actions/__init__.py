"""What an administrator does with promises: policies, their versions, and contracts."""
