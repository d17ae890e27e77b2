import type { PullFailureReason } from '@galaxy/manager-ports';

// Registries and daemons tell the reason in words only; the first line that fits wins. The words are those of
// https://distribution.github.io/distribution/spec/api/#errors-2, dockerd and containerd.
const REASONS: readonly (readonly [PullFailureReason, RegExp])[] = [
  ['rate_limited', /toomanyrequests|too many requests|rate limit/i],
  ['wrong_platform', /no matching manifest|no match for platform|does not match the (?:specified|detected|expected) platform/i],
  ['no_space', /no space left on device|disk quota exceeded/i],
  ['access_denied', /denied|unauthorized|authentication required|no basic auth|authorization failed|forbidden/i],
  ['not_found', /manifest.*(?:unknown|not found)|name unknown|(?:repository|tag|image|reference).*not found|: not found/i],
];

/** Tells from the words of a daemon or a registry why a pull failed; `failed` when they are not known. */
export function pullFailureReason(message: string): PullFailureReason {
  return REASONS.find(([, words]) => words.test(message))?.[0] ?? 'failed';
}
