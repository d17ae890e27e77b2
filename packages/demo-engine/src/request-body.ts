import type { IncomingMessage } from 'node:http';
import type { Reply } from './replies.js';
import { problem } from './replies.js';

const maxBytes = 64 * 1024;

/** Reads the body of a request. Undefined when it is a JSON object of at most 64 KiB; otherwise the refusal to send. */
export async function refuseUnlessJsonObject(request: IncomingMessage): Promise<Reply | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return problem(413, 'body_too_large', `the body exceeds ${maxBytes} bytes`, { connection: 'close' });
    chunks.push(chunk);
  }
  return isJsonObject(Buffer.concat(chunks).toString('utf8')) ? undefined : problem(400, 'invalid_body', 'the body must be a JSON object');
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
