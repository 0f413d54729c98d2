"""What developers run and production never sees."""
