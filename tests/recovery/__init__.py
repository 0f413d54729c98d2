"""What is left when something breaks: processes that are killed, machines that are lost."""
