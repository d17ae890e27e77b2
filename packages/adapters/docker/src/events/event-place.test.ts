import { expect, it } from 'vitest';
import { EventPlace } from './event-place.js';

it('goes on from five seconds before what it knows', () => {
  const place = new EventPlace(100_000);
  expect(place.since).toBe('95.000');
  place.opened(new Date(200_000).toUTCString());
  expect(place.since).toBe('195.000');
  place.isNew({ key: 'a', atMs: 201_234 });
  place.isNew({ key: 'b', atMs: 200_000 });
  expect(place.since).toBe('196.234');
  // The daemon's clock was set back.
  place.opened(new Date(150_000).toUTCString());
  expect(place.since).toBe('145.000');
  for (const date of [undefined, '', 'yesterday']) place.opened(date);
  expect(place.since).toBe('145.000');
  expect(new EventPlace(0).since).toBe('0.000');
});

it('knows as many events again as the daemon keeps', () => {
  const place = new EventPlace(0);
  const all = Array.from({ length: 256 }, (_, index) => ({ key: `event ${index}`, atMs: index }));
  expect(all.every((event) => place.isNew(event))).toBe(true);
  expect(all.some((event) => place.isNew(event))).toBe(false);
  expect(place.isNew({ key: 'one more', atMs: 256 })).toBe(true);
  expect(place.isNew({ key: 'event 0', atMs: 0 })).toBe(true);
  expect(place.isNew({ key: 'event 255', atMs: 255 })).toBe(false);
});
