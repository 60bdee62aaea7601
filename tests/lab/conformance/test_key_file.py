# SPDX-License-Identifier: Apache-2.0
"""Keys from a file or the environment, and what is said of one that is wrong: never the key."""

import os

import pytest

from bfd_fastpath.lab.conformance.authentication import AuthType, Key
from bfd_fastpath.lab.conformance.key_file import KeyFaultError, key_of_environment, parse_key, read_key


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    return path


def test_a_key_is_type_id_and_secret(file):
    file.write_text("meticulous-keyed-sha1 7 two words\n")
    assert read_key(file) == Key(AuthType.METICULOUS_KEYED_SHA1, 7, b"two words")


def test_a_key_may_be_hexadecimal():
    assert parse_key("keyed-md5 0 0x00ff10", "here") == Key(AuthType.KEYED_MD5, 0, b"\x00\xff\x10")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_use_is_refused_with_the_remedy(file, mode):
    file.write_text("keyed-md5 1 secret")
    file.chmod(mode)
    with pytest.raises(KeyFaultError, match=f"chmod 600 {file}"):
        read_key(file)


def test_a_pipe_is_no_key_file_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyFaultError, match="is no file"):
        read_key(tmp_path / "pipe")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KeyFaultError, match="none: cannot be read"):
        read_key(tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keyed-md5 secret",
        "md5 1 secret",
        "keyed-md5 256 secret",
        "keyed-md5 1 seventeen-secrets",
        "simple-password 1 0xzz",
        "simple-password 1 s\u00e9cret",
    ],
)
def test_a_key_that_is_wrong_is_not_shown(text):
    with pytest.raises(KeyFaultError) as refused:
        parse_key(text, "here")
    assert str(refused.value).startswith("here: ")
    assert "secret" not in str(refused.value)


def test_the_environment_has_a_key_or_none(monkeypatch):
    monkeypatch.delenv("BFD_FASTPATH_AUTH_KEY", raising=False)
    assert key_of_environment() is None
    monkeypatch.setenv("BFD_FASTPATH_AUTH_KEY", "simple-password 1 secret")
    assert key_of_environment() == Key(AuthType.SIMPLE_PASSWORD, 1, b"secret")
