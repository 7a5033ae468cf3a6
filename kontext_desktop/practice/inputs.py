"""What a submit may carry: checked as strictly as the service documents it, and no stricter.

All names, ranges and defaults come from the catalog; only -1 for "any seed" is the wire's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kontext_desktop.catalog import ModelSpec, NumberSpec

ANY_SEED = -1
_MISSING, _INVALID = 1400, 1401


class InvalidInput(Exception):
    """A parameter that is missing or out of range; `code` is the service's error code for it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_inputs(model: ModelSpec, body: Mapping[str, Any]) -> dict[str, Any]:
    """The documented inputs in `body` with defaults filled in; unknown keys are dropped silently,
    as the service does. An aspect ratio that was not given stays out. Raises InvalidInput."""
    inputs: dict[str, Any] = {name: _read_text(name, body) for name in ("prompt", "image")}
    seed = body.get("seed", ANY_SEED)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise InvalidInput(_INVALID, "property seed must be an integer")
    inputs["seed"] = _in_range(seed, ANY_SEED, model.seed)
    guidance = body.get("guidance_scale", model.guidance_scale.default)
    if isinstance(guidance, bool) or not isinstance(guidance, int | float):
        raise InvalidInput(_INVALID, "property guidance_scale must be a number")
    inputs["guidance_scale"] = _in_range(
        guidance, model.guidance_scale.minimum, model.guidance_scale
    )
    if "aspect_ratio" in body:
        names = [ratio.name for ratio in model.ratios]
        if body["aspect_ratio"] not in names:
            raise InvalidInput(_INVALID, f"property aspect_ratio must be one of {', '.join(names)}")
        inputs["aspect_ratio"] = body["aspect_ratio"]
    sync = body.get("enable_sync_mode", False)
    if not isinstance(sync, bool):
        raise InvalidInput(_INVALID, "property enable_sync_mode must be a boolean")
    inputs["enable_sync_mode"] = sync
    return inputs


def request_schema(model: ModelSpec) -> dict[str, Any]:
    """The model's parameters as the models endpoint lists them."""
    guidance = model.guidance_scale
    properties: dict[str, dict[str, Any]] = {
        "prompt": {"type": "string"},
        "image": {"type": "string"},
        "seed": {"type": "integer", "minimum": ANY_SEED, "maximum": int(model.seed.maximum)},
        "guidance_scale": {
            "type": "number",
            "default": guidance.default,
            "minimum": guidance.minimum,
            "maximum": guidance.maximum,
        },
        "aspect_ratio": {"type": "string", "enum": [ratio.name for ratio in model.ratios]},
        "enable_sync_mode": {"type": "boolean", "default": False},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["prompt", "image"],
        "x-order-properties": list(properties),
    }


def _read_text(name: str, body: Mapping[str, Any]) -> str:
    if name not in body:
        raise InvalidInput(_MISSING, f'property "{name}" is missing')
    text = body[name]
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(_INVALID, f"property {name} must be a string that is not empty")
    return text


def _in_range(value: float, minimum: float, spec: NumberSpec) -> float:
    if not minimum <= value <= spec.maximum:  # NaN, which JSON here may hold, is in no range
        raise InvalidInput(
            _INVALID, f"property {spec.name} must be from {minimum:g} to {spec.maximum:.10g}"
        )
    return value
