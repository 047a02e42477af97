"""Writes contracts without defects, and the same contracts with one defect of a known kind.

Shares no code with the engine: contracts are put together from sentences here, defects are made by editing the text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

CITIES = ("Delaware", "New York", "Texas", "Ohio", "Nevada", "California")
FIRMS = (
    "Brightwater",
    "Halcyon Ridge",
    "Oakfield",
    "Corvane",
    "Meridian Forge",
    "Stonebridge",
    "Larkspur",
    "Vantage Peak",
)
TRADES = ("Systems", "Logistics", "Foods", "Robotics", "Materials", "Analytics")
FORMS = ("Inc.", "LLC", "Ltd.", "Corporation")
WORDS = {
    5: "five",
    7: "seven",
    10: "ten",
    15: "fifteen",
    20: "twenty",
    30: "thirty",
    45: "forty-five",
    60: "sixty",
    90: "ninety",
}
TERM_SETS = (
    ("Services", "Deliverables", "Fees", "Work Product", "Service Levels"),
    ("Products", "Purchase Price", "Specifications", "Delivery Site", "Acceptance Criteria"),
    ("Licensed Software", "Licence Fees", "Documentation", "Authorized Users", "Support Plan"),
)
MONTHS = ("January", "March", "May", "June", "August", "October", "November")


@dataclass(frozen=True)
class Planted:
    """A clean contract and the same one with a defect; ``rules`` are the engine's names for that kind of defect."""

    clean: str
    faulty: str
    rules: tuple[str, ...]


def contract(random: Random) -> str:
    """A contract of seven to ten sections in which everything fits."""
    one, two = random.sample(FIRMS, 2)
    first = f"{one} {random.choice(TRADES)} {random.choice(FORMS)}"
    second = f"{two} {random.choice(TRADES)} {random.choice(FORMS)}"
    thing, result, money, work, level = random.choice(TERM_SETS)
    year = random.randint(2005, 2030)
    day, month = random.randint(2, 27), random.choice(MONTHS)
    days, more = random.sample(sorted(WORDS), 2)
    amount = random.choice(
        (("Fifty Thousand", "50,000"), ("One Hundred Thousand", "100,000"), ("Two Million", "2,000,000"))
    )
    share = random.choice((5, 7, 10, 15))
    sections: list[tuple[str, list[str]]] = [
        (
            "Definitions",
            [
                f"“{thing}” means the items that are listed in Exhibit A to this Agreement.",
                f"“{result}” means whatever the Supplier hands over to the Customer together with the {thing}.",
                f"“{money}” means the amounts that the Customer owes under Section 3.1 of this Agreement.",
                f"“{work}” means all records and drawings that the Supplier makes for the Customer.",
                f"“{level}” means the measures of quality that are set out in Exhibit B to this Agreement.",
                "“Confidential Information” means information that a party marks as secret when it is handed over.",
            ],
        ),
        (
            "Supply",
            [
                f"The Supplier shall provide the {thing} with due skill and shall meet the {level} at all times.",
                f"The Supplier shall hand over the {result} within {WORDS[days]} ({days}) days after each order of the Customer.",  # noqa: E501
                f"The {work} shall belong to the Customer once the {money} have been paid in full.",
            ],
        ),
        (
            "Payment",
            [
                f"The Customer shall pay the {money} within {WORDS[more]} ({more}) days after it receives a correct invoice.",  # noqa: E501
                f"The {money} shall not exceed {amount[0]} Dollars (${amount[1]}) in any calendar year.",
                f"Late amounts bear interest at {WORDS[share]} percent ({share}%) a year from the day on which they fell due.",  # noqa: E501
            ],
        ),
        (
            "Confidentiality",
            [
                "Each party shall keep the Confidential Information of the other secret and shall use it only as this Agreement allows.",  # noqa: E501
                "The duties under Section 4.1 do not apply to what a court orders a party to disclose, if that party: "
                "(a) tells the other party at once; (b) discloses no more than it must; and (c) asks for confidential treatment.",  # noqa: E501
                "Each party shall return the Confidential Information of the other party when this Agreement ends.",
            ],
        ),
        (
            "Term",
            [
                f"This Agreement takes effect on the Effective Date and ends on {month} {day}, {year + 3}, unless it is ended earlier under Section 5.2.",  # noqa: E501
                f"Either party may end this Agreement by {WORDS[days]} ({days}) days’ written notice if the other party breaches Section 2.1 or Section 4.",  # noqa: E501
                "The provisions of Sections 4.1 and 6.2 remain in force after the end of this Agreement.",
            ],
        ),
        (
            "Liability",
            [
                f"Neither party is liable for more than the {money} that were paid in the year before the claim.",
                "The limit in Section 6.1 does not apply to wilful misconduct or to a breach of Section 4.2(b).",
            ],
        ),
        (
            "General",
            [
                f"This Agreement is governed by the laws of the State of {random.choice(CITIES)}.",
                "Neither party may assign this Agreement without the prior written consent of the other party.",
                f"Changes to the {result} or to the {level} are valid only in writing.",
            ],
        ),
    ]
    lines = [
        "SUPPLY AND SERVICE AGREEMENT", "",
        f"This Agreement is made as of {month} {day}, {year} (the “Effective Date”) by and between {first}, a company of the State of "  # noqa: E501
        f"{random.choice(CITIES)} (the “Supplier”), and {second}, a company of the State of {random.choice(CITIES)} (the “Customer”).", "",  # noqa: E501
    ]  # fmt: skip
    for number, (title, sentences) in enumerate(sections, start=1):
        lines += [f"{number}. {title}", ""]
        for inner, sentence in enumerate(sentences, start=1):
            lines += [f"{number}.{inner} {sentence}", ""]
    lines += [
        "Signed for the parties:",
        "",
        f"{first}",
        "By: ____________________",
        "",
        f"{second}",
        "By: ____________________",
        "",
    ]
    lines += [
        "EXHIBIT A",
        "",
        f"The {thing} are described in the order form.",
        "",
        "EXHIBIT B",
        "",
        f"The {level} are measured every month.",
        "",
    ]
    return "\n".join(lines)


