import type { FakeEvent } from './event-log.js';

/** One event as a line of the stream. */
export function eventLine({ type, action, id, attributes, timeNano }: FakeEvent): string {
  // Only events of containers and images bear the fields of the API's first versions.
  const from = type === 'container' ? { from: attributes['image'] } : {};
  const legacy = type === 'network' ? {} : { status: action, id, ...from };
  const event = { ...legacy, Type: type, Action: action, Actor: { ID: id, Attributes: attributes }, scope: 'local' };
  const seconds = timeNano / 1_000_000_000n;
  // By hand, as a number of this language does not hold all its digits.
  return `${JSON.stringify(event).slice(0, -1)},"time":${seconds},"timeNano":${timeNano}}\n`;
}
