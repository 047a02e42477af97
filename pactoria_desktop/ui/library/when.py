"""Instants in the words of a person: "4 minutes ago", "yesterday", "Friday", "3 June"."""

from datetime import UTC, datetime, tzinfo

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken_instant(milliseconds: int, now: datetime, zone: tzinfo | None = None) -> str:
    """An instant (milliseconds since 1970, UTC) as seen at ``now``, in a zone (None is the system's). Empty for 0."""
    if milliseconds <= 0:
        return ""
    try:
        instant = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return ""
    here = now.astimezone(zone)
    seconds = (here - instant).total_seconds()
    days = (here.date() - instant.date()).days
    if 0 <= seconds < 60:
        return "just now"
    if 0 <= seconds < 3600:
        minutes = int(seconds // 60)
        return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
    if days == 0 and seconds >= 0:
        return f"{instant.hour}:{instant.minute:02d}"
    if days == 1:
        return "yesterday"
    if 1 < days < 7:
        return DAYS[instant.weekday()]
    day = f"{instant.day} {MONTHS[instant.month - 1]}"
    return day if instant.year == here.year else f"{day} {instant.year}"


def greeting(now: datetime, person: str) -> str:
    """ "Good morning, Ines" after the hour of ``now`` in its own zone; without a name just the greeting."""
    words = "Good morning" if 4 <= now.hour < 12 else "Good afternoon" if 12 <= now.hour < 18 else "Good evening"
    first = person.split()[0] if person.split() else ""
    return f"{words}, {first}" if first else words
