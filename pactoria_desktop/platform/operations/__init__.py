"""Running it: start, checks, health, logs, metrics, jobs, mail, backup."""
