# SPDX-License-Identifier: Apache-2.0
"""What an operator may write about keys (RFC 5880 6.7's rows about management), and that no secret is told."""

import dataclasses
import os
from pathlib import Path

import pytest

from bfd_fastpath.config import ConfigError, parse
from bfd_fastpath.config.model import Authentication, Config, CryptoAlgorithm, KeyChain, KeySource
from bfd_fastpath.config.plan import plan
from bfd_fastpath.config.render import render_plan
from bfd_fastpath.config.secrets import secret, secret_faults
from bfd_fastpath.config.steps import ChangeSession, RemoveKeyChain, SetKeyChain
from tests.config.texts import GOOD, changed, fault, faults, good

ALGORITHMS = list(CryptoAlgorithm)
HUSH = "hush-hush-hush-hush-hush"


def of_env(text: str, algorithm: CryptoAlgorithm = CryptoAlgorithm.SHA_1) -> bytes:
    return secret("c", KeySource(1, algorithm, key_env="K"), {"K": text})


def of_file(path: Path, content: bytes, mode: int = 0o600) -> KeySource:
    path.write_bytes(content)
    path.chmod(mode)
    return KeySource(1, CryptoAlgorithm.SHA_1, key_file=path)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_row_020_032_053_ascii_keys_are_accepted(algorithm):
    assert of_env("correct horse 1", algorithm) == b"correct horse 1"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("written", ["0x00ff10", "hex:00ff10", "hex:00:ff:10", "hex:00FF10"])
def test_row_021_033_054_and_binary_ones_in_hexadecimal(algorithm, written):
    assert of_env(written, algorithm) == b"\x00\xff\x10"


@pytest.mark.parametrize("written", ["0xabc", "0xzz", "hex:1:2", "hex:0g"])
def test_what_is_not_hexadecimal_is_refused_unseen(written):
    with pytest.raises(ConfigError, match="not hexadecimal") as refused:
        of_env(written)
    assert written not in str(refused.value)


@pytest.mark.parametrize(("algorithm", "most"), list(zip(ALGORITHMS, (16, 16, 20), strict=True)))
def test_lengths_are_limited(algorithm, most):
    assert len(of_env("x" * most, algorithm)) == most
    for wrong in ("", "0x", "x" * (most + 1), "0x" + "ab" * (most + 1)):
        with pytest.raises(ConfigError, match=f"takes 1 to {most}") as refused:
            of_env(wrong, algorithm)
        assert "xxxx" not in str(refused.value)
        assert "abab" not in str(refused.value)


def test_the_first_line_of_the_file_is_the_key(tmp_path):
    assert secret("c", of_file(tmp_path / "k", b"first\r\nsecond\n")) == b"first"


def test_what_is_not_ascii_must_be_hexadecimal(tmp_path):
    with pytest.raises(ConfigError, match="hex:"):
        secret("c", of_file(tmp_path / "k", b"\xff\xfe"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601, 0o666])
def test_a_file_that_others_may_use_is_refused_with_the_remedy(tmp_path, mode):
    with pytest.raises(ConfigError, match=f"open to others.*chmod 600 {tmp_path / 'k'}"):
        secret("c", of_file(tmp_path / "k", HUSH.encode(), mode))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_alone_is_read(tmp_path, mode):
    assert secret("c", of_file(tmp_path / "k", b"key", mode)) == b"key"


def test_a_pipe_is_no_key_file_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "k", 0o600)
    with pytest.raises(ConfigError, match="is no file"):
        secret("c", KeySource(1, CryptoAlgorithm.SHA_1, key_file=tmp_path / "k"))


def test_every_key_that_cannot_be_had_is_told_at_once(tmp_path):
    none = KeySource(1, CryptoAlgorithm.MD5, key_file=tmp_path / "none")
    unset = KeySource(2, CryptoAlgorithm.MD5, key_env="BFD_FASTPATH_NO_SUCH_VARIABLE")
    folder = KeySource(3, CryptoAlgorithm.MD5, key_file=tmp_path)
    config = Config(key_chains=(KeyChain("a", (none, unset)), KeyChain("b", (folder,))))
    first, second, third = secret_faults(config)
    assert ("cannot be read" in first.wrong, "chmod 600" in first.instead) == (True, True)
    assert "no variable BFD_FASTPATH_NO_SUCH_VARIABLE" in second.wrong
    assert third.key.startswith("[[key-chain]] b key 3")


CHAIN = '[[key-chain]]\nname = "c"\nkeys = [{ key-id = 1, crypto-algorithm = "md5", key-env = "K" }]\n'
USED = changed(('min-interval = "50ms"', 'min-interval = "50ms"\nauthentication = { key-chain = "c" }'))


