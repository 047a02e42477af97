"""Copies of a filled contract as other people and programs give them back, made by hand on the XML; shares no code with
the engine that finds the fields again.

Each mutation knows what became of the fields: a place is named by a token in its paragraph that nothing else touches.
"""

import copy
import io
import random
import zipfile
from collections.abc import Callable

import docx
from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def w(name: str) -> str:
    return f"{{{W}}}{name}"


class Copy:
    """One copy: its document's XML, changed step by step."""

    def __init__(self, data: bytes, seed: int) -> None:
        self.data, self.chance = data, random.Random(seed)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.root = etree.fromstring(self.parts["word/document.xml"])
        self.next = 9_000
        self.gone: set[tuple[str, str]] = set()
        """Places (path, token of their paragraph) whose words are not in the text any more."""
        self.changed: set[tuple[str, str]] = set()
        """Places whose words somebody changed inside the control."""

    def number(self) -> str:
        self.next += 1
        return str(self.next)

    def attributes(self) -> dict[str, str]:
        return {
            w("id"): self.number(),
            w("author"): self.chance.choice(("Jonas", "Mara")),
            w("date"): "2026-12-03T09:00:00Z",
        }

    def controls(self) -> list[etree._Element]:
        return [one for one in self.root.iter(w("sdt")) if self.path(one)]

    @staticmethod
    def path(sdt: etree._Element) -> str:
        tag = sdt.find(f"{w('sdtPr')}/{w('tag')}")
        value = tag.get(w("val"), "") if tag is not None else ""
        return value.removeprefix("pactoria:") if value.startswith("pactoria:") else ""

    def token(self, element: etree._Element) -> str:
        paragraph = next(one for one in element.iterancestors(w("p")))
        words = "".join(one.text or "" for one in paragraph.iter(w("t"), w("delText")))
        return next((word for word in words.split() if word.startswith("§")), "")

    def run(self, text: str, struck: bool = False) -> etree._Element:
        run = etree.Element(w("r"))
        words = etree.SubElement(run, w("delText" if struck else "t"))
        words.text = text
        words.set(SPACE, "preserve")
        return run

    # What others do

    def insert_words(self) -> None:
        runs = self._plain_runs()
        if not runs:
            return
        run = self.chance.choice(runs)
        change = etree.Element(w("ins"), self.attributes())
        change.append(self.run(self.chance.choice((" promptly ", " and fairly ", " in good faith "))))
        run.addnext(change)

    def strike_words(self) -> None:
        runs = [one for one in self._plain_runs() if "§" not in self._words(one)]
        if not runs:
            return
        run = self.chance.choice(runs)
        words = self._words(run)
        cut = sorted(self.chance.sample(range(len(words) + 1), 2)) if len(words) > 3 else [0, len(words)]
        kept, gone, rest = words[: cut[0]], words[cut[0] : cut[1]], words[cut[1] :]
        if not gone:
            return
        change = etree.Element(w("del"), self.attributes())
        change.append(self.run(gone, struck=True))
        for one in (self.run(rest), change, self.run(kept)):
            run.addnext(one)
        run.getparent().remove(run)

    def split_runs(self) -> None:
        for run in self._plain_runs()[:: max(1, self.chance.randint(1, 5))]:
            words = self._words(run)
            if len(words) > 6:
                middle = self.chance.randrange(5, len(words))
                run.addnext(self.run(words[middle:]))
                run.find(w("t")).text = words[:middle]
                run.find(w("t")).set(SPACE, "preserve")
                run.set(w("rsidR"), "00AB12CD")

    def take_off_the_control(self) -> None:
        found = self.controls()
        if found:
            self._unwrap(self.chance.choice(found))

    def take_off_all_controls(self) -> None:
        for sdt in self.controls():
            self._unwrap(sdt)

    @staticmethod
    def _unwrap(sdt: etree._Element) -> None:
        for child in reversed(list(sdt.find(w("sdtContent")))):
            sdt.addnext(child)
        sdt.getparent().remove(sdt)

    def change_inside(self) -> None:
        found = [one for one in self.controls() if self._untouched(one)]
        if not found:
            return
        sdt = self.chance.choice(found)
        content = sdt.find(w("sdtContent"))
        self.changed.add((self.path(sdt), self.token(sdt)))
        words = self._words(content)
        for child in list(content):
            content.remove(child)
        gone, new = etree.Element(w("del"), self.attributes()), etree.Element(w("ins"), self.attributes())
        gone.append(self.run(words, struck=True))
        new.append(self.run(self.chance.choice(("€99,999", "ninety days", "Nobody Ltd"))))
        content.extend([gone, new])

    def strike_paragraph(self) -> None:
        paragraphs = [one for one in self._paragraphs() if one.find(f".//{w('ins')}") is None]
        if len(paragraphs) < 6:
            return
        paragraph = self.chance.choice(paragraphs)
        for sdt in paragraph.iter(w("sdt")):
            if self.path(sdt):
                self.gone.add((self.path(sdt), self.token(sdt)))
        if "§" in self._words(paragraph) and paragraph.find(f".//{w('sdt')}") is None:
            self.gone.add(("", self._token_of(paragraph)))
        for run in list(paragraph.iter(w("r"))):
            if run.getparent().tag in (w("del"), w("ins")) or run.find(w("t")) is None:
                continue
            change = etree.Element(w("del"), self.attributes())
            run.addprevious(change)
            change.append(run)
            for words in run.findall(w("t")):
                words.tag = w("delText")
        properties = paragraph.find(w("pPr"))
        if properties is None:
            properties = etree.Element(w("pPr"))
            paragraph.insert(0, properties)
        mark = properties.find(w("rPr"))
        if mark is None:
            mark = etree.SubElement(properties, w("rPr"))
        etree.SubElement(mark, w("del"), self.attributes())

    def move_paragraph(self) -> None:
        """As Word does with a move that is not tracked: the paragraph stands elsewhere."""
        paragraphs = [one for one in self._paragraphs() if one.getparent().tag == w("body")]
        if len(paragraphs) < 6:
            return
        one, other = self.chance.sample(paragraphs, 2)
        other.addnext(one)

    def move_tracked(self) -> None:
        paragraphs = [
            one for one in self._paragraphs()
            if one.getparent().tag == w("body") and all(child.tag in (w("r"), w("sdt"), w("pPr")) for child in one)
            and not self._has_changes(one)
        ]  # fmt: skip
        if len(paragraphs) < 6:
            return
        paragraph, other = self.chance.sample(paragraphs, 2)
        new = copy.deepcopy(paragraph)
        other.addnext(new)
        for where, kind, struck in ((paragraph, "moveFrom", True), (new, "moveTo", False)):
            for run in list(where.iter(w("r"))):
                change = etree.Element(w(kind), self.attributes())
                run.addprevious(change)
                change.append(run)
            properties = where.find(w("pPr"))
            if properties is None:
                properties = etree.Element(w("pPr"))
                where.insert(0, properties)
            mark = properties.find(w("rPr"))
            mark = etree.SubElement(properties, w("rPr")) if mark is None else mark
            etree.SubElement(mark, w(kind), self.attributes())
            for sdt in where.iter(w("sdt")) if struck else ():
                id_ = sdt.find(f"{w('sdtPr')}/{w('id')}")
                if id_ is not None:
                    id_.set(w("val"), self.number())

    def add_paragraph(self) -> None:
        paragraph = self.chance.choice(self._paragraphs())
        new = etree.Element(w("p"))
        properties = etree.SubElement(etree.SubElement(new, w("pPr")), w("rPr"))
        etree.SubElement(properties, w("ins"), self.attributes())
        change = etree.SubElement(new, w("ins"), self.attributes())
        change.append(self.run("The parties meet once a month for £12,500 and thirty (30) days of talk."))
        paragraph.addnext(new)

    # What they come to

    def bytes(self, resaved: bool) -> bytes:
        self.parts["word/document.xml"] = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)
        if not resaved:
            return out.getvalue()
        again = io.BytesIO()
        docx.Document(io.BytesIO(out.getvalue())).save(again)
        return again.getvalue()

    def _paragraphs(self) -> list[etree._Element]:
        return [one for one in self.root.iter(w("p")) if self._words(one).strip() and not self._has_changes(one)]

    def _has_changes(self, element: etree._Element) -> bool:
        return next(element.iter(w("ins"), w("del"), w("moveFrom"), w("moveTo")), None) is not None

    def _plain_runs(self) -> list[etree._Element]:
        return [
            run for run in self.root.iter(w("r"))
            if run.getparent().tag == w("p") and len(run.findall(w("t"))) == 1 and run.find(w("rPr")) is None
            and not self._in_struck(run)
        ]  # fmt: skip

    def _in_struck(self, run: etree._Element) -> bool:
        paragraph = next(run.iterancestors(w("p")))
        return paragraph.find(f"{w('pPr')}/{w('rPr')}/{w('del')}") is not None

    def _untouched(self, sdt: etree._Element) -> bool:
        return not self._has_changes(sdt) and not any(
            above.tag in (w("del"), w("moveFrom")) for above in sdt.iterancestors()
        ) and not self._has_changes(next(sdt.iterancestors(w("p"))))  # fmt: skip

    def _words(self, element: etree._Element) -> str:
        return "".join(one.text or "" for one in element.iter(w("t")))

    def _token_of(self, paragraph: etree._Element) -> str:
        return next((word for word in self._words(paragraph).split() if word.startswith("§")), "")


MUTATIONS: tuple[tuple[Callable[[Copy], None], int], ...] = (
    (Copy.insert_words, 20), (Copy.strike_words, 14), (Copy.split_runs, 6), (Copy.take_off_the_control, 6),
    (Copy.change_inside, 5), (Copy.strike_paragraph, 3), (Copy.move_paragraph, 3), (Copy.move_tracked, 3),
    (Copy.add_paragraph, 5),
)  # fmt: skip


def marked_up(data: bytes, seed: int) -> tuple[Copy, bytes]:
    """A copy with up to thirty changes, and its bytes; every fifth without any control, every third saved again."""
    made = Copy(data, seed)
    names, weights = zip(*MUTATIONS, strict=True)
    for _ in range(made.chance.randint(5, 30)):
        made.chance.choices(names, weights)[0](made)
    if seed % 5 == 0:
        made.take_off_all_controls()
    return made, made.bytes(seed % 3 == 0)
