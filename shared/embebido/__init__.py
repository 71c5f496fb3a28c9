"""Embedded infrastructure: real PostgreSQL, a Kafka-protocol broker, and their supervisor."""