def _body(text: str) -> list[str]:
    return text.split("\n")


def _pick(random: Random, text: str, wanted: Callable[[str], bool]) -> tuple[list[str], int]:
    lines = _body(text)
    return lines, random.choice([at for at, line in enumerate(lines) if wanted(line)])


def _numbered(line: str) -> bool:
    return len(line) > 40 and line[:1].isdigit() and line[1:2] == "." and line[2:3].isdigit()


def _replaced(random: Random, text: str, wanted: Callable[[str], bool], change: Callable[[str], str]) -> str:
    lines, at = _pick(random, text, wanted)
    lines[at] = change(lines[at])
    return "\n".join(lines)


def _added(random: Random, text: str, sentence: str) -> str:
    return _replaced(
        random, text, lambda line: _numbered(line) and not line.startswith("1."), lambda line: f"{line} {sentence}"
    )


def broken_section(random: Random, text: str) -> Planted:
    target = random.choice(("9.7", "2.9", "11.2", "4.8(c)", "12", "4.2(f)", "8.1(b)"))
    sentence = random.choice(
        (
            "This does not affect the rights under Section {}.",
            "Section {} applies in the same way.",
            "The notice has to meet the rules of Section {} above.",
        )
    )
    return Planted(text, _added(random, text, sentence.format(target)), ("broken-reference",))


def missing_exhibit(random: Random, text: str) -> Planted:
    mark = random.choice(("C", "D", "E"))
    return Planted(
        text, _added(random, text, f"Further details are set out in Exhibit {mark}."), ("missing-attachment",)
    )


def skipped_number(random: Random, text: str) -> Planted:
    lines = _body(text)
    choices = [
        at
        for at, line in enumerate(lines)
        if _numbered(line) and line[2] == "2" and line[0] != "1" and any(o.startswith(line[:2] + "3") for o in lines)
    ]
    choices = [at for at in choices if f"Section {lines[at][:3]}" not in text and f"and {lines[at][:3]}" not in text]
    if not choices:
        return Planted(text, text, ("numbering-gap",))
    at = random.choice(choices)
    del lines[at : at + 2]
    return Planted(text, "\n".join(lines), ("numbering-gap",))


def doubled_number(random: Random, text: str) -> Planted:
    lines = _body(text)
    at = random.choice([at for at, line in enumerate(lines) if _numbered(line) and line[2] == "2"])
    lines[at + 2 : at + 2] = [f"{lines[at][:3]} The parties shall keep a list of all open points.", ""]
    return Planted(text, "\n".join(lines), ("numbering-duplicate",))


def number_words(random: Random, text: str) -> Planted:
    first, second = random.sample(sorted(WORDS), 2)
    unit = random.choice(("days", "months", "business days", "hours"))
    number = random.choice((f"{WORDS[first]} ({second})", f"{first} ({WORDS[second]})"))
    sentence = f"This has to be done within {number} {unit}."
    return Planted(text, _added(random, text, sentence), ("words-against-figures",))


def money_words(random: Random, text: str) -> Planted:
    words, figures = random.choice(
        (
            ("One Hundred Thousand", "10,000"),
            ("Fifty Thousand", "500,000"),
            ("Two Million Five Hundred Thousand", "2,050,000"),
            ("Seven Hundred", "7,000"),
        )
    )
    return Planted(
        text, _added(random, text, f"The deposit amounts to {words} Dollars (${figures})."), ("words-against-figures",)
    )


def percent_words(random: Random, text: str) -> Planted:
    first, second = random.sample(sorted(WORDS), 2)
    return Planted(
        text,
        _added(random, text, f"A reduction of {WORDS[first]} percent ({second}%) is granted."),
        ("words-against-figures",),
    )


