"""The key's home: found in the right order, kept in no file, and no keyring can hold us up."""

import copy
import os
import pickle
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from kontext_desktop.errors import AccessError, ParameterError
from kontext_desktop.keys import Keys, NoKeyringError, Secret, find_backend

ENDPOINT = "https://api.example.com"
KEY = "wsk_live_0123456789abcdef"


class Shelf(KeyringBackend):
    """A keyring in a dict."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")


class Dialog(Shelf):
    """A keyring that waits for somebody to type its password."""

    def __init__(self):
        super().__init__()
        self.unlocked = threading.Event()
        self.asked = 0

    def get_password(self, service, username):
        self.asked += 1
        self.unlocked.wait(30)
        return super().get_password(service, username)


class Broken(Shelf):
    def get_password(self, *args):
        raise self.error

    set_password = delete_password = get_password


def nowhere():
    raise NoKeyringError("This machine offers no keyring.", "Start one.")


def test_the_environment_comes_first_and_is_emptied_at_once():
    environ = {"WAVESPEED_API_KEY": f"  {KEY}\n", "PATH": "/bin"}
    shelf = Shelf()
    keys = Keys(environ, backend=lambda: shelf)
    assert environ == {"PATH": "/bin"}
    assert keys.put(ENDPOINT, "wsk_other") == "keyring"
    found = keys.find(ENDPOINT)
    assert (found.key.reveal(), found.place) == (KEY, "environment")
    assert keys.describe(ENDPOINT).place == "environment"


def test_a_key_is_kept_found_and_forgotten():
    shelf = Shelf()
    keys = Keys({}, backend=lambda: shelf)
    assert keys.find(ENDPOINT) is None
    assert keys.put(ENDPOINT, f"{KEY}\n") == "keyring"
    assert shelf.kept == {("Kontext Desktop (https://api.example.com)", "api-key"): KEY}
    assert keys.find(ENDPOINT).key == Secret(KEY)
    assert keys.find(ENDPOINT).place == "keyring"
    assert KEY not in repr(keys.describe(ENDPOINT))
    assert keys.forget(ENDPOINT) is True
    assert keys.forget(ENDPOINT) is False
    assert keys.describe(ENDPOINT).place is None


def test_a_service_at_another_address_never_sees_the_key():
    shelf = Shelf()
    keys = Keys({}, backend=lambda: shelf)
    keys.put(ENDPOINT, KEY)
    for same in ("https://API.example.com:443/", "https://api.example.com/api/v3"):
        assert keys.find(same).key.reveal() == KEY
    for other in (
        "http://api.example.com",
        "https://api.example.com:444",
        "https://api.example.com.evil.net",
        "https://api.example.com@evil.net",
    ):
        assert keys.find(other) is None


@pytest.mark.parametrize("key", ["", "  \n", "two words", "tab\there", "wsk_é", "a\x00b", "a\nb"])
def test_what_is_no_key_is_refused_before_it_is_kept(key):
    shelf = Shelf()
    with pytest.raises(ParameterError) as caught:
        Keys({}, backend=lambda: shelf).put(ENDPOINT, key)
    assert not shelf.kept
    assert not key.strip() or key not in caught.value.message


def test_without_a_keyring_the_key_lives_as_long_as_the_program_and_this_is_said():
    keys = Keys({}, backend=nowhere)
    assert keys.find(ENDPOINT) is None
    assert keys.put(ENDPOINT, KEY) == "memory"
    assert "no keyring" in keys.notice
    assert "until the program closes" in keys.notice
    assert keys.find(ENDPOINT).place == "memory"
    assert Keys({}, backend=nowhere).find(ENDPOINT) is None
    assert keys.forget(ENDPOINT) is True
    assert "no keyring" in keys.describe(ENDPOINT).sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(KeyringLocked("no"), "is locked"), (ConnectionResetError("bus"), "does not work")],
)
def test_a_keyring_in_trouble_is_not_taken_for_an_empty_one(error, sentence):
    broken = Broken()
    broken.error = error
    keys = Keys({}, backend=lambda: broken)
    for act in (keys.find, keys.forget, lambda endpoint: keys.put(endpoint, KEY)):
        with pytest.raises(AccessError, match=sentence) as caught:
            act(ENDPOINT)
        assert caught.value.hint
    assert keys.describe(ENDPOINT).place is None
    assert sentence in keys.describe(ENDPOINT).sentence


def test_a_keyring_that_waits_for_its_dialog_is_given_up_on_and_asked_only_once():
    dialog = Dialog()
    keys = Keys({}, timeout=0.05, backend=lambda: dialog)
    for _ in range(3):
        with pytest.raises(AccessError, match="did not answer"):
            keys.find(ENDPOINT)
    assert dialog.asked == 1
    dialog.unlocked.set()
    patient = Keys({}, timeout=30, backend=lambda: dialog)
    assert patient.find(ENDPOINT) is None


def test_a_secret_does_not_show_itself():
    secret = Secret(KEY)
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}", f"{secret!r:>40}"):
        assert KEY not in text
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)
    assert secret == Secret(KEY)
    assert secret != Secret(KEY + "x")
    assert secret != KEY
    with pytest.raises(TypeError):
        hash(secret)
    assert not hasattr(secret, "__dict__")


# From here on: real keyrings, in programs of their own.

PROGRAM = """
import os, sys
from kontext_desktop.errors import AccessError
from kontext_desktop.keys import Keys
keys = Keys(os.environ)
try:
    if sys.argv[1] == "put":
        print(keys.put("https://api.example.com", sys.stdin.read()), keys.notice)
    elif sys.argv[1] == "find":
        found = keys.find("https://api.example.com")
        print(found and (found.place, found.key.reveal()), keys.describe("https://api.example.com"))
    else:
        print(keys.forget("https://api.example.com"))
