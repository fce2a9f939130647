"""Subscribes to calendars as a Python program would: subscribe.py FILE…

The first file is fetched, each other is what the feed says later, and in the
end the first comes once more, as an old copy that was on its way for long.
Prints what stands in the subscriber's calendar after each, a line of JSON for
each time an event takes place. subscribe.mjs does the same with other libraries;
subscribe.sh compares.
"""

import datetime
import json
import pathlib
import re
import sys

import icalendar
import recurring_ical_events

YEAR = ((2026, 1, 1), (2027, 1, 1))
NEEDED = ("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "STATUS")


def utc(moment):
    assert moment.tzinfo is not None, f"{moment} floats"
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def times(calendar):
    """What takes place, in order."""
    found = []
    for event in recurring_ical_events.of(calendar).between(*YEAR):
        found.append([
            utc(event.start),
            utc(event.end),
            str(event["UID"]),
            int(event["SEQUENCE"]),
            str(event["STATUS"]),
            str(event["TRANSP"]),
            str(event["SUMMARY"]),
            str(event.get("DESCRIPTION", "")),
            str(event.get("LOCATION", "")),
            str(event.get("URL", "")),
        ])
    return sorted(found)


def read(text):
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors, calendar.errors
    for event in calendar.walk("VEVENT"):
        assert not event.errors, event.errors
        for name in NEEDED:
            assert name in event, f"{event.get('UID')} has no {name}"
    return calendar


class Subscriber:
    """Keeps the newest version of each event."""

    def __init__(self):
        self.events, self.zones = {}, []

    def take(self, calendar, whole):
        """`whole`: what the calendar no longer holds is gone."""
        offered = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
        kept = {
            uid: event for uid, event in self.events.items()
            if uid in offered or not whole
        }
        for uid, event in offered.items():
            held = kept.get(uid)
            if held is None or event["SEQUENCE"] >= held["SEQUENCE"]:
                kept[uid] = event
        self.events, self.zones = kept, calendar.walk("VTIMEZONE")

    def times(self):
        calendar = icalendar.Calendar()
        for component in [*self.zones, *self.events.values()]:
            calendar.add_component(component)
        return times(calendar)


def states(texts):
    subscriber, stale = Subscriber(), texts[0]
    for text in texts:
        calendar = read(text)
        subscriber.take(calendar, whole=True)
        yield str(calendar["NAME"]), subscriber.times()
    subscriber.take(read(stale), whole=False)
    yield "stale", subscriber.times()


def main(paths):
    texts = [pathlib.Path(path).read_bytes().decode() for path in paths]
    found = list(states(texts))
    # Under a name that no table of zones has, only VTIMEZONE tells the offsets.
    unknown = [re.sub(r"(TZID[=:])[A-Za-z_/]+", r"\1Clinic/Site", text) for text in texts]
    assert list(states(unknown)) == found, "VTIMEZONE and the table of zones differ"
    for name, state in found:
        for line in [[name], *state]:
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1:])
