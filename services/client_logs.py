"""What the clients of Kafka log by themselves."""

import logging

CLIENTS = ("kafka", "aiokafka")


def silence() -> None:
    """They log each refused connection and each slow step; what matters of it they raise, and we say it once."""
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