except AccessError as error:
    print("AccessError:", error.message)
"""


def run(command, home, root, **environ):
    """`command` for a user whose home is `home`, without a display."""
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
        "XDG_RUNTIME_DIR": str(home),
        "XDG_DATA_HOME": str(home / "share"),
    }
    return subprocess.run(
        command, env=environment | environ, input=KEY, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(sys.platform != "linux", reason="plain-text keyrings are a matter of Linux")
@pytest.mark.parametrize("override", ["keyring.backends.null.Keyring", "plain.Keyring"])
def test_a_keyring_named_by_the_environment_is_not_trusted_for_it(tmp_path, root, override):
    (tmp_path / "plain.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 20\n"
        "    get_password = delete_password = lambda self, *args: None\n"
        "    def set_password(self, service, username, password):\n"
        "        open('leak.txt', 'w').write(password)\n"
    )
    done = run(
        ["sh", "-c", 'cd "$HOME" && exec "$0" -c "$1" put', sys.executable, PROGRAM],
        tmp_path,
        root,
        PYTHON_KEYRING_BACKEND=override,
        PYTHONPATH=f"{root}:{tmp_path}",
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent",
    )
    assert done.stdout.startswith("memory "), done.stderr
    assert not (tmp_path / "leak.txt").exists()


def test_a_backend_outside_the_list_is_refused_by_name(monkeypatch):
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [Shelf()])
    with pytest.raises(NoKeyringError, match="not keep secrets safely"):
        find_backend()


@pytest.mark.skipif(
    not all(map(shutil.which, ("gnome-keyring-daemon", "dbus-run-session"))),
    reason="needs gnome-keyring and dbus-run-session",
)
def test_a_real_keyring_keeps_the_key_across_programs_and_in_no_file(tmp_path, root):
    program = [sys.executable, "-c", PROGRAM]
    start = "gnome-keyring-daemon --components=secrets --"

    def session(script):
        done = run(["dbus-run-session", "--", "sh", "-c", script, *program], tmp_path, root)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    unlock = f"printf 'a password' | {start}unlock >/dev/null 2>&1; "
    kept, found, removed, again = session(
        unlock + f"printf %s {KEY} | " + '"$0" "$1" "$2" put; "$0" "$1" "$2" find;'
        '"$0" "$1" "$2" forget; "$0" "$1" "$2" find'
    )
    assert kept.strip() == "keyring"
    assert KEY in found
    assert "Secret Service" in found
    assert removed == "True"
    assert again.startswith("None ")

    (kept,) = session(unlock + f"printf %s {KEY} | " + '"$0" "$1" "$2" put')
    (found,) = session(unlock + '"$0" "$1" "$2" find')
    assert KEY in found  # another session, another daemon

    (locked,) = session(f"{start}start >/dev/null 2>&1; " + '"$0" "$1" "$2" find')
    assert locked == "AccessError: The keyring is locked."

    files = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert KEY.encode() not in path.read_bytes()
        assert KEY.encode("utf-16-le") not in path.read_bytes()
