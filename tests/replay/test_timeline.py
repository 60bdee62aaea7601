# SPDX-License-Identifier: Apache-2.0
"""Timelines: what is drawn where, how large a picture gets, and that it stands alone."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from bfd_fastpath.replay import timeline_html, timeline_svg
from bfd_fastpath.replay.timeline_axis import ticks
from bfd_fastpath.replay.timeline_hellos import HelloCounter
from bfd_fastpath.replay.timeline_scene import scene
from pydp.replay import PACKET_DTYPE
from pydp.states import State
from tests.replay import stories

SVG = "{http://www.w3.org/2000/svg}"
SECOND = 1_000_000_000


def packets(*, session=0, end=0, times_ms=range(0, 5001, 50), fault=0, kind=1, number=1):
    columns = np.zeros(len(times_ms), PACKET_DTYPE)
    columns["session"], columns["end"], columns["fault"], columns["kind"] = session, end, fault, kind
    columns["time_ns"] = stories.START_NS + np.array(times_ms, np.uint64) * stories.MS
    columns["number"] = np.arange(number, number + len(times_ms))
    return columns


def hellos(shown, *chunks, parts=timeline_svg.PLOT):
    counter = HelloCounter([one.index for one in shown.tracks], shown.start_ns, shown.end_ns, parts)
    for columns in chunks:
        counter.take(columns)
    return counter.result()


def drawn(story, *chunks, most=200):
    shown = scene(story, most)
    return ElementTree.fromstring(timeline_svg.svg(shown, hellos(shown, *chunks)))


def with_class(root, name):
    return [one for one in root.iter() if one.get("class") == name]


def title(element):
    return element.findtext(f"{SVG}title")


def test_every_hello_is_a_tick_that_names_its_packet():
    root = drawn(stories.story(stories.session()), packets(times_ms=[0, 1000, 2500], number=7))
    assert [title(one) for one in with_class(root, "hello") if title(one)] == [
        "packet 7",
        "packet 8",
        "packet 9",
    ]
    second = with_class(root, "hello")[2].get("d")
    assert float(second.removeprefix("M").split()[0]) == pytest.approx(timeline_svg.PLOT / 5, abs=1)


def test_malformed_packets_echo_and_sessions_that_are_not_shown_are_no_hellos():
    shown = scene(stories.story(stories.session(2)), 200)
    counted = hellos(
        shown, packets(session=1), packets(session=1, fault=3), packets(session=1, kind=6),
        packets(session=0), packets(session=0xFFFFFFFF),
    )  # fmt: skip
    assert counted.counts.sum() == 101


def test_a_crowded_lane_shows_density_and_its_size_does_not_grow():
    story = stories.story(stories.session())
    shown = scene(story, None)
    small = timeline_svg.svg(shown, hellos(shown, packets(times_ms=range(0, 5001, 2))))
    large = timeline_svg.svg(shown, hellos(shown, *[packets(times_ms=range(0, 5001, 2))] * 50))
    assert 'class="many"' in small
    assert abs(len(large) - len(small)) < 1000


def test_ends_that_were_mixed_up_change_places_in_what_was_counted():
    counter = HelloCounter([1, 2], stories.START_NS, stories.START_NS + 5 * SECOND, 5)
    counter.take(packets(times_ms=[0, 100]))
    counter.take(packets(times_ms=[200, 300], number=3), [(4, 0, 1, 0)])
    counts = counter.result().counts
    assert counts[1, 0].sum() == 3
    assert counts[0, 0].sum() == 1


def test_states_are_spans_and_changes_are_labelled():
    root = drawn(stories.story(stories.stalled()))
    down = [title(one) for one in with_class(root, "down") if title(one)]
    assert down == [
        "192.0.2.1: down (control-expiry) from packet 40 on, for 1.41 s",
        "192.0.2.2: down (neighbor-down) from packet 42 on, for 100 ms",
    ]
    labels = [one.text for one in with_class(root, "label")]
    assert "down #40 control-expiry" in labels


def test_a_silence_beyond_the_detection_time_is_marked_once():
    (quiet,) = [one for one in with_class(drawn(stories.story(stories.stalled())), "quiet") if title(one)]
    assert title(quiet) == "nothing of 192.0.2.2 for 1.50 s, until packet 41, detection time 150 ms"
    assert float(quiet.get("x")) == pytest.approx(timeline_svg.PLOT * 0.3, abs=0.1)
    assert float(quiet.get("width")) == pytest.approx(timeline_svg.PLOT * 0.3, abs=0.1)


def test_an_outage_is_shaded_from_the_last_hello_and_captioned_with_its_verdict():
    root = drawn(stories.story(stories.stalled()))
    (shade,) = [one for one in with_class(root, "outage") if title(one)]
    assert float(shade.get("x")) == pytest.approx(timeline_svg.PLOT * 0.3, abs=0.1)
    (caption,) = with_class(root, "caption")
    assert (
        "".join(caption.itertext()) == "far-end-stalled: 192.0.2.2 did not run for 1.50 s and then went on."
    )


def test_an_end_that_fell_silent_is_of_no_state_after_the_other_gave_it_up():
    ends = (stories.end(stories.A), stories.end(stories.B, last_ns=stories.START_NS + SECOND))
    shown = scene(stories.story(stories.session(ends=ends)), None)
    (span,) = shown.tracks[0].lanes[1].spans
    assert span.end_ns == stories.START_NS + SECOND + 150 * stories.MS


def test_sessions_with_trouble_come_first_and_the_rest_is_counted():
    story = stories.story(stories.session(1), stories.session(2), stories.stalled(3))
    shown = scene(story, 2)
    assert [one.index for one in shown.tracks] == [3, 1]
    root = drawn(story, most=2)
    assert any("1 more session is left out" in (one.text or "") for one in with_class(root, "soft"))


def test_a_session_that_flaps_at_every_packet_is_drawn_pixel_by_pixel():
    flaps = tuple(
        stories.change(
            number, number / 10, 0, *((State.UP, State.DOWN) if number % 2 else (State.DOWN, State.UP))
        )
        for number in range(1, 50_001)
    )
    flapping = stories.session(state_changes=flaps)
    shown = scene(stories.story(replace(flapping, ends=flapping.ends[:1])), None)
    assert len(timeline_svg.svg(shown, hellos(shown))) < 400_000


def test_names_from_the_capture_are_text_and_nothing_else():
    story = stories.story(stories.session(interface='<b>"&\x01'), path="a/<script>.pcap")
    root = drawn(story)
    assert with_class(root, "title")[0].text == "<script>.pcap"
    shown = scene(story, None)
    page = timeline_html.html(shown, hellos(shown))
    assert page.count("<script>") == 1
    assert "<b>" not in page


def test_an_interface_without_a_name_is_told_by_its_link_alone():
    shown = scene(stories.story(stories.session(interface="0", link_index=3)), None)
    text = timeline_svg.svg(shown, hellos(shown))
    assert "link 3" in text
    assert "on 0" not in text


def test_neither_picture_nor_page_loads_anything_from_elsewhere():
    shown = scene(stories.story(stories.stalled()), None)
    page = timeline_html.html(shown, hellos(shown, packets()))
    outside = re.findall(r"(?:src|href|url|import)\s*[=(]\s*[\"']?([^\"')\s]+)", page)
    assert set(outside) <= {"#plot"}
    assert set(re.findall(r"https?://[^\"'\s]+", page)) == {"http://www.w3.org/2000/svg"}


def test_a_page_lists_sessions_with_their_verdicts():
    shown = scene(stories.story(stories.stalled(), stories.session(2)), None)
    page = timeline_html.html(shown, hellos(shown, packets()))
    assert '<span class="code">far-end-stalled</span> at 1.500000 s for 1.70 s' in page
    assert "kept its peer" in page


def test_a_capture_of_one_instant_can_be_drawn():
    story = stories.story(stories.session(), end_ns=stories.START_NS)
    assert drawn(story, packets(times_ms=[0])) is not None


@pytest.mark.parametrize(
    ("length_ns", "labels"),
    [
        (5 * SECOND, ["0", "500 ms", "1 s", "1.5 s"]),
        (3600 * SECOND, ["0", "10:00", "20:00"]),
        (20_000, ["0", "2 us", "4 us"]),
        (90_000 * SECOND, ["0", "3:00:00", "6:00:00"]),
    ],
)
def test_an_axis_has_round_numbers(length_ns, labels):
    found = ticks(length_ns)
    assert [label for _, label in found][: len(labels)] == labels
    assert len(found) <= 12
