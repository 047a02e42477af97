"""Blanks, placeholders and drafting notes in the words of one paragraph."""

import re
from collections.abc import Iterator

_BLANK = re.compile(
    r"""(?P<mark>\[\s*[●•∙·○■□]\s*\]|[●•]{2,}|(?<=[\s(])●(?=[),.;%]|\s[a-z]))
      |(?P<empty>\[\s*_{0,60}\s*\](?!\())
      |(?P<line>(?<![_\w/])_{2,}(?![_/])|(?<![.\w])(?:_\s){3,}_?)
      |(?P<insert>[\[<{]{1,2}\s*(?:insert|enter|fill\s+in|complete|specify|add|state|describe|to\s+be\s+(?:inserted|completed|confirmed|determined|agreed|provided)|tbd|tbc|tba
            )[^\]>}\n]{0,120}[\]>}]{0,2}
          |[\[<{]{1,2}\s*(?:date|name|address|amount|number|company(?:\s+name)?|party(?:\s+name)?|counterparty|customer(?:\s+name)?|state|country|jurisdiction|title|signatory|year|month|day|xx+|x\.x+
            |city|town|place|venue|court|price|fee|currency|percentage|rate|term|period|product|services?|project|role|email|phone|website
            |(?:name|number|date|place|amount|address|description)\s+of\s+[^\]>}\n]{1,40})\s*[\]>}]{1,2}
          |<<[^<>\n]{1,60}>>|\{\{[^{}\n]{1,60}\}\})
      |(?P<note>[\[({]\s*(?:drafting\s+note|note\s+to\s+(?:draft|drafter|counsel|file|self)|ntd|drafter['’]?s\s+note|draft\s+note|note\s*:|nb\s*:|comment\s*:|query\s*:|under\s+review|subject\s+to\s+(?:client|internal)\s+review)[^\])}\n]{0,400}[\])}]?)
      |(?P<bare>(?<![\w.])(?:TBD|TBC|T\.B\.D\.|XXX+|to\s+be\s+determined\s+by\s+drafter|Lorem\s+ipsum)(?!\w))""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:\b(?:by|its|name|title|date|dated|signed?|signature|print(?:ed)?(?:\s+name)?|witness|attest|address|fax|phone|telephone|email|e-mail|initials?|per|for|company|position|its duly"  # noqa: E501
    r"|seal|notary|place|day|tel|no|capacity|authori[sz]ed\s+(?:signature|signatory|representative))\b[^\w\n]{0,12}|/s/\s*|^[\W_]*)$",
    re.IGNORECASE | re.MULTILINE,
)


_SIGNED = re.compile(r"\s*(?:duly\s+)?(?:signed|executed|agreed|accepted|acknowledged)\b", re.IGNORECASE)


def blanks_in(words: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind ("mark", "empty", "line", "insert", "note", "bare") of each; lines to sign on are none."""
    if not (any(mark in words for mark in "[_●•<{") or _BARE.search(words)):
        return
    for found in _BLANK.finditer(words):
        kind = found.lastgroup or ""
        if kind in ("line", "empty") and (_is_signature(words, found) or (kind == "empty" and len(found[0]) <= 2)):
            continue
        if kind == "bare" and found[0].islower():
            continue
        yield found.start(), found.end(), kind


_BARE = re.compile(r"TBD|TBC|T\.B\.D|XXX|[Ll]orem")


def _is_signature(words: str, found: re.Match[str]) -> bool:
    if found["line"] and len(found[0]) > 60:
        return True
    before = re.split(r"[\n\u2028]|_{2,}|\s{4,}", words[max(0, found.start() - 120) : found.start()])[-1]
    if _SIGNED.match(before) and before.rstrip().endswith(":"):
        return True
    after = re.split(r"[\n\u2028]|_{2,}|\s{4,}", words[found.end() : found.end() + 40])[0]
    if _SIGNATURE.search(before) and not re.match(r"\s*(?:day\s+of|of\s+[A-Z]|,\s*(?:19|20))", after):
        return True
    letters = re.sub(r"[\W_]+", "", words)
    return len(letters) < 12 or words.count("_") > 0.5 * len(words)
