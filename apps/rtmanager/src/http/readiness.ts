import type { Hold, HoldReason } from '@galaxy/manager-ports';

/** Checks whether a server that the service needs answers. */
export interface Probe {
  readonly name: string;
  /** Returns when the server answers; throws otherwise. */
  readonly check: () => Promise<void>;
}

/**
 * The answer of /readyz. `status` is `restored` while the hold `restored` is in force: the database was restored from a backup, and
 * nothing is done until an operator decides. `dependencies` says for each server whether it answers and, if not, why. `holds` has
 * every hold in force with its message.
 */
export interface Readiness {
  readonly status: 'ready' | 'not_ready' | 'restored';
  readonly role: 'leader' | 'standby';
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly why?: string }>>;
  readonly holds: Readonly<Partial<Record<HoldReason, string>>>;
}

export interface ManagerState {
  readonly leading: boolean;
  readonly holds: readonly Pick<Hold, 'reason' | 'message'>[];
}

/** Makes the check for /readyz. It probes all servers at the same time; overlapping calls share one round of probes. */
export function makeReadiness(probes: readonly Probe[], manager: () => ManagerState): () => Promise<Readiness> {
  let asking: Promise<Readiness> | null = null;
  const ask = async (): Promise<Readiness> => {
    const answers = await Promise.all(probes.map(async ({ name, check }) => [name, await answerOf(check)] as const));
    const { leading, holds } = manager();
    const reasons = Object.fromEntries(holds.map(({ reason, message }) => [reason, message])) as Readiness['holds'];
    const allAnswer = answers.every(([, { ok }]) => ok);
    return {
      status: 'restored' in reasons ? 'restored' : allAnswer ? 'ready' : 'not_ready',
      role: leading ? 'leader' : 'standby',
      dependencies: Object.fromEntries(answers),
      holds: reasons,
    };
  };
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

async function answerOf(check: () => Promise<void>): Promise<{ ok: boolean; why?: string }> {
  try {
    await check();
    return { ok: true };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
