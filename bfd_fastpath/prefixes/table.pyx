# SPDX-License-Identifier: Apache-2.0
# cython: cdivision=True
"""A table of prefixes of one IP version, each with a small number and, where wanted, a stamp: open addressing, some twenty octets
for an IPv4 prefix. It is asked and changed by runs of NLRI octets, and answers with runs: those that had the same number before."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from bfd_fastpath.prefixes.nlri cimport nlri_behind

cdef extern from *:
    """
    #define PREFETCH(address) __builtin_prefetch((address), 1)
    """
    void PREFETCH(const void *address) nogil

# An entry has the length of the prefix in its high octet and the value in the others.
cdef enum:
    VALUE = 0xffffff
    LEAST = 16
    AT_ONCE = 64

cdef enum Deed:
    ASK
    ASSIGN
    REMOVE

MOST_VALUES = VALUE

cdef struct Key:
    uint32_t words[4]
    uint32_t length
    uint64_t hash


cdef class PrefixTable:
    """`seed`: any number, so that nobody can choose prefixes that collide. Values are 1 to MOST_VALUES.

    Octets that are no NLRI raise ValueError, and nothing is changed.
    """

    cdef uint32_t *_slots
    cdef size_t _capacity, _used
    cdef int _words, _stride, _bits, _shift
    cdef uint64_t _seed
    cdef bint _stamped

    def __init__(self, int version, uint64_t seed, *, bint stamped=False):
        self._words = 1 if version == 4 else 4
        self._bits = 32 if version == 4 else 128
        self._stride = self._words + (2 if stamped else 1)
        self._stamped = stamped
        self._seed = seed

    def __dealloc__(self):
        free(self._slots)

    def __len__(self):
        return self._used

    @property
    def memory(self):
        """Octets that the table takes."""
        return self._capacity * self._stride * sizeof(uint32_t)

    def assign(self, bytes octets not None, uint32_t value, uint32_t stamp=0):
        """Give the prefixes a value: [(value before, 0 for none; octets; how many)], each value before once. The stamp is that of the
        last change."""
        if not 0 < value <= VALUE:
            raise ValueError(f"value {value} is not in 1..{VALUE}")
        return self._walk(octets, ASSIGN, value, stamp)

    def remove(self, bytes octets not None):
        """Take the prefixes out: as assign, of those that were there."""
        return [one for one in self._walk(octets, REMOVE, 0, 0) if one[0]]

    def split(self, bytes octets not None):
        """As assign, and nothing changes."""
        return self._walk(octets, ASK, 0, 0)

    def get(self, bytes octets not None):
        """(value, stamp) of the first prefix; (0, 0) where it is not there."""
        cdef Key key
        cdef uint32_t *slot
        if nlri_behind(_of(octets), 0, PyBytes_GET_SIZE(octets), self._bits) < 0:
            raise ValueError("malformed prefix")
        self._read(_of(octets), &key)
        slot = self._find(&key)
        if slot == NULL or not slot[self._words]:
            return 0, 0
        return slot[self._words] & VALUE, slot[self._words + 1] if self._stamped else 0

    def octets(self, uint32_t value=0):
        """(octets, how many) of the prefixes with a value; 0: of all. In no order."""
        return self._collect(value)

    cdef _collect(self, uint32_t value):
        cdef size_t i, count = 0, size = 0
        cdef int octets
        cdef uint32_t *slot
        cdef uint8_t *to
        for i in range(self._capacity):
            slot = self._slots + i * self._stride
            if self._wanted(slot, value):
                count += 1
                size += 1 + (((slot[self._words] >> 24) + 7) >> 3)
        found = PyBytes_FromStringAndSize(NULL, size)
        to = <uint8_t *>PyBytes_AS_STRING(found)
        for i in range(self._capacity):
            slot = self._slots + i * self._stride
            if self._wanted(slot, value):
                octets = ((slot[self._words] >> 24) + 7) >> 3
                to[0] = slot[self._words] >> 24
                memcpy(to + 1, slot, octets)
                to += 1 + octets
        return found, count

    cdef bint _wanted(self, const uint32_t *slot, uint32_t value) noexcept nogil:
        cdef uint32_t entry = slot[self._words]
        return entry != 0 and (not value or entry & VALUE == value)

    cdef _walk(self, bytes octets, Deed deed, uint32_t value, uint32_t stamp):
        """One pass to check and count, one to do it; keys are read, and their slots fetched, some ahead."""
        cdef const uint8_t *data = _of(octets)
        cdef Py_ssize_t end = PyBytes_GET_SIZE(octets), at = 0, count = 0, done = 0, i, some
        cdef Key keys[AT_ONCE]
        cdef uint32_t *before
        while at < end:
            at = nlri_behind(data, at, end, self._bits)
            if at < 0:
                raise ValueError("malformed prefix")
            count += 1
        if not count:
            return []
        if deed == ASSIGN:
            self._make_room(count)
        before = <uint32_t *>malloc(count * sizeof(uint32_t))
        if before == NULL:
            raise MemoryError()
        try:
            with nogil:
                at = 0
                while done < count:
                    some = min(count - done, AT_ONCE)
                    for i in range(some):
                        self._read(data + at, &keys[i])
                        at += 1 + ((data[at] + 7) >> 3)
                        if self._capacity:
                            PREFETCH(self._slots + (keys[i].hash >> self._shift) * self._stride)
                    for i in range(some):
                        before[done + i] = self._do(&keys[i], deed, value, stamp)
                    done += some
            return _grouped(octets, before, count)
        finally:
            free(before)

    cdef uint32_t _do(self, const Key *key, Deed deed, uint32_t value, uint32_t stamp) noexcept nogil:
        """The value before."""
        cdef uint32_t *slot = self._find(key)
        cdef uint32_t was
        if slot == NULL:
            return 0
        was = slot[self._words] & VALUE
        if deed == ASSIGN and was != value:
            if not was:
                memcpy(slot, key.words, self._words * sizeof(uint32_t))
                self._used += 1
            slot[self._words] = key.length << 24 | value
            if self._stamped:
                slot[self._words + 1] = stamp
        elif deed == REMOVE and was:
            self._take_out(slot)
        return was

    cdef void _read(self, const uint8_t *octets, Key *key) noexcept nogil:
        cdef uint64_t hash
        cdef int i, used = octets[0] & 7, size = (octets[0] + 7) >> 3
        key.length = octets[0]
        memset(key.words, 0, sizeof(key.words))
        memcpy(key.words, octets + 1, size)
        if used:
            (<uint8_t *>key.words)[size - 1] &= 0xff << (8 - used)
        hash = self._seed + key.length * <uint64_t>0x9e3779b97f4a7c15
        for i in range(self._words):
            hash = (hash ^ key.words[i]) * <uint64_t>0xd6e8feb86659fd93
            hash ^= hash >> 32
        key.hash = hash * <uint64_t>0xff51afd7ed558ccd

    cdef uint32_t *_find(self, const Key *key) noexcept nogil:
        """Its slot, or the empty one where it would be; NULL in a table without slots."""
        cdef size_t i
        cdef uint32_t *slot
        cdef int word
        if not self._capacity:
            return NULL
        i = key.hash >> self._shift
        while True:
            slot = self._slots + i * self._stride
            if not slot[self._words]:
                return slot
            if slot[self._words] >> 24 == key.length:
                for word in range(self._words):
                    if slot[word] != key.words[word]:
                        break
                else:
                    return slot
            i = (i + 1) & (self._capacity - 1)

    cdef void _take_out(self, uint32_t *slot) noexcept nogil:
        """What lies behind and would not be found across the gap moves into it."""
        cdef size_t gap = (<size_t>(slot - self._slots)) // self._stride, i = gap, home, mask = self._capacity - 1
        cdef Key key
        cdef uint32_t *there
        self._used -= 1
        while True:
            i = (i + 1) & mask
            there = self._slots + i * self._stride
            if not there[self._words]:
                break
            self._key(there, &key)
            home = key.hash >> self._shift
            if (i - home) & mask >= (i - gap) & mask:
                memcpy(self._slots + gap * self._stride, there, self._stride * sizeof(uint32_t))
                gap = i
        self._slots[gap * self._stride + self._words] = 0

    cdef void _key(self, const uint32_t *slot, Key *key) noexcept nogil:
        cdef uint8_t octets[17]
        octets[0] = slot[self._words] >> 24
        memcpy(octets + 1, slot, self._words * sizeof(uint32_t))
        self._read(octets, key)

    cdef _make_room(self, size_t more):
        """At most three quarters of the slots are used."""
        cdef size_t capacity = self._capacity or LEAST, old = self._capacity, i
        cdef uint32_t *before = self._slots
        cdef Key key
        cdef int bits = 0
        if (self._used + more) * 4 <= self._capacity * 3:
            return
        while (self._used + more) * 4 > capacity * 3:
            capacity *= 2
        fresh = <uint32_t *>calloc(capacity, self._stride * sizeof(uint32_t))
        if fresh == NULL:
            raise MemoryError()
        while <size_t>1 << bits < capacity:
            bits += 1
        self._slots, self._capacity, self._shift = fresh, capacity, 64 - bits
        with nogil:
            for i in range(old):
                if before[i * self._stride + self._words]:
                    self._key(before + i * self._stride, &key)
                    memcpy(self._find(&key), before + i * self._stride, self._stride * sizeof(uint32_t))
        free(before)


cdef inline const uint8_t *_of(bytes octets) noexcept:
    return <const uint8_t *>PyBytes_AS_STRING(octets)


cdef _grouped(bytes octets, uint32_t *values, Py_ssize_t count):
    """The prefixes by value, in the order of each value's first; `values` is used up."""
    cdef const uint8_t *data = _of(octets)
    cdef Py_ssize_t i, at = 0, size
    cdef uint32_t last = values[0], group = 0
    cdef dict groups
    cdef Py_ssize_t *counts
    cdef Py_ssize_t *sizes
    cdef uint8_t **to
    for i in range(1, count):
        if values[i] != last:
            break
    else:
        return [(last, octets, count)]
    groups = {last: 0}
    counts = <Py_ssize_t *>calloc(count, 2 * sizeof(Py_ssize_t) + sizeof(uint8_t *))
    if counts == NULL:
        raise MemoryError()
    sizes = counts + count
    to = <uint8_t **>(sizes + count)
    try:
        for i in range(count):
            if values[i] != last:
                last = values[i]
                group = groups.setdefault(last, len(groups))
            values[i] = group
            counts[group] += 1
            size = 1 + ((data[at] + 7) >> 3)
            sizes[group] += size
            at += size
        found = []
        for number, group in groups.items():
            part = PyBytes_FromStringAndSize(NULL, sizes[group])
            to[group] = <uint8_t *>PyBytes_AS_STRING(part)
            found.append((number, part, counts[group]))
        at = 0
        for i in range(count):
            size = 1 + ((data[at] + 7) >> 3)
            memcpy(to[values[i]], data + at, size)
            to[values[i]] += size
            at += size
        return found
    finally:
        free(counts)
