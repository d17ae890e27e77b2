import type { RuntimeManager } from '@galaxy/ports';
import type { Closable, Outage, OutageLimits, SeenEntry } from './under-test.js';

/** A producer over job streams of its own. Leave out only what a limit says cannot be done. */
export interface RuntimeManagerUnderTest extends Closable, Partial<Outage> {
  readonly manager: RuntimeManager;
  /** Another one over the same streams, as another process would have it. */
  readonly elsewhere: RuntimeManager;
  /** What the start stream holds. */
  startEntries(): Promise<readonly SeenEntry[]>;
  /** What the stop stream holds. */
  stopEntries(): Promise<readonly SeenEntry[]>;
  /** From now on the server carries out what it is sent, and its replies are lost. */
  loseReplies?(): Promise<void>;
  /** Replies arrive again; those that were lost never do. */
  endLosing?(): Promise<void>;
}

/** What the suite cannot show of an adapter, each with the reason. */
export interface RuntimeManagerLimits extends OutageLimits {
  /** Why no reply can be lost between the adapter and the streams. */
  readonly loseReplies?: string;
}

export type OpenManager = () => Promise<RuntimeManagerUnderTest>;
