"""The key is kept, found again, never shown, and each refusal is one sentence that says what to do."""

import json
import os
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.runtime.errors import (
    KeyFileDamagedError,
    KeyFileUnreadableError,
    KeyMissingError,
    LibraryKeyError,
    NoKeyKeeperError,
    RecoveryKeyError,
    WrongPassphraseError,
)
from pactoria_desktop.runtime.library_key import LibraryKey, key_from_recovery, recovery_text
from pactoria_desktop.runtime.secrets import KeyKeeper, KeyringUnusable, PassphraseSources, SystemKeyring
from pactoria_desktop.runtime.vault import seal, tuned, unseal, vault_from_json

QUICK = 0.001


class MemoryKeyring:
    def __init__(self, *, away: bool = False, forgets: bool = False) -> None:
        self.kept: dict[str, str] = {}
        self.away = away
        self.forgets = forgets

    def _reach(self) -> None:
        if self.away:
            raise KeyringUnusable("away")

    def get(self, account: str) -> str | None:
        self._reach()
        return self.kept.get(account)

    def put(self, account: str, secret: str) -> None:
        self._reach()
        if not self.forgets:
            self.kept[account] = secret

    def remove(self, account: str) -> None:
        self._reach()
        self.kept.pop(account, None)


def keeper(path: Path, keyring: MemoryKeyring, **sources: object) -> KeyKeeper:
    return KeyKeeper(
        path / "key.json",
        keyring=keyring,
        passphrases=PassphraseSources(**sources),  # type: ignore[arg-type]
        randomness=os.urandom,
        unlock_seconds=QUICK,
    )


def one_sentence(error: LibraryKeyError) -> bool:
    return "\n" not in error.sentence and error.sentence.endswith(".") and error.sentence.count(". ") == 0


def test_the_keyring_keeps_the_key_and_the_file_does_not(tmp_path: Path):
    ring = MemoryKeyring()
    key = keeper(tmp_path, ring).make()
    assert keeper(tmp_path, ring).find() == key
    content = (tmp_path / "key.json").read_bytes()
    assert key.hexadecimal().encode() not in content
    assert key.reveal() not in content
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0


def test_a_keyring_that_forgets_is_not_trusted(tmp_path: Path):
    ring = MemoryKeyring(forgets=True)
    with pytest.raises(NoKeyKeeperError) as refused:
        keeper(tmp_path, ring).make()
    assert "PACTORIA_PASSPHRASE" in refused.value.sentence
    assert "--key-file" in refused.value.sentence
    assert one_sentence(refused.value)
    assert not (tmp_path / "key.json").exists()


def test_without_a_keyring_the_passphrase_is_asked_for(tmp_path: Path):
    ring, asked = MemoryKeyring(away=True), []

    def prompt(choosing: bool) -> str:
        asked.append(choosing)
        return "correct horse"

    key = keeper(tmp_path, ring, prompt=prompt).make()
    assert keeper(tmp_path, ring, prompt=prompt).find() == key
    assert asked == [True, False]
    with pytest.raises(NoKeyKeeperError):
        keeper(tmp_path, ring, prompt=lambda choosing: None).find()


@pytest.mark.parametrize("lane", ["environment", "file"])
def test_a_given_passphrase_needs_no_question(tmp_path: Path, lane: str):
    (tmp_path / "pass.txt").write_text("sésame 😀\r\n")
    given: dict[str, object] = (
        {"key_file": tmp_path / "pass.txt"} if lane == "file" else {"environment": {"PACTORIA_PASSPHRASE": "sésame 😀"}}
    )
    key = keeper(tmp_path, MemoryKeyring(), **given).make()
    again = keeper(tmp_path, MemoryKeyring(away=True), prompt=lambda choosing: "sésame 😀")
    assert again.find() == key


def test_a_wrong_passphrase_is_refused_in_one_sentence(tmp_path: Path):
    keeper(tmp_path, MemoryKeyring(), environment={"PACTORIA_PASSPHRASE": "right"}).make()
    with pytest.raises(WrongPassphraseError) as refused:
        keeper(tmp_path, MemoryKeyring(), environment={"PACTORIA_PASSPHRASE": "wrong"}).find()
    assert one_sentence(refused.value)


