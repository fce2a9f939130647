// What subscribe.py does, with ical.js: subscribe.mjs MODULES FILE…

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, ...paths] = process.argv.slice(2);
const ICAL = createRequire(resolve(modules, "package.json"))("ical.js");
// Where it is strict a bad text is an error and not a guess.
ICAL.design.strict = true;

const [from, to] = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(
  (text) => Date.parse(text) / 1000,
);

function utc(seconds) {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

// ical.js knows no zone but those of the text.
function seconds(time) {
  if (time.zone === ICAL.Timezone.localTimezone) {
    throw new Error(`${time} floats`);
  }
  return time.toUnixTime();
}

function times(component) {
  const event = new ICAL.Event(component);
  const words = ["status", "transp", "summary", "description", "location", "url"];
  const told = words.map((name) => component.getFirstPropertyValue(name) ?? "");
  const found = [];
  const add = (start, end) =>
    found.push([utc(seconds(start)), utc(seconds(end)), event.uid, event.sequence, ...told]);
  if (!event.isRecurring()) {
    add(event.startDate, event.endDate);
    return found;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next; next = iterator.next()) {
    const { startDate, endDate } = event.getOccurrenceDetails(next);
    add(startDate, endDate);
  }
  return found;
}

class Subscriber {
  events = new Map();

  take(calendar, whole) {
    const offered = new Map(
      calendar.getAllSubcomponents("vevent").map((event) => [event.getFirstPropertyValue("uid"), event]),
    );
    for (const uid of this.events.keys()) {
      if (whole && !offered.has(uid)) {
        this.events.delete(uid);
      }
    }
    const version = (event) => event.getFirstPropertyValue("sequence");
    for (const [uid, event] of offered) {
      const held = this.events.get(uid);
      if (!held || version(event) >= version(held)) {
        this.events.set(uid, event);
      }
    }
  }

  times() {
    const found = [...this.events.values()].flatMap(times);
    const key = (line) => JSON.stringify(line.slice(0, 3));
    return found
      .filter(([start]) => from <= Date.parse(start) / 1000 && Date.parse(start) / 1000 < to)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

function print(name, state) {
  for (const line of [[name], ...state]) {
    console.log(JSON.stringify(line));
  }
}

const read = (path) => new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
const subscriber = new Subscriber();
for (const path of paths) {
  const calendar = read(path);
  subscriber.take(calendar, true);
  print(calendar.getFirstPropertyValue("name"), subscriber.times());
}
subscriber.take(read(paths[0]), false);
print("stale", subscriber.times());
