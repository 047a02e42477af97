"""How Word writes a number in each of its number formats (ECMA-376 part 1, 17.18.59 ST_NumberFormat)."""

ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINAL_WORDS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
FOOTNOTE_SIGNS = "*†‡§"
LONGEST_REPEAT = 32
GREATEST_ROMAN = 32767
LETTERS = 26


def formatted(value: int, style: str) -> str:
    """A number in one of Word's formats; formats that are not known here are written as decimals."""
    match style:
        case "none" | "bullet":
            return ""
        case "upperRoman":
            return _roman(value).upper()
        case "lowerRoman":
            return _roman(value)
        case "upperLetter":
            return _letters(value).upper()
        case "lowerLetter":
            return _letters(value)
        case "ordinal":
            return ordinal(value)
        case "cardinalText":
            return cardinal_words(value).capitalize()
        case "ordinalText":
            return ordinal_words(value).capitalize()
        case "decimalZero":
            return f"{value:02d}"
        case "hex":
            return f"{value:X}"
        case "numberInDash":
            return f"- {value} -"
        case "chicago":
            return _chicago(value)
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return chr(0x2460 + value - 1) if 1 <= value <= 20 else str(value)
        case "decimalEnclosedParen":
            return chr(0x2474 + value - 1) if 1 <= value <= 20 else f"({value})"
        case "decimalEnclosedFullstop":
            return chr(0x2488 + value - 1) if 1 <= value <= 20 else f"{value}."
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(0xFF10 + int(digit)) for digit in str(abs(value)))
        case _:
            return str(value)


def _roman(value: int) -> str:
    if not 0 < value <= GREATEST_ROMAN:
        return str(value)
    result = ""
    for amount, letters in ROMAN:
        result += letters * (value // amount)
        value %= amount
    return result


def _letters(value: int) -> str:
    """a to z, then aa, bb: Word repeats the letter."""
    if value < 1:
        return str(value)
    repeat = (value - 1) // LETTERS + 1
    return chr(ord("a") + (value - 1) % LETTERS) * min(repeat, LONGEST_REPEAT)


def _chicago(value: int) -> str:
    if value < 1:
        return str(value)
    repeat = (value - 1) // len(FOOTNOTE_SIGNS) + 1
    return FOOTNOTE_SIGNS[(value - 1) % len(FOOTNOTE_SIGNS)] * min(repeat, LONGEST_REPEAT)


def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    if abs(value) % 100 in (11, 12, 13):
        return f"{value}th"
    return f"{value}" + {1: "st", 2: "nd", 3: "rd"}.get(abs(value) % 10, "th")


def cardinal_words(value: int) -> str:
    """A number in English words up to 999,999; digits beyond and below zero."""
    if not 0 <= value < 1_000_000:
        return str(value)
    if value >= 1000:
        rest = value % 1000
        return cardinal_words(value // 1000) + " thousand" + (f" {cardinal_words(rest)}" if rest else "")
    if value >= 100:
        rest = value % 100
        return SMALL[value // 100] + " hundred" + (f" {cardinal_words(rest)}" if rest else "")
    if value < len(SMALL):
        return SMALL[value]
    return TENS[value // 10] + (f"-{SMALL[value % 10]}" if value % 10 else "")


def ordinal_words(value: int) -> str:
    """An ordinal number in English words: first, twenty-second, one hundredth."""
    words = cardinal_words(value)
    head, separator, last = words.rpartition("-" if "-" in words.rpartition(" ")[2] else " ")
    if last in ORDINAL_WORDS:
        last = ORDINAL_WORDS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    elif not last.isdigit():
        last += "th"
    else:
        return ordinal(value)
    return head + separator + last
