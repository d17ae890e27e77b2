/** Small facts of this installation, kept with the records. Both methods throw DependencyFault when the store does not answer. */
export interface InstallationFacts {
  /** The value of a key, or null. */
  get(key: InstallationFactKey): Promise<string | null>;

  /** Sets a value, or takes the key away with null. */
  set(key: InstallationFactKey, value: string | null): Promise<void>;
}

/** `engine_id`: the container engine that was last reconciled with. `mass_change_confirmed`: an operator allows one mass change. */
export type InstallationFactKey = 'engine_id' | 'mass_change_confirmed';
