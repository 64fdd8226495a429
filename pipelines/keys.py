"""The bureaus' passphrases: from a file that is its owner's alone, or from the environment."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

import yaml

from pipelines.errors import UsageError
from pipelines.messages import say

SHORTEST = 12
VARIABLE = "WENGANG_KEY_"


def load_keys(bureaus: Iterable[str], file: Path | None) -> dict[str, str]:
    """The passphrase of each bureau by its code; what the file lacks comes from the environment.

    Raises UsageError for a file that others could read, that is a link or can't be understood, and
    for bureaus without a passphrase of their own of at least 12 characters. No error shows one.
    """
    wanted = list(bureaus)
    given = _read(file) if file else {}
    keys = {code: given.get(code) or os.environ.get(VARIABLE + code, "") for code in wanted}
    if missing := [code for code in wanted if not keys[code]]:
        raise UsageError(
            say(
                f"没有口令：{'、'.join(missing)}。请写入 --keys 文件（代码: 口令），"
                f"或设置环境变量 {VARIABLE}{missing[0]}",
                f"no passphrase for {', '.join(missing)}: put it into the file of --keys"
                f" (code: passphrase) or into {VARIABLE}{missing[0]}",
            )
        )
    if weak := [code for code in wanted if len(keys[code]) < SHORTEST]:
        raise UsageError(
            say(
                f"口令太短：{'、'.join(weak)}，至少 {SHORTEST} 个字符",
                f"passphrase too short for {', '.join(weak)}: at least {SHORTEST} characters",
            )
        )
    known = [*keys.values(), *(given[code] for code in given if code not in keys)]
    if shared := [code for code in wanted if known.count(keys[code]) > 1]:
        # Who knows one key could open the packages of the other.
        raise UsageError(
            say(
                f"口令与其他盟市相同：{'、'.join(shared)}，请各用各的口令",
                f"the same passphrase for several bureaus: {', '.join(shared)}; give each its own",
            )
        )
    return keys


def _read(path: Path) -> dict[str, str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        reason = error.strerror
        if path.is_symlink():
            reason = say("是链接，请指明文件本身", "a link; name the file itself")
        raise _refused(path, str(reason)) from None
    try:
        found = os.fstat(descriptor)
        if why := _not_alone(found):
            raise _refused(path, why)
        content = os.read(descriptor, found.st_size)
    finally:
        os.close(descriptor)
    try:
        # As texts: 012345678901 is a passphrase and no number.
        root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        # Not PyYAML's own message: it shows the line.
        mark = getattr(error, "problem_mark", None)
        raise _refused(path, _not_understood(mark.line + 1 if mark else 1)) from None
    return _pairs(path, root)


def _not_alone(found: os.stat_result) -> str | None:
    """Why a file can't be trusted with keys; None when it is its owner's alone."""
    if not stat.S_ISREG(found.st_mode):
        return say("不是普通文件", "not an ordinary file")
    if found.st_uid != os.geteuid():
        return say("不属于当前用户", "it belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        return say("其他用户可以访问，请执行 chmod 600", "others may access it; chmod 600 it")
    return None


def _pairs(path: Path, root: yaml.Node | None) -> dict[str, str]:
    if not isinstance(root, yaml.MappingNode):
        raise _refused(path, _not_understood(1))
    keys: dict[str, str] = {}
    for name, value in root.value:
        is_text = isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
        if not is_text or name.value in keys:
            raise _refused(path, _not_understood(name.start_mark.line + 1))
        keys[name.value] = value.value
    return keys


def _not_understood(line: int) -> str:
    return say(
        f"第 {line} 行应为“盟市代码: 口令”，每个代码一行",
        f"line {line} should be `bureau code: passphrase`, each code once",
    )


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        say(f"口令文件不能用：{path}：{why}", f"{path}: no key file to be used: {why}")
    )
