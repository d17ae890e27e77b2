/** The rules of the design. A test leaves out one of them to show what goes wrong without it. */
export interface Guards {
  /** A write has an effect only while its own attempt is running. Without: while any attempt is. */
  readonly attemptIsFence: boolean;
  /** A finish has an effect only while its operation is running. */
  readonly endsOnce: boolean;
  /** An operation is claimed only when no older one of its game is queued. */
  readonly oldestFirst: boolean;
  /** A start is claimed only when no other operation of its game runs. */
  readonly startWaits: boolean;
  /** A stop is claimed only then, too. It supersedes a running start by being queued, and waits until that ends. */
  readonly stopWaits: boolean;
  /** All containers of a game have the same name, and the container engine refuses a name that is taken. */
  readonly oneName: boolean;
  /** Calls that change a container name its id, not its name. */
  readonly idsAct: boolean;
  /** An attempt adopts only a container of its own operation and attempt. Without: of its own operation. */
  readonly adoptOwnAttempt: boolean;
  /** The claim is renewed before a container that was found by the game's name is removed. */
  readonly renewBeforeRemove: boolean;
  /** The step is recorded before the previous container is removed. */
  readonly stepBeforeReplacing: boolean;
  /** A start that fails removes what it created. */
  readonly undoCreated: boolean;
  /** The previous record is put back only while its container is there. */
  readonly restoreWhatIsThere: boolean;
  /** A start that is superseded before its intent leaves a record, so that the stop finds one. */
  readonly historyForStop: boolean;
  /** `stopped` is reported only after an inspection showed it. */
  readonly verifyStopped: boolean;
  /** The reconciler acts in an operation of its own, and inspects again after its claim. */
  readonly reconcileInLane: boolean;
  /** There is a reconciler. */
  readonly reconcile: boolean;
}

/** The design: with all its rules. */
export const ALL_GUARDS: Guards = {
  attemptIsFence: true,
  endsOnce: true,
  oldestFirst: true,
  startWaits: true,
  stopWaits: true,
  oneName: true,
  idsAct: true,
  adoptOwnAttempt: true,
  renewBeforeRemove: true,
  stepBeforeReplacing: true,
  undoCreated: true,
  restoreWhatIsThere: true,
  historyForStop: true,
  verifyStopped: true,
  reconcileInLane: true,
  reconcile: true,
};
