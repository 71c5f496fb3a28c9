"""What leaves the main track: rights of the deceased, people nobody reported, tests not billed."""
