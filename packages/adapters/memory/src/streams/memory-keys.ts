import type { MemoryStream } from './memory-stream.js';

/** The state of publishing that is kept beside a stream. */
export interface MemoryPublishing {
  epoch: bigint | null;
  lastOutboxId: bigint;
  /** Messages up to this outbox id count as published, whatever their lane. */
  forgottenUpTo: bigint;
  /** The last number per lane. */
  readonly held: Map<string, bigint>;
}

/** All keys of a streams server. A failover replaces all of them at once. */
export class MemoryKeys {
  readonly streams = new Map<string, MemoryStream>();
  readonly once = new Map<string, string>();
  readonly texts = new Map<string, string>();
  /** Texts that are forgotten at a time. */
  readonly kept = new Map<string, { readonly text: string; readonly untilMs: number }>();
  readonly #publishing = new Map<string, MemoryPublishing>();

  /** The publishing state of a stream; empty at first. */
  publishing(key: string): MemoryPublishing {
    const kept = this.#publishing.get(key) ?? { epoch: null, lastOutboxId: 0n, forgottenUpTo: 0n, held: new Map<string, bigint>() };
    this.#publishing.set(key, kept);
    return kept;
  }

  /** An independent copy of the present state. */
  copy(): MemoryKeys {
    const copy = new MemoryKeys();
    for (const [key, stream] of this.streams) copy.streams.set(key, stream.copy());
    for (const [key, entryId] of this.once) copy.once.set(key, entryId);
    for (const [key, text] of this.texts) copy.texts.set(key, text);
    for (const [key, kept] of this.kept) copy.kept.set(key, kept);
    for (const [key, kept] of this.#publishing) copy.#publishing.set(key, { ...kept, held: new Map(kept.held) });
    return copy;
  }
}
