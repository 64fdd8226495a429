"""The exit codes of every command, as help and README document them."""

from pipelines.messages import say

CODES = {
    0: ("已发布或已完成", "published, or done"),
    1: ("意外错误", "unexpected"),
    2: ("用法不对", "wrong use"),
    3: ("提取文件不能用", "extracts refused"),
    4: ("政策文件有误或当日无取值", "policy error"),
    5: ("检查未通过", "checks failed"),
    6: ("另一次运行正在进行", "another run is going on"),
    7: ("已扣留，未发布", "held"),
    8: ("存储已满、只读或不可用", "storage full, read-only or vanished"),
    9: ("过期、损坏或被改动", "stale, damaged or tampered"),
    130: ("被中断", "interrupted"),
}


def exit_codes() -> str:
    """All of them in one line, in the language in use."""
    codes = " · ".join(f"{code}={say(*words)}" for code, words in CODES.items())
    return say("退出码：", "Exit codes: ") + codes
