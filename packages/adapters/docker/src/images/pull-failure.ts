import type { PullFailureReason } from '@galaxy/manager-ports';

// Registries and daemons give the reason only as text; the first pattern that matches wins. The texts are those of
// https://distribution.github.io/distribution/spec/api/#errors-2, dockerd and containerd.
const REASONS: readonly (readonly [PullFailureReason, RegExp])[] = [
  ['rate_limited', /toomanyrequests|too many requests|rate limit/i],
  ['wrong_platform', /no matching manifest|no match for platform|does not match the (?:specified|detected|expected) platform/i],
  ['no_space', /no space left on device|disk quota exceeded/i],
  ['access_denied', /denied|unauthorized|authentication required|no basic auth|authorization failed|forbidden/i],
  ['not_found', /manifest.*(?:unknown|not found)|name unknown|(?:repository|tag|image|reference).*not found|: not found/i],
];

/** Finds out why a pull failed from the message of the daemon or the registry; `failed` when the message is unknown. */
export function pullFailureReason(message: string): PullFailureReason {
  return REASONS.find(([, pattern]) => pattern.test(message))?.[0] ?? 'failed';
}
