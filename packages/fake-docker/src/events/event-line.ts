import type { FakeEvent } from './event-log.js';

/** One event as a line of `GET /events`. */
export function eventLine({ type, action, id, attributes, timeNano }: FakeEvent): string {
  // Only events of containers and images have the fields of the first API versions.
  const from = type === 'container' ? { from: attributes['image'] } : {};
  const legacy = type === 'network' ? {} : { status: action, id, ...from };
  const event = { ...legacy, Type: type, Action: action, Actor: { ID: id, Attributes: attributes }, scope: 'local' };
  const seconds = timeNano / 1_000_000_000n;
  // Written without JSON.stringify, because a JavaScript number cannot hold all digits of `timeNano`.
  return `${JSON.stringify(event).slice(0, -1)},"time":${seconds},"timeNano":${timeNano}}\n`;
}
