import type {
  HeldLane,
  PublishedTrim,
  PublishOutcome,
  PublishStamp,
  StreamLimit,
  StreamPublishing,
  StreamPublishState,
} from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { unexpectedReply } from '../connection/redis-faults.js';
import { ADOPT_EPOCH } from '../scripts/adopt-epoch.js';
import { FORGET_LANES } from '../scripts/forget-lanes.js';
import { MAKE_STREAM } from '../scripts/make-stream.js';
import { PUBLISH_NUMBERED } from '../scripts/publish-numbered.js';
import { READ_PUBLISHER } from '../scripts/read-publisher.js';
import { runScript } from '../scripts/script.js';
import { SKIP_TO_NUMBER } from '../scripts/skip-to-number.js';
import { TRIM_PUBLISHED } from '../scripts/trim-published.js';
import { lowerHeld, walkHeld } from './lower-held.js';

/** A message and its place in its lane. */
export interface NumberedMessage {
  readonly lane: string;
  readonly number: bigint;
  readonly payload: Readonly<Record<string, string>>;
}

/** The largest number that Lua compares exactly. */
const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);
const LANES_AT_ONCE = 1000;
const TRIMMED_AT_ONCE = 1000;

/**
 * What the publishers of numbered messages have in common. Beside the stream are two hashes: `{stream}:published` holds the
 * last number per lane, `{stream}:publisher` the epoch, the highest outbox id, and the id up to which lanes may be forgotten. One script changes stream and hashes
 * together, also in the append-only file and on replicas, so whatever a crash or a failover takes back, it takes back
 * from all of them.
 */
export class RedisNumberedStream implements StreamPublishing {
  readonly #commands: RedisConnection;
  readonly #stream: string;
  readonly #published: string;
  readonly #publisher: string;

  constructor(commands: RedisConnection, stream: string) {
    this.#commands = commands;
    this.#stream = stream;
    this.#published = `${stream}:published`;
    this.#publisher = `${stream}:publisher`;
  }

  async state(): Promise<StreamPublishState> {
    const connection = this.#commands.name;
    const reply = await this.#commands.run('read', (client) => runScript(client, READ_PUBLISHER, [this.#publisher], []));
    const [epoch, last, forgotten] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (!isTextOrNull(epoch) || !isTextOrNull(last) || !isTextOrNull(forgotten)) throw unexpectedReply('EVALSHA');
    const [lastOutboxId, forgottenUpTo] = [BigInt(last ?? 0), BigInt(forgotten ?? 0)];
    return { epoch: epoch === null ? null : BigInt(epoch), lastOutboxId, forgottenUpTo, connection };
  }

  async held(lanes: readonly string[]): Promise<bigint[]> {
    const numbers: bigint[] = [];
    for (let from = 0; from < lanes.length; from += LANES_AT_ONCE) {
      const some = lanes.slice(from, from + LANES_AT_ONCE);
      const reply = await this.#commands.run('read', (client) => client.hmget(this.#published, ...some));
      numbers.push(...reply.map((held) => BigInt(held ?? 0)));
    }
    return numbers;
  }

  walk(from: string | null): Promise<{ readonly lanes: readonly HeldLane[]; readonly next: string | null }> {
    return walkHeld(this.#commands, this.#published, from ?? '0');
  }

  async forget(lanes: readonly HeldLane[], { epoch, upTo }: { readonly epoch: bigint; readonly upTo: bigint }): Promise<number | null> {
    const args = [String(epoch), String(upTo), ...lanes.flatMap(({ lane, number }) => [lane, String(number)])];
    const keys = [this.#published, this.#publisher];
    const reply = await this.#commands.run('write', (client) => runScript(client, FORGET_LANES, keys, args));
    if (reply !== null && typeof reply !== 'number') throw unexpectedReply('EVALSHA');
    return reply;
  }

  async adoptEpoch(epoch: bigint, seen: bigint | null, afterEntryId: string | null): Promise<boolean> {
    const args = [String(epoch), String(seen ?? ''), afterEntryId ?? ''];
    for (;;) {
      const reply = await this.#commands.run('write', (client) => runScript(client, ADOPT_EPOCH, [this.#stream, this.#publisher], args));
      if (reply !== 'no_stream') return reply === 'adopted';
      await this.#commands.run('write', (client) => runScript(client, MAKE_STREAM, [this.#stream], []));
    }
  }

  async skipTo(lane: string, number: bigint): Promise<void> {
    await this.#commands.run('write', (client) => runScript(client, SKIP_TO_NUMBER, [this.#published], [lane, String(number)]));
  }

  async trim({ youngerThanMs, lastEntries }: StreamLimit): Promise<PublishedTrim> {
    const args = [youngerThanMs, lastEntries, TRIMMED_AT_ONCE].map(String);
    const reply = await this.#commands.run('write', (client) => runScript(client, TRIM_PUBLISHED, [this.#stream], args));
    const [removed, heldBack] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (typeof removed !== 'number') throw unexpectedReply('EVALSHA');
    return { removed, heldBack: heldBack === 1 };
  }

  async lowerTo(upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>): Promise<number> {
    const lowered = await lowerHeld(this.#commands, this.#published, upTo);
    // Last: until then it shows, should this end before, that the store is behind.
    await this.#commands.run('write', (client) => client.del(this.#publisher));
    return lowered;
  }

  /**
   * Appends a message in one atomic call.
   * @throws InvalidInputError when the number is not from 1 to 2^53 - 1.
   * @throws DependencyFault when the server does not answer or refuses.
   */
  protected async append(message: NumberedMessage, { epoch, outboxId }: PublishStamp): Promise<PublishOutcome> {
    const { lane, number, payload } = message;
    if (number < 1n || number > MAX_NUMBER) throw new InvalidInputError('numbers are counted from 1 and end at 2^53 - 1');
    const keys = [this.#stream, this.#published, this.#publisher];
    const args = [String(epoch), String(outboxId), lane, String(number), ...Object.entries(payload).flat()];
    return outcomeOf(await this.#commands.run('write', (client) => runScript(client, PUBLISH_NUMBERED, keys, args)));
  }
}

function outcomeOf(reply: unknown): PublishOutcome {
  const [kind, detail] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (kind === 'already_published' || kind === 'other_epoch') return { kind };
  if (kind === 'published' && typeof detail === 'string') return { kind, entryId: detail };
  if (kind === 'gap' && typeof detail === 'string') return { kind, held: BigInt(detail) };
  throw unexpectedReply('EVALSHA');
}

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
