"""Files that a person has a question write: where they may lie, and who may read them."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.messages import say


def check_target(path: Path | None, option: str, endings: Sequence[str], out: Path) -> None:
    """Raise UsageError unless a file can be written there: its ending, its folder, and no run's."""
    if path is None:
        return
    wanted = say("、", ", ").join(endings)
    problem = ""
    if path.suffix.lower() not in endings:
        problem = say(f"文件名应以 {wanted} 结尾", f"its name should end in {wanted}")
    elif not path.resolve().parent.is_dir():
        problem = say("文件夹不存在", "there is no such folder")
    elif path.resolve().is_relative_to(out):
        problem = say(
            "不能写在发布文件夹里，请换个地方", "no file goes into the publication folder"
        )
    if problem:
        raise UsageError(f"{option} {path}" + say("：", ": ") + problem)


def private_file(path: Path) -> None:
    """An empty file of this user alone, also where one lay that others could read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
