"""Amounts of money as contracts write them, and the same read back. Amounts are whole minor units, never fractions."""

import re
from collections.abc import Sequence

from pactoria_desktop.protocol.templates import Money
from pactoria_desktop.templates.faults import UnreadableError

_NO_PLACES = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
)  # fmt: skip
_THREE_PLACES = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR_PLACES = ("CLF", "UYW")
_SYMBOLS = {
    "GBP": "£", "EUR": "€", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "AUD": "A$", "CAD": "C$", "NZD": "NZ$",
    "HKD": "HK$", "SGD": "S$",
}  # fmt: skip
_SHARED_SIGNS = {
    "£": ("GBP", "GIP", "FKP"), "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD"), "¥": ("JPY", "CNY"),
    "US$": ("USD",), "kr": ("NOK", "SEK", "DKK", "ISK"),
}  # fmt: skip
_LARGEST = 10**15
_AMOUNT = re.compile(
    r"(?P<minus>-?)\s?(?P<before>[A-Za-z]{0,3}[$£€¥₹₩₪]|[A-Za-z]{2,3})?\s{0,2}(?P<inner>-?)"
    r"(?P<whole>[0-9]{1,3}(?:[, \u00a0\u202f'][0-9]{3}){1,6}|[0-9]{1,18})(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"\s{0,2}(?P<after>[$£€¥₹₩₪]|[A-Za-z]{2,3})?"
)


def minor_places(currency: str) -> int:
    """How many places after the point the minor unit of a currency is (ISO 4217, list one)."""
    if currency in _NO_PLACES:
        return 0
    if currency in _THREE_PLACES:
        return 3
    return 4 if currency in _FOUR_PLACES else 2


def money_written(money: Money, written: str, language: str) -> str:
    """``£12,500``, ``£12,500.50`` or, with ``written`` "code", ``GBP 12,500``.

    A currency that has no sign of its own is written by its code; a dollar of the United States is ``US$`` in British
    English, where ``$`` alone would leave open which dollar is meant.
    """
    places = minor_places(money.currency)
    whole, fraction = divmod(abs(money.amount_minor), 10**places)
    amount = f"{whole:,}" + (f".{fraction:0{places}d}" if fraction else "")
    sign = "-" if money.amount_minor < 0 else ""
    symbol = ("$" if language == "en-US" else "US$") if money.currency == "USD" else _SYMBOLS.get(money.currency, "")
    if written == "symbol" and symbol:
        return f"{sign}{symbol}{amount}"
    return f"{money.currency} {sign}{amount}"


def money_read(words: str, currencies: Sequence[str], language: str) -> Money:
    """The amount that a form or a table gives: ``£12,500``, ``12500 GBP``, ``GBP 12,500.50``.

    Without a currency the only one of ``currencies`` is meant. Raises UnreadableError.
    """
    found = _AMOUNT.fullmatch(words.strip()) if len(words) <= 80 else None
    if found is None or (found["before"] and found["after"]) or (found["minus"] and found["inner"]):
        raise UnreadableError(expected(currencies, language))
    currency = _currency(found["before"] or found["after"] or "", currencies, language)
    places = minor_places(currency)
    fraction = (found["fraction"] or "").rstrip("0")
    if len(fraction) > places:
        allowed = f"at most {places} places after the point" if places else "no places after the point"
        raise UnreadableError(f"an amount with {allowed}, as {currency} has them")
    whole = int(re.sub(r"[^0-9]", "", found["whole"]))
    amount = whole * 10**places + int(fraction.ljust(places, "0") or "0")
    if amount > _LARGEST:
        raise UnreadableError(f"an amount of at most {money_written(Money(amount_minor=_LARGEST, currency=currency), 'code', language)}")  # fmt: skip  # noqa: E501
    return Money(amount_minor=-amount if found["minus"] or found["inner"] else amount, currency=currency)


def expected(currencies: Sequence[str], language: str) -> str:
    """What an amount in one of these currencies looks like, as it stands behind "must be"."""
    example = money_written(Money(amount_minor=12_500 * 10 ** minor_places(currencies[0]), currency=currencies[0]), "symbol", language)  # fmt: skip  # noqa: E501
    return f"an amount of money in {alternatives(currencies)}, such as {example}"


def alternatives(names: Sequence[str]) -> str:
    """``GBP``, ``GBP or EUR``, ``GBP, EUR or USD``; of many the first ones."""
    few = list(names[:8])
    if len(names) > 8:
        return ", ".join(few) + " or another"
    return few[0] if len(few) == 1 else ", ".join(few[:-1]) + " or " + few[-1]


def _currency(sign: str, currencies: Sequence[str], language: str) -> str:
    if not sign:
        if len(currencies) == 1:
            return currencies[0]
        raise UnreadableError(f"an amount that says its currency, {alternatives(currencies)}")
    meant = [code for code in currencies if code == sign.upper() or _SYMBOLS.get(code) == sign]
    meant = meant or [code for code in currencies if code in _SHARED_SIGNS.get(sign, ())]
    if len(meant) > 1 and sign == "$" and language == "en-US" and "USD" in meant:
        return "USD"
    if len(meant) > 1:
        raise UnreadableError(f"an amount that says which currency {sign} is, {alternatives(meant)}")
    if not meant:
        raise UnreadableError(f"an amount of money in {alternatives(currencies)}")
    return meant[0]
