"""The trades of the made-up firms: what they are called, how they sell, buy and are taxed."""

from dataclasses import dataclass

STANDARD, TRANSPORT, SERVICE, SMALL, EXEMPT = 130, 90, 60, 10, 0  # VAT rates, per mille


@dataclass(frozen=True, slots=True)
class Industry:
    """One trade. `order_ln_mean` is of yuan; `goods_share` is purchases for resale over sales."""

    words: tuple[str, ...]  # what stands before 有限公司
    sole_trader_words: tuple[str, ...]
    weight: float
    order_ln_mean: float
    goods_share: float
    overhead: float  # small purchases, relative to an average firm's
    rates: tuple[int, ...]  # the first is its usual one


INDUSTRIES = (
    Industry(("建材", "建材销售", "建筑材料"), ("建材经营部",), 9, 9.9, 0.7, 0.8, (STANDARD,)),
    Industry(("商贸", "贸易", "物资"), ("商行",), 16, 9.8, 0.72, 0.7, (STANDARD, TRANSPORT)),
    Industry(("食品", "调味品"), ("副食店", "粮油店"), 6, 8.9, 0.66, 0.8, (STANDARD, TRANSPORT)),
    Industry(
        ("机电设备", "机械", "自动化设备"), ("五金机电店",), 9, 10.0, 0.6, 1.0, (STANDARD, SERVICE)
    ),
    Industry(("建设工程", "建筑工程", "路桥工程"), (), 13, 10.9, 0.5, 1.5, (TRANSPORT, STANDARD)),
    Industry(("建筑劳务", "劳务"), (), 10, 10.8, 0.06, 0.6, (TRANSPORT, SMALL)),
    Industry(
        ("装饰工程", "装饰设计", "钢结构工程"),
        ("装饰部",),
        8,
        10.4,
        0.42,
        1.0,
        (TRANSPORT, SERVICE),
    ),
    Industry(("物流", "运输", "货运代理"), ("货运部",), 7, 9.6, 0.3, 1.8, (TRANSPORT, SERVICE)),
    Industry(
        ("科技", "网络科技", "信息技术"), ("电脑店",), 12, 10.0, 0.22, 1.2, (SERVICE, STANDARD)
    ),
    Industry(("文化传媒", "广告", "营销策划"), ("广告部",), 8, 9.8, 0.3, 1.0, (SERVICE, STANDARD)),
    Industry(("工程咨询", "建筑设计", "检测技术"), (), 6, 9.9, 0.06, 0.9, (SERVICE,)),
    Industry(("酒店管理", "餐饮管理"), ("餐馆",), 4, 7.6, 0.3, 1.6, (SERVICE,)),
    Industry(("园艺", "农业"), ("花木店", "果蔬店"), 5, 9.6, 0.25, 0.5, (EXEMPT, TRANSPORT)),
)
