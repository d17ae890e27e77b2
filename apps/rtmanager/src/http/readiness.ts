import type { Hold, HoldReason } from '@galaxy/manager-ports';

/** A server the service needs, and how to ask whether it answers. */
export interface Probe {
  readonly name: string;
  /** Returns when the server answers; throws otherwise. */
  readonly check: () => Promise<void>;
}

/**
 * What /readyz answers: `restored` when the database was found to be behind what was already done, and nothing is done
 * until an operator has decided; the role of this replica; for each server whether it answers and, if not, why; and every
 * hold in force with what was found.
 */
export interface Readiness {
  readonly status: 'ready' | 'not_ready' | 'restored';
  readonly role: 'leader' | 'standby';
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly why?: string }>>;
  readonly holds: Readonly<Partial<Record<HoldReason, string>>>;
}

/** What a manager tells about itself. */
export interface ManagerState {
  readonly leading: boolean;
  readonly holds: readonly Pick<Hold, 'reason' | 'message'>[];
}

/** Makes the check behind /readyz: asks all servers at once; overlapping calls share one round. */
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
