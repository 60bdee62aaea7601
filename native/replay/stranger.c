/* SPDX-License-Identifier: Apache-2.0 */
/* Names for files that are handed in as captures and are none that is read here, by how they begin. */
#include "framing.h"
#include <string.h>

static const struct {
	const char *octets;
	uint32_t length;
	const char *name;
} strangers[] = {
#define BEGINS(octets, name) {octets, sizeof(octets) - 1, name}
	BEGINS("\x1f\x8b", "as a gzip file does; unpack it first"),
	BEGINS("\xfd"
	       "7zXZ",
	       "as an xz file does; unpack it first"),
	BEGINS("\x28\xb5\x2f\xfd", "as a zstd file does; unpack it first"),
	BEGINS("BZh", "as a bzip2 file does; unpack it first"),
	BEGINS("\x04\x22\x4d\x18", "as an lz4 file does; unpack it first"),
	BEGINS("\x1f\x9d", "as a compress (.Z) file does; unpack it first"),
	BEGINS("PK\x03\x04", "as a zip file does; unpack it first"),
	BEGINS("7z\xbc\xaf", "as a 7z file does; unpack it first"),
	BEGINS("snoop\0\0\0", "as a snoop capture does; editcap -F pcap converts it"),
	BEGINS("btsnoop\0", "as a Bluetooth capture (btsnoop) does"),
	BEGINS("TRSNIFF data", "as a Sniffer capture does; editcap -F pcap converts it"),
	BEGINS("GMBU", "as a Network Monitor capture does; editcap -F pcap converts it"),
	BEGINS("RTSS", "as a Network Monitor capture does; editcap -F pcap converts it"),
	BEGINS("XCP\0", "as a NetXRay capture does; editcap -F pcap converts it"),
	BEGINS("iptrace ", "as an iptrace capture does; editcap -F pcap converts it"),
	BEGINS("\x1c\x00\x01\xac", "as an Ixia capture does; editcap -F pcap converts it"),
	BEGINS("\x1c\x00\x01\xab", "as an Ixia capture does; editcap -F pcap converts it"),
	BEGINS("\xa1\xb2", "as a kind of pcap does that is not read here; editcap -F pcap may convert it"),
	BEGINS("\xd4\xc3\xb2", "as pcap does, but it is damaged"),
	BEGINS("#!rtpplay", "as an rtpdump file does"),
	BEGINS("\x7f"
	       "ELF",
	       "as a program does"),
	BEGINS("<", "as XML or HTML does; the capture itself is needed, not an export of it"),
	BEGINS("{", "as JSON does; the capture itself is needed, not an export of it"),
	BEGINS("[", "as JSON does; the capture itself is needed, not an export of it"),
	BEGINS("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "as a file of zeros does; perhaps the disk was full"),
#undef BEGINS
};

static bool text_only(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (data[i] > 0x7e || (data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t'))
			return false;
	}
	return true;
}

/* "0000  00 1b", "0x0000:  4500": an offset of zeros before octets in hexadecimal. */
static bool hex_dump(const uint8_t *data, size_t length)
{
	size_t zeros = 0, at = 0;

	while (at < length && (data[at] == ' ' || data[at] == '\t'))
		at++;
	if (at + 1 < length && data[at] == '0' && data[at + 1] == 'x')
		at += 2;
	for (; at < length && data[at] == '0'; at++)
		zeros++;
	return zeros >= 3 && at < length && (data[at] == ' ' || data[at] == ':' || data[at] == '\t');
}

/* ERF has no magic: a stamp whose seconds are in its upper half, a known type, and a record length that is one. */
static bool like_erf(const uint8_t *data, size_t length)
{
	uint32_t seconds, type, record;

	if (length < STRANGER_OCTETS)
		return false;
	seconds = load32(data + 4, false);
	type = data[8] & 0x7f;
	record = load16(data + 10, true);
	return seconds > 946684800 && seconds < 4102444800 && type >= 1 && type <= 48 && record >= 16;
}

const char *stranger_name(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		if (strangers[i].length <= length && memcmp(data, strangers[i].octets, strangers[i].length) == 0)
			return strangers[i].name;
	}
	if (length > STRANGER_OCTETS)
		length = STRANGER_OCTETS;
	if (text_only(data, length))
		return hex_dump(data, length) ? "as a hex dump does; text2pcap makes a capture of it"
					      : "as text does; the capture itself is needed, not its printout";
	return like_erf(data, length) ? "perhaps as an ERF capture does; editcap -F pcap converts it" : "";
}
