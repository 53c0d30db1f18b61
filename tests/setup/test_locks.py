"""The lock files: what an installation gets, and never less than what is known to be safe."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
# Where older ones have known holes; no audit service is at hand, so the list is kept by hand.
LEAST = {"jinja2": "3.1.6", "pypdf": "6.16.1", "werkzeug": "3.0.6"}


def locked(name: str) -> dict[str, set[str]]:
    """Every package of a lock file with its versions (they may differ by Python version)."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.M
    ):
        found.setdefault(package.lower(), set()).add(version)
    return found


def declared() -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


@pytest.mark.parametrize(("package", "least"), LEAST.items())
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_no_lock_holds_a_version_with_a_known_hole(lock: str, package: str, least: str) -> None:
    assert all(Version(version) >= Version(least) for version in locked(lock)[package])


@pytest.mark.parametrize("requirement", declared(), ids=lambda it: it.name)
def test_the_lock_holds_what_the_project_asks_for(requirement: Requirement) -> None:
    versions = locked("requirements.lock").get(requirement.name.lower(), set())
    assert versions
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_suite_runs_with_the_very_versions_that_are_installed_for_people() -> None:
    development = locked("requirements-dev.lock")
    for package, versions in locked("requirements.lock").items():
        assert development.get(package) == versions, package


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^(-i|--index-url|--extra-index-url|--find-links)", text, re.M)
    blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,]+\])?==)", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_the_code_imports_is_what_the_project_declares() -> None:
    names = {requirement.name.lower() for requirement in declared()}
    providers = packages_distributions()
    for source in [*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        for package in imported(source) - sys.stdlib_module_names - {"services", "shared"}:
            found = {name.lower().replace("_", "-") for name in providers.get(package, [])}
            assert found & names, f"{source.relative_to(ROOT)} imports {package}"


def imported(source: Path) -> set[str]:
    """The top names of everything that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
