/** The rules of the design, each of which can be left out to see what it is for. */
export interface Guards {
  /** A write changes something only while its own attempt is running, not just any attempt. */
  readonly attemptIsFence: boolean;
  /** A finish changes something only while its operation is running. */
  readonly endsOnce: boolean;
  /** An operation is claimed only when nothing older of its game is queued. */
  readonly oldestFirst: boolean;
  /** A start is claimed only when no other operation of its game runs. */
  readonly startWaits: boolean;
  /** A stop, too: it pre-empts a start by being queued, and waits for it to end. */
  readonly stopWaits: boolean;
  /** The container engine refuses a name that is taken, and a game has one name. */
  readonly oneName: boolean;
  /** Changes address ids, not names. */
  readonly idsAct: boolean;
  /** A container is adopted only if operation and attempt are one's own, not just the operation. */
  readonly adoptOwnAttempt: boolean;
  /** The claim is renewed before a container found under the game's name is removed. */
  readonly renewBeforeRemove: boolean;
  /** The step is recorded before the previous container is removed. */
  readonly stepBeforeReplacing: boolean;
  /** A start that fails removes what it created. */
  readonly undoCreated: boolean;
  /** The previous record is put back only while its container is there. */
  readonly restoreWhatIsThere: boolean;
  /** A start superseded before its intent leaves a record for the stop to find. */
  readonly historyForStop: boolean;
  /** `stopped` is reported only once it was seen. */
  readonly verifyStopped: boolean;
  /** Reconciling acts as an operation of its own, and looks again after its claim. */
  readonly reconcileInLane: boolean;
  /** Reconciling happens at all. */
  readonly reconcile: boolean;
}

/** The design. */
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
