# SPDX-License-Identifier: Apache-2.0
"""The control socket: who may use it, what it answers, and which clients it survives."""

import asyncio
import json
import os
import pwd
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.net import control_protocol as protocol
from bfd_fastpath.net.control import ControlLimits, ControlServer, ControlSocketError
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.net.turns import in_turns


async def handler(command: str, arguments: Mapping[str, object]) -> object:
    if command == "echo":
        return dict(arguments)
    if command == "big":
        return "x" * 8_000_000
    if command == "boom":
        raise RuntimeError("secret detail")
    raise CommandError("unknown-command", f"There is no command {command}.")


async def ask(path: Path, data: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=16_000_000)
    writer.write(data)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


def with_server(path: Path, body, **options):
    async def main():
        server = ControlServer(str(path), handler, **options)
        await server.start()
        try:
            return await asyncio.wait_for(body(), 20)
        finally:
            await server.close()

    return asyncio.run(main())


def test_requests_on_one_connection_are_answered_in_order(tmp_path):
    path = tmp_path / "s"
    data = protocol.encode_request("echo", {"n": 1}) + protocol.encode_request("echo", {"n": 2})
    lines = with_server(path, lambda: ask(path, data)).splitlines()
    assert [protocol.decode_response(line) for line in lines] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage\n", "bad-request"),
        (b"\xff\xfe\x00\n", "bad-request"),
        (b"[1]\n", "bad-request"),
        (b"[" * 100_000 + b"\n", "bad-request"),
        (b'{"version":1}\n', "bad-request"),
        (b'{"version":1,"command":"echo","arguments":[]}\n', "bad-request"),
        (b'{"version":2,"command":"echo"}\n', "bad-version"),
        (b'{"version":true,"command":"echo"}\n', "bad-version"),
        (b'{"command":"echo"}\n', "bad-version"),
        (b'{"version":1,"command":"nothing"}\n', "unknown-command"),
    ],
)
def test_a_bad_request_is_refused_with_a_code_and_the_next_one_is_served(tmp_path, line, code):
    path = tmp_path / "s"
    first, second = with_server(
        path, lambda: ask(path, line + protocol.encode_request("echo", {}))
    ).splitlines()
    with pytest.raises(CommandError) as refused:
        protocol.decode_response(first)
    assert refused.value.code == code
    assert protocol.decode_response(second) == {}


def test_a_fault_in_a_command_is_not_shown_to_the_client_and_ends_nothing(tmp_path):
    path = tmp_path / "s"
    data = protocol.encode_request("boom", {}) + protocol.encode_request("echo", {})
    first, second = with_server(path, lambda: ask(path, data)).splitlines()
    assert json.loads(first)["error"]["code"] == "internal"
    assert b"secret" not in first
    assert protocol.decode_response(second) == {}


def test_an_endless_line_is_refused(tmp_path):
    path = tmp_path / "s"
    answer = with_server(path, lambda: ask(path, b"x" * 5000), limits=ControlLimits(request_octets=1000))
    assert json.loads(answer)["error"]["code"] == "too-long"


def test_a_client_that_says_nothing_is_let_go(tmp_path):
    path = tmp_path / "s"

    async def body():
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b'{"version"')
        answer = await reader.read()
        writer.close()
        return answer

    assert with_server(path, body, limits=ControlLimits(read_s=0.05)) == b""


def test_a_client_that_does_not_read_is_let_go_and_others_are_served(tmp_path):
    path = tmp_path / "s"

    async def body():
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, str(path))
            await loop.sock_sendall(deaf, protocol.encode_request("big", {}))
            assert protocol.decode_response(await ask(path, protocol.encode_request("echo", {"n": 3}))) == {
                "n": 3
            }
            # The connection ends although nothing was read: what was queued comes, then the end.
            total = 0
            while chunk := await loop.sock_recv(deaf, 1 << 20):
                total += len(chunk)
                await asyncio.sleep(0.2 if total == len(chunk) else 0)
            return total

    assert with_server(path, body, limits=ControlLimits(write_s=0.05)) < 8_000_000


