import { ApiRefusal } from './api-refusal.js';

/** What was asked for by `filters`: values by name. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** Reads `filters` in either of the API's forms, `{"label":["a"]}` or `{"label":{"a":true}}`. @throws ApiRefusal */
export function readFilters(query: URLSearchParams, allowed?: readonly string[]): Filters {
  const text = query.get('filters') ?? '';
  if (text === '') return new Map();
  const entries = Object.entries(parsed(text)).map(([name, values]) => [name, valuesOf(values)] as const);
  const unknown = entries.find(([name]) => allowed?.includes(name) === false);
  if (unknown !== undefined) throw new ApiRefusal(400, `Invalid filter '${unknown[0]}'`);
  return new Map(entries);
}

/** Whether the labels have that one, given as `name` or `name=value`. */
export function labelMatches(labels: Readonly<Record<string, string>>, label: string): boolean {
  const [name = '', ...value] = label.split('=');
  return value.length === 0 ? Object.hasOwn(labels, name) : labels[name] === value.join('=');
}

/** Whether a name matches as the daemon means it: a regular expression that finds parts, too. */
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
