/** Small facts of this installation, kept with the records. Both methods throw DependencyFault when the store does not answer. */
export interface Settings {
  /** The value of a key, or null. */
  get(key: SettingKey): Promise<string | null>;

  /** Sets a value, or takes the key away with null. */
  set(key: SettingKey, value: string | null): Promise<void>;
}

/** `engine_id`: the container engine that was last reconciled with. `mass_change_confirmed`: an operator allows one mass change. */
export type SettingKey = 'engine_id' | 'mass_change_confirmed';
