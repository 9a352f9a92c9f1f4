"""What happens: from events to cells to readings."""