def test_a_session_says_its_chain_and_the_others_what_bfd_says():
    text = USED + CHAIN + '[bfd]\nauthentication = { key-chain = "c", meticulous = true }\n'
    config = good(text)
    assert config.key_chains == (KeyChain("c", (KeySource(1, CryptoAlgorithm.MD5, None, "K"),)),)
    assert config.bfd.timers.authentication == Authentication("c", True)
    assert [one.timers.authentication for one in config.sessions] == [
        Authentication("c", False),
        Authentication("c", True),
    ]


def test_a_key_file_is_looked_for_beside_the_configuration():
    text = GOOD + CHAIN.replace('key-env = "K"', 'key-file = "k"')
    config = parse(text, directory=Path("/etc/x")).config
    assert config is not None
    assert config.key_chains[0].keys[0].key_file == Path("/etc/x/k")


def test_a_chain_that_is_not_there_is_named_where_it_is_asked_for():
    assert fault(USED).key == "session[0].authentication.key-chain"
    wanted = fault(GOOD + '[bfd]\nauthentication = { key-chain = "d" }\n' + CHAIN)
    assert (wanted.key, wanted.instead) == (
        "bfd.authentication.key-chain",
        "write the name of a [[key-chain]] (c)",
    )


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ("[]", "key-chain[0].keys"),
        ("5", "key-chain[0].keys"),
        ("[5]", "key-chain[0].keys[0]"),
        ('[{ key-id = 256, crypto-algorithm = "md5", key-env = "K" }]', "key-chain[0].keys[0].key-id"),
        (
            '[{ key-id = 1, crypto-algorithm = "sha-256", key-env = "K" }]',
            "key-chain[0].keys[0].crypto-algorithm",
        ),
        ('[{ key-id = 1, crypto-algorithm = "md5" }]', "key-chain[0].keys[0]"),
        (
            '[{ key-id = 1, crypto-algorithm = "md5", key-env = "K", key-file = "k" }]',
            "key-chain[0].keys[0].key-env",
        ),
        ('[{ crypto-algorithm = "md5", key-env = "K" }]', "key-chain[0].keys[0].key-id"),
        ('[{ key-id = 1, key-env = "K" }]', "key-chain[0].keys[0].crypto-algorithm"),
        (
            '[{ key-id = 1, crypto-algorithm = "md5", key-env = "K", lifetime = 5 }]',
            "key-chain[0].keys[0].lifetime",
        ),
        (
            '[{ key-id = 1, crypto-algorithm = "md5", key-env = "K" }, { key-id = 1, crypto-algorithm = "md5", key-env = "L" }]',
            "key-chain[0].keys[1].key-id",
        ),
    ],
)
def test_faults_of_a_chain(keys, key):
    assert [one.key for one in faults(GOOD + f'[[key-chain]]\nname = "c"\nkeys = {keys}\n')] == [key]


@pytest.mark.parametrize("name", ["key", "secret", "password", "key-string"])
def test_a_key_in_the_configuration_is_refused_and_not_repeated(name):
    keys = f'[{{ key-id = 1, crypto-algorithm = "md5", key-env = "K", {name} = "{HUSH}" }}]'
    told = fault(GOOD + f'[[key-chain]]\nname = "c"\nkeys = {keys}\n')
    assert told.key == f"key-chain[0].keys[0].{name}"
    assert "key-file" in told.instead
    assert HUSH not in str(told)


def test_two_chains_of_one_name_are_refused():
    assert fault(GOOD + CHAIN + CHAIN).key == "key-chain[1].name"


def test_a_chain_comes_before_its_sessions_and_goes_after_them():
    before, after = good(), good(USED + CHAIN)
    there, back = plan(before, after), plan(after, before)
    assert [type(one) for one in there] == [SetKeyChain, ChangeSession]
    assert [type(one) for one in back] == [ChangeSession, RemoveKeyChain]
    assert plan(after, after) == []


def test_a_plan_tells_where_keys_are_and_not_what_they_are(monkeypatch):
    monkeypatch.setenv("K", HUSH)
    before = good(USED + CHAIN)
    other = KeySource(2, CryptoAlgorithm.SHA_1, key_file=Path("/k"))
    chain = dataclasses.replace(before.key_chains[0], keys=(*before.key_chains[0].keys, other))
    after = dataclasses.replace(before, key_chains=(chain,))
    assert render_plan(plan(before, after)) == "~ key-chain c: [1 md5 K] -> [1 md5 K, 2 sha-1 /k]\n"
    assert render_plan(plan(good(), before)).splitlines() == [
        "+ key-chain c: [1 md5 K]",
        "~ session 198.51.100.2: authentication none -> c",
    ]
    from_nothing = render_plan(plan(None, after)).splitlines()
    assert (
        "+ session 198.51.100.2 on lan0 from 198.51.100.1, 3 x 50ms/50ms, active, authentication c"
        in from_nothing
    )
    assert HUSH not in "".join(from_nothing) + repr(after)
