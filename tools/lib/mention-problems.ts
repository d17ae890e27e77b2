import { basename } from 'node:path';
import { declaredNames } from './declared-names.js';
import type { SourceMention } from './markdown-links.js';

/** What is wrong with what a page says of a source that exists: another file's name, or symbols that it does not declare. */
export function mentionProblems({ fileName, symbols }: SourceMention, path: string, source: string): string[] {
  const names = symbols.length === 0 ? new Set<string>() : declaredNames(source);
  const other = fileName !== undefined && fileName !== basename(path) ? [`calls ${path} by another name: ${fileName}`] : [];
  return [...other, ...symbols.filter((symbol) => !names.has(symbol)).map((symbol) => `names what ${path} does not declare: ${symbol}`)];
}
