import fc from 'fast-check';
import { HORIZON_MS } from '../injection/injections.js';

/** Something that is requested by name, beside the jobs. */
export interface PlannedRequest {
  readonly atMs: number;
  readonly game: number;
  readonly what: 'start' | 'start other' | 'stop';
  /** Only stops are requested by the reconciler's source. Nothing is published of their ends. */
  readonly source: 'admin' | 'reconciler';
  readonly name: string;
}

interface DrawnRequest extends Omit<PlannedRequest, 'source'> {
  readonly isReconcilers: boolean;
  /** What follows under the same name: nothing, the same, or something else. */
  readonly again: 'nothing' | 'the same' | 'something else';
  readonly laterMs: number;
}

const request = (games: number): fc.Arbitrary<DrawnRequest> =>
  fc.record({
    atMs: fc.integer({ min: 0, max: HORIZON_MS - 3000 }),
    game: fc.nat({ max: games - 1 }),
    what: fc.constantFrom('start', 'start other', 'stop', 'stop'),
    name: fc.nat({ max: 5 }).map((n) => `request-${n}`),
    isReconcilers: fc.nat({ max: 3 }).map((drawn) => drawn === 3),
    again: fc.constantFrom('nothing', 'the same', 'something else'),
    laterMs: fc.integer({ min: 1, max: 3000 }),
  });

/** Requests for so many games; none in half of all cases. */
export const plannedRequests = (games: number): fc.Arbitrary<readonly PlannedRequest[]> =>
  fc.oneof(
    fc.constant([]),
    fc.array(request(games), { minLength: 1, maxLength: 6 }).map((drawn) => drawn.flatMap(withWhatFollows)),
  );

function withWhatFollows({ again, laterMs, isReconcilers, ...drawn }: DrawnRequest): PlannedRequest[] {
  const asked: PlannedRequest = { ...drawn, source: isReconcilers && drawn.what === 'stop' ? 'reconciler' : 'admin' };
  const later: PlannedRequest = { ...asked, atMs: asked.atMs + laterMs };
  if (again === 'nothing') return [asked];
  return [asked, again === 'the same' ? later : { ...later, source: 'admin', what: asked.what === 'start' ? 'start other' : 'start' }];
}
