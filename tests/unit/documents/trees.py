"""Word XML as comparable values: revision ids, ``xml:space`` and how equal neighbouring runs are cut do not count."""

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
REVISIONS = {W + name for name in ["ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange"]}
TEXTS = (W + "t", W + "delText")


def comparable(element: etree._Element) -> tuple:
    children: list[tuple] = []
    for child in element:
        if not isinstance(child.tag, str):
            children.append(("#", (), child.text, ()))
            continue
        value = comparable(child)
        if value[0] in TEXTS and children and children[-1][0] == value[0]:
            children[-1] = (value[0], (), children[-1][2] + value[2], ())
        elif value[0] == W + "r" and children and joins(children[-1], value):
            children[-1] = joined(children[-1], value)
        else:
            children.append(value)
    attributes = tuple(
        sorted(
            (name, text)
            for name, text in element.items()
            if not name.endswith("}space") and not (element.tag in REVISIONS and name == W + "id")
        )
    )
    plain = element.tag in (*TEXTS, W + "instrText") or not len(element)
    return element.tag, attributes, (element.text or "") if plain else "", tuple(children)


def properties(run: tuple) -> list[tuple]:
    return [child for child in run[3] if child[0] == W + "rPr"]


def joins(one: tuple, two: tuple) -> bool:
    if one[0] != W + "r" or one[1] != two[1] or properties(one) != properties(two):
        return False
    return not any(inner[0] == W + "rPrChange" for child in properties(one) for inner in child[3])


def joined(one: tuple, two: tuple) -> tuple:
    children = list(one[3])
    for child in two[3]:
        if child[0] == W + "rPr":
            continue
        if child[0] in TEXTS and children and children[-1][0] == child[0]:
            children[-1] = (child[0], (), children[-1][2] + child[2], ())
        else:
            children.append(child)
    return one[0], one[1], one[2], tuple(children)
