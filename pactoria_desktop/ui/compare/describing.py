"""A change between two drafts in words: for the list, for its filter, for a screen reader."""

import re

from pactoria_desktop.contract.comparison import ComparedPair, ComparedParagraph

KINDS = {
    "unmarked": "Not marked", "figures": "Figures", "changed": "Wording", "added": "Added", "removed": "Removed",
    "moved": "Moved",
}  # fmt: skip
ICONS = {
    "figures": "suggest", "changed": "suggest", "added": "plus", "removed": "reject", "moved": "moved",
    "unmarked": "eye",
}  # fmt: skip
_DIGIT = re.compile(r"\d")
_NUMBER_WORD = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
BRIDGE, LONGEST = 3, 80


def kind_of_change(pair: ComparedPair) -> str:
    """A key of ``KINDS`` other than ``unmarked``; figures where a number went or came in a paragraph of both drafts."""
    if pair.kind != "changed":
        return pair.kind
    words = f"{changed_words(pair.old)} {changed_words(pair.new)}"
    return "figures" if _DIGIT.search(words) or _NUMBER_WORD.search(words) else "changed"


def summary(pair: ComparedPair, partner: ComparedPair | None = None) -> str:
    """A change in a few words of the drafts themselves; ``partner`` is where a moved paragraph was, or now is."""
    gone, come = changed_words(pair.old), changed_words(pair.new)
    if pair.kind == "moved":
        words = _shortened((pair.new or pair.old).text)  # type: ignore[union-attr]
        before = partner.number if partner is not None else ""
        return f"Moved from {before}: {words}" if before and before != pair.number else f"Moved: {words}"
    if pair.kind == "added" or not gone:
        return f"New: {come}" if come else "Joined or split paragraph"
    if pair.kind == "removed" or not come:
        return f"Removed: {gone}"
    return f"{gone} became {come}"


def spoken(pair: ComparedPair, partner: ComparedPair | None = None) -> str:
    """The change for a screen reader."""
    where = f"at {pair.number}, " if pair.number else ""
    marked = "not marked by the sender, " if pair.unmarked else ""
    return f"{KINDS[kind_of_change(pair)]}, {where}{marked}{summary(pair, partner)}"


def changed_words(side: ComparedParagraph | None) -> str:
    """The changed words of one draft; a bridge of a few letters between two of them comes along: “five (5)”."""
    pieces = side.pieces if side is not None else ()
    parts: list[str] = []
    joined = False
    for number, piece in enumerate(pieces):
        words = " ".join(piece.text.split())
        if piece.kind == "changed" and words:
            if joined and parts:
                parts[-1] += pieces[number - 1].text + words
            else:
                parts.append(words)
        joined = piece.kind == "same" and len(piece.text) <= BRIDGE and bool(parts)
    told = " … ".join(_balanced(part) for part in parts)
    return _shortened(told.lstrip(" ,;:.") or told)


def _balanced(words: str) -> str:
    """A bracket that stayed outside the changed words is closed."""
    return words + ")" if words.count("(") == words.count(")") + 1 else words


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 3].rstrip() + "…"
