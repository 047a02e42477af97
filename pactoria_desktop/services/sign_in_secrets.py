"""Where the tokens of a sign-in lie: in the system's keyring, or in the encrypted library where there is none."""

from pactoria_desktop.runtime.secrets import Keyring, KeyringUnusable
from pactoria_desktop.store.library import Library


class SignInSecrets:
    """A ``runtime.secrets.Keyring`` that always keeps what it is given."""

    def __init__(self, library: Library, keyring: Keyring) -> None:
        """``keyring`` is the system's."""
        self._library = library
        self._keyring = keyring

    def get(self, account: str) -> str | None:
        """The secret, None where there is none. Raises KeyringUnusable where it may lie in a keyring that is locked."""
        from pactoria_desktop.store.sessions import Secrets

        with self._library.reading() as session:
            kept = Secrets(session).get(account)
        return kept if kept is not None else self._keyring.get(account)

    def put(self, account: str, secret: str) -> None:
        """Keep the secret in one of the two places."""
        from pactoria_desktop.store.sessions import Secrets

        try:
            self._keyring.put(account, secret)
        except KeyringUnusable:
            with self._library.writing() as session:
                Secrets(session).put(account, secret)
        else:
            with self._library.writing() as session:
                Secrets(session).remove(account)

    def remove(self, account: str) -> None:
        """Forget the secret where it lies. Raises KeyringUnusable where that may be a keyring that is locked."""
        from pactoria_desktop.store.sessions import Secrets

        with self._library.reading() as session:
            kept = Secrets(session).get(account)
        if kept is not None:
            with self._library.writing() as session:
                Secrets(session).remove(account)
            return
        self._keyring.remove(account)
