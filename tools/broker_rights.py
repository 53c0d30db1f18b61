"""Writes rabbitmq/definitions.json, the users and their rights, from shared/broker/rights.py.

Usage: python tools/broker_rights.py   (a test says when it is due)
"""

import json
from pathlib import Path

from shared.broker.rights import definitions

FILE = Path(__file__).parents[1] / "rabbitmq" / "definitions.json"


def text() -> str:
    """The file as it should be; passwords are names of variables."""
    return json.dumps(definitions(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
