from pactoria_desktop.contract.rounds import rounds


def test_rounds_follow_sides_in_time() -> None:
    changes = [
        ("A", "2024-01-01T10:00:00Z"),
        ("A", "2024-01-01T11:00:00Z"),
        ("B", "2024-01-03T09:00:00Z"),
        ("A", "2024-01-05T09:00:00Z"),
        ("", "2024-01-05T09:00:00Z"),
        ("B", ""),
        ("B", "yesterday"),
    ]
    assert rounds(changes) == (1, 1, 2, 3, None, None, None)


def test_rounds_cannot_be_told_when_two_sides_changed_in_one_minute() -> None:
    same = "2020-01-01T00:00:00Z"
    assert rounds([("A", same), ("B", same), ("A", "2020-01-02T00:00:00Z")]) == (None, None, 1)


def test_colleagues_are_one_side() -> None:
    day = "2024-01-01T10:{:02d}:00Z"
    assert rounds(
        [("A", day.format(1)), ("B", day.format(5)), ("A", day.format(9)), ("C", "2024-01-02T10:00:00Z")]
    ) == (
        1,
        1,
        1,
        2,
    )
    assert rounds(
        [("X (Acme)", "2024-01-01"), ("Y (Acme)", "2024-01-02"), ("Z (Beta)", "2024-01-03"), ("X (Acme)", "2024-01-04")]
    ) == (1, 1, 2, 3)


def test_rounds_without_a_zone_count_as_utc() -> None:
    assert rounds([("A", "2024-01-01T10:00:00"), ("B", "2024-01-01T09:00:00Z")]) == (2, 1)
