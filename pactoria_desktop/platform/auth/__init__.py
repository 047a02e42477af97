"""Who somebody is: registration, sign-in, the OAuth 2 server of native apps, sessions, lock-outs."""
