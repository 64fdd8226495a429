"""Invented names: of Mongolian, Han and other people, and of units of every kind."""

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


HAN_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
HAN_GIVEN = _words(
    "伟 芳 娜 敏 静 磊 洋 艳 勇 军 杰 娟 涛 明 超 霞 平 刚 桂英 秀兰 建国 志强 晓红 海燕 玉梅 文博 "
    "雨桐 子轩 思远 春花 国庆 立新 丽萍 永胜 振华 佳琪 凤英 学文 红梅 金龙"
)
MONGOLIAN = _words(
    "巴图 乌云 其木格 格日勒 萨仁 哈斯 娜仁 朝鲁 苏日娜 阿拉坦 宝音 图雅 额尔敦 斯琴 高娃 那顺 "
    "布和 毕力格 阿茹娜 呼和 孟和 敖登 托娅 特木尔 乌日汗 朝克图 萨如拉 赛罕 青格勒 牧仁 "
    "白音 满都拉"
)
OTHER = _words(
    "阿力木·买买提 敖特根·杜拉尔 莫日根·鄂 孟金福 涂志敏·涂 白嘎丽·敖拉 何丽亚·莫 古香莲"
)
PLACES = _words(
    "呼和 青城 鹿城 乌兰 锡林 达来 敖包 额吉 巴彦 查干 吉雅 赛音 阴山 黄岗 河套 胡杨 金帐 蓝旗 "
    "白音 沙日 贡格尔 西拉 乌拉 套海 尼尔基 诺敏 海拉 宝格达 陶力 新牧"
)
TRADES = _words(
    "食品 商贸 餐饮 物流 建材 乳业 牧业 科技 旅游 能源 装饰 纺织 机械 文化 医药 "
    "电商 酒店 家政 农机 绒毛"
)
ENDINGS = {
    "enterprise": "有限公司",
    "social_organization": "商会",
    "social_service": "养护服务中心",
    "foundation": "公益基金会",
    "law_firm": "律师事务所",
    "accounting_firm": "会计师事务所（普通合伙）",
    "individual_business": "商店",
    "farmer_cooperative": "专业合作社",
    "public_institution": "技术推广站",
    "rural_collective": "嘎查经济合作社",
    "mass_organization": "文艺之家",
}


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` names to draw from; about a third are Mongolian, some with a dot between two."""
    names = []
    for kind, first, second in zip(
        rng.random(count), rng.random(count), rng.random(count), strict=True
    ):
        if kind < 0.64:
            surname = HAN_SURNAMES[int(first * len(HAN_SURNAMES))]
            names.append(surname + HAN_GIVEN[int(second * len(HAN_GIVEN))])
        elif kind < 0.97:
            left = MONGOLIAN[int(first * len(MONGOLIAN))]
            right = MONGOLIAN[int(second * len(MONGOLIAN))]
            names.append(left if kind < 0.76 else left + ("·" if kind < 0.86 else "") + right)
        else:
            names.append(OTHER[int(first * len(OTHER))])
    return names


def unit_name(unit_type: str, number: int) -> str:
    """An invented name that a unit of this type and running number keeps; distinct by number."""
    place = PLACES[number % len(PLACES)]
    trade = TRADES[number // len(PLACES) % len(TRADES)]
    return f"示例{place}{trade}{number}号{ENDINGS[unit_type]}"
