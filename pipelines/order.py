"""What a run was asked for, with the defaults of settings.yaml and of the delivery."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from pipelines import ROOT
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import state_folder

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Order:
    """Where to read, where to publish, the day to judge; `only` is empty for all screenings."""

    extracts: Path
    out: Path
    as_of: date
    settings: Settings
    only: tuple[str, ...] = ()
    publish_partial: bool = False

    @property
    def warehouse(self) -> Path:
        """The working database."""
        return state_folder(self.out) / "warehouse.duckdb"

    @property
    def is_published(self) -> bool:
        """Whether the run, once it is built, becomes the published one."""
        return not self.only or self.publish_partial


def make_order(
    extracts: Path | None = None,
    out: Path | None = None,
    as_of: date | None = None,
    only: tuple[str, ...] = (),
    publish_partial: bool = False,
    settings_file: Path | None = None,
) -> Order:
    """An order with everything filled in that was not asked for.

    Folders come from the settings, where relative ones lie beside the settings file; the day is
    the delivery's, else today in China. Raises UsageError and ExtractError for wrong
    files.
    """
    settings = load_settings(settings_file)
    extracts = (extracts or _beside(settings_file) / settings.extracts).resolve()
    out = out_folder(out, settings_file)
    return Order(extracts, out, as_of or _day_of(extracts), settings, only, publish_partial)


def out_folder(out: Path | None = None, settings_file: Path | None = None) -> Path:
    """The publication folder: what was asked for, else that of the settings. Raises UsageError."""
    named = load_settings(settings_file).out
    return (out or _beside(settings_file) / named).resolve()


def known_folder(out: Path | None = None, settings_file: Path | None = None) -> Path:
    """The same, for commands that ask about what was published there. Raises UsageError."""
    folder = out_folder(out, settings_file)
    if not (folder / ".state").is_dir():
        raise UsageError(
            say(
                f"{folder}：不是发布文件夹。请用 --out 指明",
                f"{folder}: no publication folder. Name it with --out",
            )
        )
    return folder


def _beside(settings_file: Path | None) -> Path:
    return settings_file.resolve().parent if settings_file else ROOT


def _day_of(extracts: Path) -> date:
    from pipelines.delivery import read_delivery

    named = read_delivery(extracts).as_of if extracts.is_dir() else None
    return named or datetime.now(CHINA).date()
