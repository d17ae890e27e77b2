import { InvalidInputError } from '@galaxy/ports';
import { z } from 'zod';

/** Milliseconds since 1970 as canonical decimal text: no sign, no leading zero, fits into a signed 64-bit integer. */
export const timestampText = z.string().regex(/^(0|[1-9][0-9]{0,17})$/, 'not a time in milliseconds');

/** A non-negative number of at most nine digits as canonical decimal text. */
export const countText = z.string().regex(/^(0|[1-9][0-9]{0,8})$/, 'not a count');

/** A UUID as this project writes it. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Text with at least one character that is not Unicode White_Space. */
export const notBlankText = z.string().regex(/\P{White_Space}/u, 'blank');

/**
 * Checks that a payload matches its schema and that every value can be sent as UTF-8.
 * @throws InvalidInputError that names the message and the first wrong field.
 */
export function strictPayload<S extends z.ZodType<Record<string, string>>>(
  message: string,
  schema: S,
  payload: Record<string, string>,
): z.output<S> {
  const check = schema.safeParse(payload);
  if (!check.success) throw new InvalidInputError(`${message}: ${firstIssue(check.error)}`);
  for (const [field, value] of Object.entries(payload))
    if (!value.isWellFormed()) throw new InvalidInputError(`${message}: ${field} is not well-formed Unicode`);
  return check.data;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'invalid' : `${issue.path.join('.') || 'payload'}: ${issue.message}`;
}
