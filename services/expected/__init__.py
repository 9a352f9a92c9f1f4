"""What a metric may be expected to be, of its own past and the company's calendar."""
