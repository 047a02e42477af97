"""How the platform reaches people who are not looking at it."""
