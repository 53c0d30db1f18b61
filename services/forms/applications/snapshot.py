"""A frozen value as JSON and back, by its annotations: the register as it was at submission."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def freeze(value: Any) -> Any:
    """JSON of dataclasses, tuples, mappings, dates and plain values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: freeze(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return [[freeze(key), freeze(one)] for key, one in value.items()]
    if isinstance(value, (tuple, list)):
        return [freeze(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def thaw(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `freeze` made `data` of; fields added since take defaults."""
    found: T = _thaw(kind, data)
    return found


def _thaw(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if data is None or hint is Any or origin is Literal:
        return data
    if origin in (Union, types.UnionType):
        return _thaw(next(one for one in get_args(hint) if one is not type(None)), data)
    if origin is tuple:
        return tuple(_thaw(get_args(hint)[0], one) for one in data)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, value = get_args(hint)
        return {_thaw(key, one): _thaw(value, other) for one, other in data}
    if hint in (date, datetime):
        return hint.fromisoformat(data)
    if isinstance(hint, type) and is_dataclass(hint):
        known = _hints(hint)
        return hint(
            **{name: _thaw(known[name], one) for name, one in data.items() if name in known}
        )
    return data


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {item.name: hints[item.name] for item in fields(kind)}
