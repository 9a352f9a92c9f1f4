"""What moved a number, for people who ask why."""
