import type { JobStreamName, PublishedJob, WasPublished } from '@galaxy/ports';
import { mayBeForgotten, PUBLISH_ID_REMEMBERED_MS, PublishIdConflictError, validatePublishId } from '@galaxy/ports';
import type { KnownPublish, StartJobPayload, StopJobPayload } from '@galaxy/wire';
import { jobDigest, parseKnownPublish, publishIdKey, WITHDRAWN } from '@galaxy/wire';
import { unexpectedReply } from '../connection/redis-faults.js';
import { PUBLISH_WITH_ID } from '../scripts/publish-with-id.js';
import { runScript } from '../scripts/script.js';
import { WITHDRAW_ID } from '../scripts/withdraw-id.js';
import type { UntilAnsweredOptions } from './until-answered.js';
import { untilAnswered } from './until-answered.js';

/** An hour more than is promised, for clocks of callers that differ, and for calls that were long on their way. */
const REMEMBER_SECONDS = String(PUBLISH_ID_REMEMBERED_MS / 1000 + 3600);

/** Where the ids are remembered: beside the start stream, for jobs of both streams. */
export interface PublishIdsOptions extends UntilAnsweredOptions {
  readonly startJobsKey: string;
}

/** A job to publish with an id. */
export interface JobWithId {
  readonly id: string;
  readonly stream: JobStreamName;
  /** The stream's key. */
  readonly key: string;
  readonly payload: StartJobPayload | StopJobPayload;
}

/**
 * Appends a job, unless it was published with the same id before. Returns where it is.
 * @throws InvalidInputError, PublishIdConflictError and DependencyFault as the port says.
 */
export async function publishWithId(options: PublishIdsOptions, { id, stream, key, payload }: JobWithId): Promise<PublishedJob> {
  validatePublishId(id);
  const digest = jobDigest(payload);
  const keys = [key, publishIdKey(options.startJobsKey, id)];
  const args = [REMEMBER_SECONDS, stream, digest, ...Object.entries(payload).flat()];
  const known = knownOf(await untilAnswered(options, (client) => runScript(client, PUBLISH_WITH_ID, keys, args)));
  if (known.kind === 'withdrawn') throw new PublishIdConflictError(id, 'withdrawn');
  if (known.digest !== digest) throw new PublishIdConflictError(id, 'other_job');
  return known.job;
}

/**
 * Tells what became of the calls with an id, the first of which was made at `since`.
 * @throws InvalidInputError and DependencyFault as the port says.
 */
export async function wasPublished(options: PublishIdsOptions, id: string, since: Date): Promise<WasPublished> {
  validatePublishId(id);
  const key = publishIdKey(options.startJobsKey, id);
  const forgotten = mayBeForgotten(since, Date.now());
  const reply = await untilAnswered(options, (client) =>
    forgotten ? client.get(key) : runScript(client, WITHDRAW_ID, [key], [REMEMBER_SECONDS, WITHDRAWN]),
  );
  if (reply === null) return { kind: 'unknown' };
  const known = knownOf(reply);
  return known.kind === 'withdrawn' ? { kind: 'not_published' } : { kind: 'published', ...known.job };
}

function knownOf(reply: unknown): KnownPublish {
  const known = typeof reply === 'string' ? parseKnownPublish(reply) : null;
  if (known === null) throw unexpectedReply('EVALSHA');
  return known;
}
