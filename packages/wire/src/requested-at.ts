import { parseInt64 } from './int64.js';
import type { RawEntry } from './raw-entry.js';
import type { Refused } from './text-field.js';
import { refused, trimmedField } from './text-field.js';

/** Decodes `requested_at_ms`: 0 when it is absent or blank, otherwise a signed 64-bit integer. */
export function requestedAtMs(entry: RawEntry): { readonly kind: 'valid'; readonly value: bigint } | Refused {
  const field = trimmedField(entry, 'requested_at_ms');
  if (field.kind === 'refused') return field;
  if (field.value === '') return { kind: 'valid', value: 0n };
  const check = parseInt64(field.value);
  return check.kind === 'valid' ? check : refused(`invalid requested_at_ms: ${check.reason}`);
}
