import { ApiRefusal } from './api-refusal.js';

/** The values of each filter, by the filter's name. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** Reads `filters` in one of the two forms of the API, `{"label":["a"]}` or `{"label":{"a":true}}`. @throws ApiRefusal */
export function readFilters(query: URLSearchParams, allowed?: readonly string[]): Filters {
  const text = query.get('filters') ?? '';
  if (text === '') return new Map();
  const entries = Object.entries(parsed(text)).map(([name, values]) => [name, valuesOf(values)] as const);
  const unknown = entries.find(([name]) => allowed?.includes(name) === false);
  if (unknown !== undefined) throw new ApiRefusal(400, `Invalid filter '${unknown[0]}'`);
  return new Map(entries);
}

/** Whether the labels contain one that is given as `name` or `name=value`. */
export function labelMatches(labels: Readonly<Record<string, string>>, label: string): boolean {
  const [name = '', ...value] = label.split('=');
  return value.length === 0 ? Object.hasOwn(labels, name) : labels[name] === value.join('=');
}

/** Whether a name matches in the way of the daemon: the pattern is a regular expression that may match a part of the name. */
export function nameMatches(name: string, pattern: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return name === pattern;
  }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw new ApiRefusal(500, 'unexpected end of JSON input');
  }
  throw new ApiRefusal(500, 'json: cannot unmarshal array into Go value of type map[string]map[string]bool');
}

function valuesOf(values: unknown): readonly string[] {
  if (Array.isArray(values)) return values.map(String);
  return typeof values === 'object' && values !== null ? Object.keys(values) : [];
}
