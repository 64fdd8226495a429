"""settings.yaml: house values that are no policy."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from pipelines import ROOT
from pipelines.errors import UsageError
from pipelines.messages import say


@dataclass(frozen=True)
class Hold:
    """How far a total may move from the last published run; shares from 0 to 1."""

    bureau_share: float = 0.20
    region_share: float = 0.05
    absolute_floor: int = 20
    money_floor_yuan: int = 50_000
    set_aside_share: float = 0.02


@dataclass(frozen=True)
class Settings:
    """The values of settings.yaml; what a file leaves out has the value that stands here."""

    language: str = "zh"
    extracts: str = "data/sample"
    out: str = "out"
    sender: str = ""
    xlsx: bool = True
    memory_limit: str = "4GB"
    threads: int = 0
    prefect_start_seconds: int = 60
    max_age_hours: int = 26
    schedule_cron: str = "0 2 * * *"
    notify_command: str = ""
    policy_warning_days: int = 60
    hold: Hold = field(default_factory=Hold)
    keep_days: int = 180
    keep_days_set_aside: int = 30
    keep_days_warehouse: int = 30


def load_settings(path: Path | None = None) -> Settings:
    """The settings in `path`, by default settings.yaml at the top level.

    Raises UsageError for a file that is missing or holds a key or value that does not fit.
    """
    path = path or ROOT / "settings.yaml"
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise UsageError(
            say(f"设置文件不存在：{path}", f"{path}: there is no such settings file")
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            say(f"设置文件无法读取：{path}：{reason}", f"{path}: can't be read: {reason}")
        ) from None
    settings = _filled(Settings, given, path)
    if settings.language not in {"zh", "en"}:
        raise UsageError(
            say(
                f"{path}：language 应为 zh 或 en，现为 {settings.language}",
                f"{path}: language should be zh or en, is {settings.language}",
            )
        )
    return settings


def _filled(kind: type, given: Any, path: Path) -> Any:
    """An instance of a settings class from a mapping, each value of its default's type."""
    default = kind()
    known = {item.name: getattr(default, item.name) for item in fields(kind)}
    if not isinstance(given, dict):
        raise UsageError(say(f"{path}：应为键值表", f"{path}: should be a mapping of keys"))
    values = {}
    for key, value in given.items():
        if key not in known:
            names = "、".join(known) if say("zh", "en") == "zh" else ", ".join(known)
            raise UsageError(
                say(
                    f"{path}：没有设置项 {key}，可用：{names}",
                    f"{path}: no setting {key}; known: {names}",
                )
            )
        usual = known[key]
        if isinstance(usual, Hold):
            values[key] = _filled(Hold, value, path)
        elif isinstance(usual, float) and isinstance(value, int | float):
            values[key] = float(value)
        elif type(value) is type(usual):
            values[key] = value
        else:
            wanted = type(usual).__name__
            raise UsageError(
                say(
                    f"{path}：{key} 应为 {wanted}，现为 {value!r}",
                    f"{path}: {key} should be {wanted}, is {value!r}",
                )
            )
    return kind(**values)