def test_a_big_answer_arrives_whole(tmp_path):
    path = tmp_path / "s"
    answer = with_server(path, lambda: ask(path, protocol.encode_request("big", {})))
    assert protocol.decode_response(answer) == "x" * 8_000_000


def test_others_have_their_turns_while_a_large_answer_is_written(tmp_path):
    path, turns, at = tmp_path / "s", 0, {}
    large = {"rows": [{"n": n, "text": "x" * 1000} for n in range(5000)]}

    async def rows(command, arguments):
        at["asked"] = turns
        return large

    async def body():
        nonlocal turns
        server = ControlServer(str(path), rows)
        await server.start()
        asking = asyncio.create_task(asyncio.open_unix_connection(str(path), limit=16_000_000))
        reader, writer = await asking
        writer.write(protocol.encode_request("rows", {}))
        first = asyncio.create_task(reader.read(1))
        while not first.done():
            turns += 1
            await asyncio.sleep(0)
        at["answered"] = turns
        answer = first.result() + await reader.readline()
        writer.close()
        await server.close()
        return protocol.decode_response(answer)

    assert asyncio.run(body()) == large
    assert at["answered"] - at["asked"] > 5_000_000 // protocol.STEP // 2


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values)
def test_an_answer_in_steps_is_the_one_that_is_written_at_once(value):
    written = asyncio.run(in_turns(protocol.encode_result_in_steps(value)))
    whole = json.dumps({"version": 1, "ok": True, "result": value}, separators=(",", ":"), ensure_ascii=False)
    assert written == whole.encode() + b"\n"


def test_one_client_too_many_is_told_to_come_back(tmp_path):
    path = tmp_path / "s"

    async def body():
        first = await asyncio.open_unix_connection(str(path))
        first[1].write(protocol.encode_request("echo", {}))
        await first[0].readline()
        answer = await ask(path, b"")
        first[1].close()
        return answer

    answer = with_server(path, body, limits=ControlLimits(clients=1))
    assert json.loads(answer)["error"]["code"] == "busy"


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_the_socket_file_has_the_wanted_mode(tmp_path, mode):
    path = tmp_path / "s"

    async def body():
        return stat.S_IMODE(path.stat().st_mode)

    assert with_server(path, body, mode=mode) == mode


@pytest.mark.root
def test_the_socket_file_has_the_wanted_owner(tmp_path):
    path = tmp_path / "s"
    nobody = pwd.getpwnam("nobody")

    async def body():
        found = path.stat()
        return found.st_uid, found.st_gid

    assert with_server(path, body, owner="nobody", group=str(nobody.pw_gid)) == (nobody.pw_uid, nobody.pw_gid)


@pytest.mark.parametrize("what", ["owner", "group"])
def test_an_owner_or_group_that_does_not_exist_is_named(tmp_path, what):
    with pytest.raises(ControlSocketError, match=rf"\[control\] {what}: .* no-such-name"):
        asyncio.run(ControlServer(str(tmp_path / "s"), handler, **{what: "no-such-name"}).start())


def test_a_stale_socket_is_replaced(tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    answer = with_server(path, lambda: ask(path, protocol.encode_request("echo", {})))
    assert protocol.decode_response(answer) == {}


def test_a_socket_that_somebody_answers_on_is_left_alone(tmp_path):
    path = tmp_path / "s"

    async def body():
        with pytest.raises(ControlSocketError, match="Another process answers"):
            await ControlServer(str(path), handler).start()
        return await ask(path, protocol.encode_request("echo", {}))

    assert protocol.decode_response(with_server(path, body)) == {}


def test_a_file_that_is_no_socket_is_left_alone(tmp_path):
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(ControlSocketError, match="not a socket"):
        asyncio.run(ControlServer(str(path), handler).start())
    assert path.read_text() == "precious"


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ControlSocketError, match=r"cannot be (made|looked at)"):
        asyncio.run(ControlServer(str(tmp_path / "file" / "s"), handler).start())


def test_closing_removes_the_socket_file_and_ends_its_clients(tmp_path):
    path = tmp_path / "s"

    async def main():
        server = ControlServer(str(path), handler)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(protocol.encode_request("echo", {}))
        await reader.readline()
        await server.close()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()

    asyncio.run(main())
    assert not os.path.exists(path)
