import { Readable } from 'node:stream';
import type { ImageReference } from '@galaxy/domain';
import { imageName } from '@galaxy/domain';
import type { PullFailureReason } from '@galaxy/manager-ports';
import type Docker from 'dockerode';
import type { DockerReply } from '../client/call-docker.js';
import { callDocker } from '../client/call-docker.js';
import type { PullLimits, RegistryAuth } from '../client/docker-engine-options.js';
import { answerFault } from '../client/docker-faults.js';
import { pullFailureReason } from './pull-failure.js';
import type { PullEnd } from './pull-stream.js';
import { readPullStream } from './pull-stream.js';

/** The outcome of a pull. `pulled` is only what the daemon reported: inspect the image afterwards. */
export type PullResult =
  | { readonly kind: 'pulled' }
  | { readonly kind: 'failed'; readonly reason: PullFailureReason; readonly message: string };

export interface PullerParts {
  /** A client for long calls: a pull keeps its socket until it ends. */
  readonly docker: Docker;
  readonly limits: PullLimits;
  readonly authFor: (registry: string) => RegistryAuth | null | Promise<RegistryAuth | null>;
}

const OPERATION = 'pull the image';
const STALLED: PullResult = { kind: 'failed', reason: 'stalled', message: 'the pull made no progress' };

/**
 * Pulls one image. Ends early when `abandoned` fires; then ignore the result.
 * @throws DependencyFault when the daemon did not begin to answer, unless the time was over: then the result is `stalled`.
 */
export async function pullImage(parts: PullerParts, image: ImageReference, abandoned: AbortSignal): Promise<PullResult> {
  const total = AbortSignal.timeout(parts.limits.totalMs);
  const ended = AbortSignal.any([abandoned, total]);
  const auth = await parts.authFor(image.registry);
  // The daemon sends the headers with the first line of the report. So while a registry hangs, the daemon's answer does not begin.
  const silence = AbortSignal.timeout(parts.limits.stallMs);
  try {
    const report = await openReport(parts, image, auth, AbortSignal.any([ended, silence]));
    return report.kind === 'ok' ? resultOf(await readUntil(report.value, parts.limits.stallMs, ended), total) : refusedPull(report);
  } catch (fault) {
    if (total.aborted || silence.aborted) return STALLED;
    throw fault;
  }
}

async function openReport(
  { docker, limits }: PullerParts,
  image: ImageReference,
  auth: RegistryAuth | null,
  signal: AbortSignal,
): Promise<DockerReply<Readable>> {
  // A digest wins over the tag, as in the daemon. Without either, the daemon would pull all tags of the repository.
  const _query = { fromImage: imageName(image), tag: image.digest ?? image.tag };
  const run = async (abortSignal: AbortSignal) => {
    const report = await docker.createImage(auth ?? undefined, { _query, _body: {}, abortSignal });
    if (report instanceof Readable) return report;
    throw answerFault(OPERATION);
  };
  return callDocker({ operation: OPERATION, deadlineMs: limits.totalMs, signal, run });
}

async function readUntil(report: Readable, stallMs: number, ended: AbortSignal): Promise<PullEnd> {
  const destroy = () => void report.destroy(new Error('aborted'));
  ended.addEventListener('abort', destroy);
  if (ended.aborted) destroy();
  try {
    return await readPullStream(report, stallMs);
  } finally {
    ended.removeEventListener('abort', destroy);
  }
}

function resultOf(end: PullEnd, total: AbortSignal): PullResult {
  if (total.aborted) return STALLED;
  switch (end.kind) {
    case 'complete':
      return { kind: 'pulled' };
    case 'stalled':
      return STALLED;
    case 'error':
      return { kind: 'failed', reason: pullFailureReason(end.message), message: end.message };
    case 'cut':
      return { kind: 'failed', reason: 'failed', message: `the report of the pull was cut: ${end.message}` };
  }
}

function refusedPull(refusal: Exclude<DockerReply<Readable>, { kind: 'ok' }>): PullResult {
  const known = pullFailureReason(refusal.message);
  const reason = known === 'failed' ? (REASON_OF_KIND[refusal.kind] ?? 'failed') : known;
  return { kind: 'failed', reason, message: refusal.message };
}

const REASON_OF_KIND: Readonly<Record<string, PullFailureReason>> = {
  gone: 'not_found',
  denied: 'access_denied',
  no_capacity: 'no_space',
};
