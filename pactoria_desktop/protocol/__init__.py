"""The wire: what the desktop and the platform say to each other, and who may say it."""
