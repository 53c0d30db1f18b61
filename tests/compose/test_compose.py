"""What the Compose files promise; `bring_up` beside this runs them for real."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
PRODUCTION = yaml.safe_load((ROOT / "docker-compose.production.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "dojang"}
DEPARTMENTS = ("forms", "certs", "notify")


def test_every_part_is_there_under_its_public_image() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if name not in OURS}
    assert images == {
        "gateway": "nginx:1.29",
        "rabbitmq": "rabbitmq:4-management",
        "postgres": "postgres:17",
    }
    assert "FROM python:3.13-slim-bookworm\n" in (ROOT / "Dockerfile").read_text("utf-8")
    workers = {f"{name}-worker" for name in DEPARTMENTS}
    assert set(OURS) == {*DEPARTMENTS, *workers, "migrate", "mailbox"}


def test_the_gateway_is_the_only_way_in_and_a_trial_is_for_this_machine_alone() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["gateway"]["ports"])


def test_production_opens_the_door_without_a_mailbox() -> None:
    ports = PRODUCTION["services"]["gateway"]["ports"]
    assert all(
        port.endswith(f":{SERVICES['gateway']['environment']['GATEWAY_DOOR']}") for port in ports
    )
    assert PRODUCTION["services"]["mailbox"]["profiles"] == ["trial"]


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_has_few_rights_and_can_be_scaled(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "container_name" not in service
    assert "hostname" not in service


@pytest.mark.parametrize("name", [n for n in OURS if n != "migrate"])
def test_a_department_is_told_its_own_database_alone(name: str) -> None:
    own = name.removesuffix("-worker").replace("mailbox", "notify")
    told = {key for key in OURS[name]["environment"] if key.endswith("_DATABASE")}
    assert told == {f"DOJANG_{own.upper()}_DATABASE"}


@pytest.mark.parametrize("name", [n for n in OURS if n != "migrate"])
@pytest.mark.parametrize(
    "services", [SERVICES, PRODUCTION["services"]], ids=["trial", "production"]
)
def test_a_department_is_a_user_of_its_own_at_the_broker(
    services: dict[str, dict[str, Any]], name: str
) -> None:
    own = name.removesuffix("-worker").replace("mailbox", "notify")
    told = services[name].get("environment", {})
    if told:  # a mailbox is for trials
        variable = f"${{{own.upper()}_BROKER_PASSWORD:"
        assert told["DOJANG_BROKER"].startswith(f"amqp://{own}:{variable}")
        assert ("DOJANG_OPERATIONS_BROKER" in told) is (name == "forms")


def test_rabbitmq_starts_with_the_users_of_the_departments() -> None:
    """tests/shared/broker/test_rights.py runs what is mounted here."""
    rabbitmq = SERVICES["rabbitmq"]
    mounted = dict(one.removesuffix(":ro").split(":") for one in rabbitmq["volumes"][1:])
    script, made = rabbitmq["entrypoint"][1:3]
    assert mounted["./rabbitmq/departments.sh"] == script
    assert Path(mounted["./rabbitmq/definitions.json"]).parent == Path(script).parent
    assert f"load_definitions = {made}\n" in (ROOT / "rabbitmq/dojang.conf").read_text("utf-8")
    assert rabbitmq["tmpfs"] == [str(Path(made).parent)]
    asked = set(re.findall(r"\$\{(\w+)\}", (ROOT / "rabbitmq/definitions.json").read_text("utf-8")))
    assert asked == set(rabbitmq["environment"])
    assert asked == set(PRODUCTION["services"]["rabbitmq"]["environment"])


def test_what_the_image_says_of_its_folders_is_not_said_otherwise() -> None:
    """An empty value would lead into the data folder, which ends with the container."""
    image = dict(re.findall(r"(DOJANG_\w+)=(\S+)", (ROOT / "Dockerfile").read_text("utf-8")))
    assert {"DOJANG_FILES", "DOJANG_KEYS"} <= set(image)
    for name, service in OURS.items():
        for key in set(image) & set(service["environment"]):
            assert service["environment"][key] == f"${{{key}:-{image[key]}}}", (name, key)


@pytest.mark.parametrize("name", ["gateway", *DEPARTMENTS, "mailbox", "rabbitmq", "postgres"])
def test_what_listens_has_a_health_check(name: str) -> None:
    assert "healthcheck" in SERVICES[name]


def test_rabbitmq_is_well_when_its_port_listens() -> None:
    assert "check_port_connectivity" in SERVICES["rabbitmq"]["healthcheck"]["test"]


def test_no_secret_has_a_default_in_production() -> None:
    trial = (ROOT / "docker-compose.yml").read_text("utf-8")
    defaults = set(re.findall(r"\$\{(\w+):-trial-only\}", trial))
    required = set(
        re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.production.yml").read_text("utf-8"))
    )
    assert defaults
    assert defaults <= required
    assert not re.search(r"PASSWORD: (?!\$\{)", trial)
    asked = (ROOT / ".env.example").read_text("utf-8")
    assert all(f"\n{name}=\n" in asked for name in required)
