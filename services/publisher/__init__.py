"""Events on their way into Kafka: a library for services, a command for files."""
