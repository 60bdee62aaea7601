# SPDX-License-Identifier: Apache-2.0
"""BGP-LS NLRIs that nothing is wrong with (RFC 9552 5.1, 5.2), checked and cut by the run. What is wrong with others
is the exact decoder's to say, nlri.py's."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t
from libc.string cimport memcmp

cdef enum:
    NODE = 1
    LINK = 2
    LOCAL_NODE = 256
    REMOTE_NODE = 257
    # An NLRI's type and length; a TLV's are as long.
    HEADER = 4
    # Protocol-ID and Identifier.
    HEAD = 9
    MOST_CODES = 255
    LONGEST = 255

# Registered codes: which row of `allowed` has the lengths that it may have, a bit each; 0: not registered.
cdef uint8_t row_of[65536]
cdef uint8_t allowed[MOST_CODES + 1][(LONGEST + 8) >> 3]
cdef bint any_length[MOST_CODES + 1]
cdef int rows = 0


def register(int code, lengths):
    """The code is known, and has one of these lengths; any where none is given. ValueError where that cannot be
    kept."""
    global rows
    if not 0 <= code < 65536 or rows == MOST_CODES or any(not 0 <= length <= LONGEST for length in lengths):
        raise ValueError(f"TLV {code} with {len(lengths)} lengths cannot be kept")
    rows += 1
    row_of[code] = <uint8_t>rows
    any_length[rows] = not lengths
    for length in lengths:
        allowed[rows][length >> 3] |= 1 << (length & 7)


cdef inline int number(const uint8_t *octets) noexcept nogil:
    return octets[0] << 8 | octets[1]


cdef inline bint suits(int code, int length) noexcept nogil:
    cdef int row = row_of[code]
    if not row or any_length[row]:
        return True
    return length <= LONGEST and allowed[row][length >> 3] >> (length & 7) & 1


cdef bint descends(const uint8_t *one, const uint8_t *other) noexcept nogil:
    """Whether the second of two TLVs of one code stands before the first, by length and then value as by value alone
    (RFC 7752 3.1)."""
    cdef int length = number(one + 2), next_length = number(other + 2)
    cdef int shorter = length if length < next_length else next_length
    cdef int order = memcmp(one + HEADER, other + HEADER, shorter)
    if order == 0:
        order = length - next_length
    return order > 0 and length >= next_length


cdef Py_ssize_t count(const uint8_t *octets, Py_ssize_t at, Py_ssize_t end, bint descriptor) noexcept nogil:
    """How many TLVs fill the range; -1 where they do not, do not ascend, or have a length that is not theirs. In a node
    descriptor a registered one may not repeat."""
    cdef Py_ssize_t before = -1, found = 0
    cdef int code, length
    while at < end:
        if end - at < HEADER:
            return -1
        code, length = number(octets + at), number(octets + at + 2)
        if end - at - HEADER < length or not suits(code, length):
            return -1
        if before >= 0:
            if code < number(octets + before):
                return -1
            if code == number(octets + before) and (
                (descriptor and row_of[code]) or descends(octets + before, octets + at)
            ):
                return -1
        before = at
        at += HEADER + length
        found += 1
    return found


cdef bint sound(const uint8_t *octets, Py_ssize_t at, Py_ssize_t end, int kind) noexcept nogil:
    """A Node's or Link's body."""
    cdef Py_ssize_t second
    if end - at < HEAD:
        return False
    at += HEAD
    if count(octets, at, end, False) < kind or number(octets + at) != LOCAL_NODE:
        return False
    second = at + HEADER + number(octets + at + 2)
    if count(octets, at + HEADER, second, True) < 0:
        return False
    if kind == NODE:
        return True
    if number(octets + second) != REMOTE_NODE:
        return False
    return count(octets, second + HEADER, second + HEADER + number(octets + second + 2), True) >= 0


def cut(bytes data not None):
    """The octets of each NLRI of an MP attribute for 16388/71; None where anything is wrong with one of them."""
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t at = 0, end = PyBytes_GET_SIZE(data), stop
    cdef int kind
    cdef list found = []
    while at < end:
        if end - at < HEADER:
            return None
        kind = number(octets + at)
        stop = at + HEADER + number(octets + at + 2)
        if stop > end or (kind in (NODE, LINK) and not sound(octets, at + HEADER, stop, kind)):
            return None
        found.append(data[at:stop])
        at = stop
    return found


def fields(bytes nlri not None):
    """What is in a sound Link: the values of TLV 256 and 257, the other TLVs as code and value, Protocol-ID,
    Identifier. ValueError where it is no sound Link."""
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(nlri)
    cdef Py_ssize_t at = HEADER + HEAD, end = PyBytes_GET_SIZE(nlri), stop
    cdef list values = []
    if end < HEADER or number(octets) != LINK or number(octets + 2) != end - HEADER or not sound(
        octets, HEADER, end, LINK
    ):
        raise ValueError("no sound Link")
    while at < end:
        stop = at + HEADER + number(octets + at + 2)
        values.append((number(octets + at), nlri[at + HEADER : stop]))
        at = stop
    identifier = int.from_bytes(nlri[HEADER + 1 : HEADER + HEAD], "big")
    return values[0][1], values[1][1], values[2:], octets[HEADER], identifier
