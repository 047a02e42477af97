"""How a library of any released form becomes one of this program's."""
