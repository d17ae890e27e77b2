import { compareEntryIds, parseEntryId } from '@galaxy/domain';

/** Whether an entry id is greater than another one. */
export function isAfter(id: string, other: string): boolean {
  const [a, b] = [parseEntryId(id), parseEntryId(other)];
  return a !== null && b !== null && compareEntryIds(a, b) > 0;
}
