import type { PublishedJob } from '@galaxy/ports';
import { payloadHash, rawEntry } from './raw-entry.js';
import type { StartJobPayload } from './start-job.js';
import type { StopJobPayload } from './stop-job.js';

/** What a server remembers of a publish id, as text. Withdrawn: no job was published with it, and none may be. */
export type KnownPublish =
  | { readonly kind: 'published'; readonly job: PublishedJob; readonly digest: string }
  | { readonly kind: 'withdrawn' };

/** The text of an id that is withdrawn. */
export const WITHDRAWN = 'withdrawn';

/** The key beside the start stream under which a publish id is remembered, for jobs of both streams. */
export const publishIdKey = (startJobsKey: string, id: string): string => `${startJobsKey}:id:${id}`;

/** A digest that is the same for two jobs if they ask for the same. When they were asked for does not count. */
export function jobDigest(payload: StartJobPayload | StopJobPayload): string {
  return payloadHash(rawEntry({ ...payload, requested_at_ms: '' }));
}

/** The text of an id under which a job was published: stream, entry id and digest, with a blank between them. */
export function knownPublishText({ stream, entryId }: PublishedJob, digest: string): string {
  return `${stream} ${entryId} ${digest}`;
}

const PUBLISHED = /^(start_jobs|stop_jobs) (\d+-\d+) ([0-9a-f]{64})$/;

/** Reads such a text; null when it is none of ours. */
export function parseKnownPublish(text: string): KnownPublish | null {
  if (text === WITHDRAWN) return { kind: 'withdrawn' };
  const [, stream, entryId, digest] = PUBLISHED.exec(text) ?? [];
  if (entryId === undefined || digest === undefined) return null;
  return { kind: 'published', job: { stream: stream === 'start_jobs' ? 'start_jobs' : 'stop_jobs', entryId }, digest };
}
