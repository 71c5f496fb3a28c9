"""Products of the persons that are paid: checked, opened, and why a payment still waits."""
