"""Who somebody is: registration, passwords, OAuth 2 for the desktop, sessions per device."""