def placeholder(random: Random, text: str) -> Planted:
    hole = random.choice(
        ("[●]", "________", "[INSERT DATE]", "[insert name of bank]", "TBD", "[TBC]", "[amount]", "{{city}}")
    )
    return Planted(
        text, _added(random, text, f"The account of the Supplier is held at {hole} in the same city."), ("blank",)
    )


def drafting_note(random: Random, text: str) -> Planted:
    note = random.choice(
        ("[Note to draft: ask finance about this.]", "[Drafting note: check with counsel]", "[NTD: client to confirm.]")
    )
    return Planted(text, _added(random, text, note), ("drafting-note",))


def unused_definition(random: Random, text: str) -> Planted:
    term = random.choice(("Key Personnel", "Change Request", "Escrow Agent", "Quality Manual", "Baseline Plan"))
    at = text.index("“Confidential Information” means")
    end = text.index("\n", at)
    return Planted(
        text,
        text[:end] + f"\n\n1.7 “{term}” means what the parties call so in their correspondence." + text[end:],
        ("unused-term",),
    )


def undefined_term(random: Random, text: str) -> Planted:
    term = random.choice(("Transition Plan", "Steering Group", "Change Order", "Service Credits", "Escrow Materials"))
    lower = "The plan, the change, the order, the service, the credits, the escrow, the transition, the group and the materials are kept."  # noqa: E501
    clean = _added(Random(1), text, lower)
    return Planted(
        clean, _added(random, clean, f"The Supplier shall keep to the {term} at its own cost."), ("undefined-term",)
    )


def wrong_capitals(random: Random, text: str) -> Planted:
    change = random.choice(
        (("the Confidential Information", "the Confidential information"), ("the Confidential Information", "the confidential Information"),  # noqa: E501
         ("the Confidential Information", "the confidential information"), ("this Agreement allows", "this agreement allows"))  # noqa: E501
    )  # fmt: skip
    return Planted(text, text.replace(change[0], change[1], 1), ("wrong-case",))


def double_definition(random: Random, text: str) -> Planted:
    sentence = random.choice(
        (
            "“Confidential Information” means all papers of a party.",
            "“Confidential Information” shall mean what the parties agree on.",
        )
    )
    at = text.index("2. Supply")
    return Planted(text, text[:at] + f"1.7 {sentence}\n\n" + text[at:], ("duplicate-definition",))


def impossible_date(random: Random, text: str) -> Planted:
    day = random.choice(
        ("February 30, 2024", "April 31, 2022", "the 31st day of June, 2021", "February 29, 2023", "31 November 2020")
    )
    return Planted(text, _added(random, text, f"The first report is due on {day}."), ("impossible-date",))


def early_end(random: Random, text: str) -> Planted:
    at = text.index("and ends on ") + len("and ends on ")
    end = text.index(", unless", at)
    year = int(text[end - 4 : end]) - random.randint(4, 8)
    return Planted(text, text[: end - 4] + str(year) + text[end:], ("expiry-before-effect",))


def name_variant(random: Random, text: str) -> Planted:
    lines = _body(text)
    signed = lines.index("Signed for the parties:") + 2
    name = lines[signed]
    core, form = name.rsplit(" ", 1)
    other = random.choice([item for item in FORMS if item != form])
    wrong = f"{core} {other}" if random.random() < 0.6 else core[:3] + core[4:] + " " + form
    return Planted(text, _added(random, text, f"Invoices are sent to {wrong} at its seat."), ("party-name",))


def early_use(random: Random, text: str) -> Planted:
    at = text.index("5. Term")
    clean = (
        text[:at]
        + "4.4 The parties keep a common register (the “Register”) of what was disclosed. The Register is open to both.\n\n"  # noqa: E501
        + text[at:]
    )
    faulty = clean.replace(
        "2.2 The Supplier",
        "2.2 The Supplier shall write every order of the Customer into the Register. The Supplier",
        1,
    )
    return Planted(clean, faulty, ("used-before-definition",))


def skipped_letter(random: Random, text: str) -> Planted:
    return Planted(
        text,
        text.replace("and (c) asks", "and (d) asks", 1).replace("(b) discloses", "(b) discloses"),
        ("numbering-gap",),
    )


KINDS: dict[str, Callable[[Random, str], Planted]] = {
    maker.__name__: maker
    for maker in (
        broken_section, missing_exhibit, skipped_number, doubled_number, number_words, money_words, percent_words, placeholder,  # noqa: E501
        drafting_note, unused_definition, undefined_term, wrong_capitals, double_definition, impossible_date, early_end,
        name_variant, early_use, skipped_letter,
    )
}  # fmt: skip


def planted(kind: str, seed: int) -> Planted:
    """A contract with a defect of the kind, and its clean twin; the same for the same seed."""
    random = Random(f"{kind} {seed}")
    return KINDS[kind](random, contract(random))
