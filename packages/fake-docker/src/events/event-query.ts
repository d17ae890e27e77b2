import { ApiRefusal } from '../api/api-refusal.js';
import { labelMatches, readFilters } from '../api/filters.js';
import type { FakeEvent } from './event-log.js';

/** The query of one call of `GET /events`. */
export interface EventQuery {
  readonly since: bigint | null;
  readonly until: bigint | null;
  readonly matches: (event: FakeEvent) => boolean;
}

/** Reads the query of `GET /events`. Unknown filters are ignored, as in the real daemon. @throws ApiRefusal */
export function eventQuery(query: URLSearchParams): EventQuery {
  const filters = readFilters(query);
  const any = (key: string, test: (value: string) => boolean) => filters.get(key)?.some(test) ?? true;
  return {
    since: nanosOf(query.get('since')),
    until: nanosOf(query.get('until')),
    matches: ({ type, action, id, attributes }) =>
      any('type', (value) => value === type) &&
      any('event', (value) => value === action) &&
      any('container', (value) => type === 'container' && isOf(value, id, attributes['name'])) &&
      any('network', (value) => type === 'network' && isOf(value, id, attributes['name'])) &&
      any('image', (value) => value === (type === 'image' ? id : attributes['image'])) &&
      (filters.get('label')?.every((label) => labelMatches(attributes, label)) ?? true),
  };
}

const isOf = (value: string, id: string, name: string | undefined) => value === name || id.startsWith(value);

/** Reads a time that is given as `seconds` or `seconds.fraction`. */
function nanosOf(text: string | null): bigint | null {
  if (text === null || text === '' || text === '0') return null;
  const { seconds, fraction = '' } = /^(?<seconds>\d+)(?:\.(?<fraction>\d{1,9}))?$/.exec(text)?.groups ?? {};
  if (seconds === undefined) throw new ApiRefusal(500, `strconv.ParseInt: parsing "${text}": invalid syntax`);
  return BigInt(seconds + fraction.padEnd(9, '0'));
}
