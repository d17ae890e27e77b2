/** Single values of this installation, stored with the records. Both methods throw DependencyFault when the store does not answer. */
export interface InstallationFacts {
  /** The value of a key, or null when it is not set. */
  get(key: InstallationFactKey): Promise<string | null>;

  /** Sets a value; null removes the key. */
  set(key: InstallationFactKey, value: string | null): Promise<void>;
}

/** `engine_id`: the container engine of the last reconcile pass. `mass_change_confirmed`: an operator allows one mass change. */
export type InstallationFactKey = 'engine_id' | 'mass_change_confirmed';
