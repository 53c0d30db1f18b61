"""What every test may ask for."""

from tests.parts.fixtures import postgres, rabbitmq, s3

__all__ = ["postgres", "rabbitmq", "s3"]
