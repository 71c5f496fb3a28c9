"""What a mechanism owes each EPS by month and concept, and to whom it is paid on its behalf."""
