# SPDX-License-Identifier: Apache-2.0
"""TCP-MD5 passwords from a file or the environment."""

import dataclasses
from ipaddress import ip_address

import pytest

from bfd_fastpath.config import ConfigError
from bfd_fastpath.config.model import Config, Neighbor
from bfd_fastpath.config.passwords import password, password_faults

PEER = Neighbor(ip_address("198.51.100.254"), 64999)


def with_file(path, mode=0o600):
    if path.exists():
        path.chmod(mode)
    return dataclasses.replace(PEER, password_file=path)


def test_the_first_line_of_the_file_is_the_password(tmp_path):
    file = tmp_path / "secret"
    file.write_bytes(b"correct horse\r\nnot this\n")
    assert password(with_file(file)) == b"correct horse"


def test_a_variable_may_hold_it():
    peer = dataclasses.replace(PEER, password_env="BGP_PASSWORD")
    assert password(peer, {"BGP_PASSWORD": "secret"}) == b"secret"


def test_no_password_is_none():
    assert password(PEER, {}) is None


@pytest.mark.parametrize(("content", "wrong"), [(b"\n", "0 octets"), (b"x" * 81, "81 octets")])
def test_a_password_that_tcp_md5_cannot_take_is_refused_unseen(tmp_path, content, wrong):
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=wrong) as refused:
        password(with_file(file))
    assert "xxx" not in str(refused.value)


@pytest.mark.parametrize("content", [b"pass\0word", b"pass\tword", "passwörd".encode(), b"\xef\xbb\xbfpass"])
def test_a_password_that_cannot_be_typed_at_the_other_side_is_refused_unseen(tmp_path, content):
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="no printable ASCII") as refused:
        password(with_file(file))
    assert "pass" not in str(refused.value).replace("password-file", "")
    with pytest.raises(ConfigError, match="no printable ASCII"):
        password(dataclasses.replace(PEER, password_env="P"), {"P": "pässword"})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_password_file_that_others_may_open_is_refused(tmp_path, mode):
    file = tmp_path / "secret"
    file.write_bytes(b"s3cret")
    with pytest.raises(ConfigError, match=f"open to others.*chmod 600 {file}"):
        password(with_file(file, mode))


def test_every_missing_password_is_told_at_once(tmp_path):
    unset = dataclasses.replace(PEER, password_env="BFD_FASTPATH_NO_SUCH_VARIABLE")
    config = Config(neighbors=(with_file(tmp_path / "none"), unset, PEER))
    first, second = password_faults(config)
    assert "cannot be read" in first.wrong
    assert "no variable BFD_FASTPATH_NO_SUCH_VARIABLE" in second.wrong
