"""Names of files, and what is no ordinary file."""

import os
from pathlib import Path

from tests.dirty.case import Damaged, all_good, rows, table


def _link(path: Path) -> None:
    target = path.parent.parent / "elsewhere.csv"
    target.write_text(table(*rows(1, 3)), encoding="utf-8")
    path.symlink_to(target)


PLACES = [
    Damaged("缴费明细 2021年12月 （补）.csv", "名称中有空格、中文和括号", table(*rows(1, 3)), all_good(3)),
    Damaged("缴费明细-旧系统'甲'.CSV", "名称中有引号，扩展名大写", table(*rows(1, 2)), all_good(2)),
    Damaged("ｐａｙｒｏｌｌ_wide.csv", "全角的名称", table(*rows(1, 2)), all_good(2)),
    Damaged("payroll_name[1].csv", "浏览器重复下载的名称：方括号不是通配符", table(*rows(1, 2)), all_good(2)),
    Damaged("payroll_name1.csv", "方括号所指的那个文件", table(*rows(1, 3)), all_good(3)),
    Damaged("payroll_name?.csv", "问号不是通配符", table(*rows(1, 4)), all_good(4)),
    Damaged("payroll_*.csv", "星号不是通配符", table(*rows(1, 5)), all_good(5)),
    Damaged("参保单位[2].txt", "文本文件", table("@U,某某公司,159901", header="单位编号,单位名称,行政区划代码"),
            all_good(1)),
    Damaged("payroll_folder.csv", "文件夹", lambda path: path.mkdir(), refused="不是普通文件"),
    Damaged("payroll_link.csv", "链接", _link, refused="不是普通文件"),
    Damaged("payroll_dead_link.csv", "断了的链接", lambda path: path.symlink_to("nowhere"),
            refused="不是普通文件"),
    Damaged("payroll_pipe.csv", "管道", lambda path: os.mkfifo(path), refused="不是普通文件"),
    Damaged("payroll_picture.png", "图片", b"\x89PNG\r\n\x1a\n", refused="不支持的文件格式"),
    Damaged("payroll", "没有扩展名", table(*rows(1, 3)), refused="不支持的文件格式"),
]  # fmt: skip
