"""What things are: values that check themselves and do nothing else."""