def test_a_bad_key_file_is_refused(tmp_path: Path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("empty", "binary", "absent"):
        with pytest.raises(KeyMissingError, match=name):
            keeper(tmp_path, MemoryKeyring(), key_file=tmp_path / name).make()


def test_moving_to_a_passphrase_removes_the_keyring_entry(tmp_path: Path):
    ring = MemoryKeyring()
    one = keeper(tmp_path, ring)
    key = one.make()
    assert len(ring.kept) == 1
    one.keep_in_keyring(key)
    assert len(ring.kept) == 1
    one.keep_under_passphrase(key, "words")
    assert ring.kept == {}
    assert keeper(tmp_path, ring, environment={"PACTORIA_PASSPHRASE": "words"}).find() == key


def test_a_lost_or_locked_keyring_points_to_the_recovery_key(tmp_path: Path):
    ring = MemoryKeyring()
    keeper(tmp_path, ring).make()
    account = next(iter(ring.kept))
    for spoil in (lambda: ring.kept.update({account: "zz"}), ring.kept.clear, lambda: setattr(ring, "away", True)):
        spoil()
        with pytest.raises(KeyMissingError, match="recovery key"):
            keeper(tmp_path, ring).find()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format":1}', b'{"format":2,"keeper":"keyring"}', b"[" * 60000]
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "key.json").write_bytes(content)
    with pytest.raises(KeyFileDamagedError) as refused:
        keeper(tmp_path, MemoryKeyring()).find()
    assert one_sentence(refused.value)


def test_a_key_file_that_may_not_be_read_is_not_taken_for_damaged(tmp_path: Path):
    ring = MemoryKeyring()
    key = keeper(tmp_path, ring).make()
    file = tmp_path / "key.json"
    file.rename(tmp_path / "kept")
    file.mkdir()  # what the system refuses to read, whoever asks
    with pytest.raises(KeyFileUnreadableError, match=r"key\.json cannot be read") as refused:
        keeper(tmp_path, ring).find()
    assert one_sentence(refused.value)
    words = {"PACTORIA_PASSPHRASE": recovery_text(key)}
    assert keeper(tmp_path, ring, environment=words).find() == key


def test_a_missing_key_file_is_refused(tmp_path: Path):
    with pytest.raises(KeyMissingError):
        keeper(tmp_path, MemoryKeyring()).find()


def test_an_altered_vault_never_gives_a_key():
    key = LibraryKey.random(os.urandom)
    vault = seal(key, "words", randomness=os.urandom, seconds=QUICK)
    assert unseal(vault_from_json(json.loads(json.dumps(vault.to_json()))), "words") == key
    with pytest.raises(WrongPassphraseError):
        unseal(vault, "words", purpose="backup")
    for name, value in vault.to_json().items():
        altered = dict(vault.to_json())
        altered[name] = value * 2 if isinstance(value, int) else ("A" if value[0] != "A" else "B") + value[1:]  # type: ignore[index]
        with pytest.raises((WrongPassphraseError, KeyFileDamagedError)):
            unseal(vault_from_json(altered), "words")
    for wrong in (
        None,
        {},
        {**vault.to_json(), "cost": 2**30},
        {**vault.to_json(), "cost": True},
        {**vault.to_json(), "salt": "?"},
    ):
        with pytest.raises(KeyFileDamagedError):
            vault_from_json(wrong)


def test_the_vault_costs_about_what_was_asked():
    cost, rounds = tuned(0.25)
    assert cost >= 2**15
    begin = time.thread_time()
    seal(LibraryKey.random(os.urandom), "words", randomness=os.urandom, seconds=0.25)
    assert time.thread_time() - begin > 0.05
    assert rounds >= 1


def test_a_key_does_not_show_itself():
    key = LibraryKey(bytes(range(32)))
    shown = f"{key} {key!r} {key!s} {[key]}"
    assert key.hexadecimal()[:8] not in shown
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert {key: 1}[LibraryKey(bytes(range(32)))] == 1


@given(st.binary(min_size=32, max_size=32))
def test_a_printed_key_opens_however_it_is_typed(secret: bytes):
    key = LibraryKey(secret)
    printed = recovery_text(key)
    assert key_from_recovery(printed) == key
    typed = printed.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert key_from_recovery(f"  {typed}\n") == key


@given(st.binary(min_size=32, max_size=32), st.integers(0, 55), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ!"))
def test_a_typing_mistake_is_seen(secret: bytes, place: int, letter: str):
    letters = recovery_text(LibraryKey(secret)).replace("-", "")
    wrong = letters[:place] + letter + letters[place + 1 :]
    if wrong != letters:
        with pytest.raises(RecoveryKeyError):
            key_from_recovery(wrong)
    with pytest.raises(RecoveryKeyError):
        key_from_recovery(letters[:-1])


def test_a_system_without_a_keyring_is_unusable_not_plain(monkeypatch: pytest.MonkeyPatch):
    import keyring
    from keyring.backends.fail import Keyring as Fail

    monkeypatch.setattr(keyring, "get_keyring", lambda: Fail())
    for call in (
        lambda: SystemKeyring().get("a"),
        lambda: SystemKeyring().put("a", "b"),
        lambda: SystemKeyring().remove("a"),
    ):
        with pytest.raises(KeyringUnusable):
            call()


@pytest.mark.parametrize(
    "loss", ["file gone", "file damaged", "keyring forgot", "keyring away", "vault", "vault damaged"]
)
def test_the_recovery_key_opens_whatever_was_lost(tmp_path: Path, loss: str):
    keyring = MemoryKeyring()
    words = {"PACTORIA_PASSPHRASE": "words"} if "vault" in loss else {}
    key = keeper(tmp_path, keyring, environment=words).make()
    file = tmp_path / "key.json"
    if loss == "file gone":
        file.unlink()
    elif loss == "file damaged":
        file.write_bytes(b"{")
    elif loss == "vault damaged":
        file.write_bytes(file.read_bytes().replace(b'"salt"', b'"fault"'))
    elif loss == "keyring forgot":
        keyring.kept.clear()
    elif loss == "keyring away":
        keyring.away = True
    printed = recovery_text(key)
    (tmp_path / "printed").write_text(printed.lower() + "\n", encoding="utf-8-sig")
    for sources in ({"environment": {"PACTORIA_PASSPHRASE": printed}}, {"key_file": tmp_path / "printed"}):
        assert keeper(tmp_path, keyring, **sources).find() == key
    for wrong in ("other words", printed[:-1] + ("0" if printed[-1] != "0" else "1")):
        with pytest.raises(LibraryKeyError) as refused:
            keeper(tmp_path, keyring, environment={"PACTORIA_PASSPHRASE": wrong}).find()
        assert one_sentence(refused.value)
