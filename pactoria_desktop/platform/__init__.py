"""The server that a team hosts: sign-in, organizations, contracts, sync and live rooms."""
