// Every relative link of the documentation leads somewhere, every file it names exists, and every symbol that stands in or beside
// a link to a source is declared there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type MarkdownLink, markdownAnchors, markdownLinks, type SourceMention, sourceMentions } from './lib/markdown-links.js';
import { mentionProblems } from './lib/mention-problems.js';
import { ROOT, report, sourceFiles } from './lib/workspace.js';

const PAGES = /^(README|CONTRIBUTING)\.md$|^docs\/.*\.md$|^(packages|apps|contracts|tools)\/.*README\.md$/;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const targetOf = (page: string, path: string): string => normalize(path.startsWith('/') ? path.slice(1) : join(dirname(page), path));

function problemOf(page: string, { line, path, anchor }: MarkdownLink): string[] {
  const target = path === '' ? page : targetOf(page, path);
  if (/:\d+$/.test(target)) return [`${page}:${line} names a line: ${target} (lines move, files are named)`];
  if (target.startsWith('..') || !existsSync(join(ROOT, target))) return [`${page}:${line} points at nothing: ${path}`];
  if (anchor === undefined || !target.endsWith('.md') || markdownAnchors(read(target)).has(anchor)) return [];
  return [`${page}:${line} points at no heading of ${target}: #${anchor}`];
}

function mentionProblemsOf(page: string, mention: SourceMention): string[] {
  const target = targetOf(page, mention.path);
  if (!existsSync(join(ROOT, target))) return [];
  return mentionProblems(mention, target, read(target)).map((problem) => `${page}:${mention.line} ${problem}`);
}

const pages = sourceFiles().filter((path) => PAGES.test(path));
const links = pages.flatMap((page) => markdownLinks(read(page)).map((link) => ({ page, link })));
const mentions = pages.flatMap((page) => sourceMentions(read(page)).map((mention) => ({ page, mention })));
const symbols = mentions.reduce((count, { mention }) => count + mention.symbols.length, 0);

report(
  [
    ...links.flatMap(({ page, link }) => problemOf(page, link)),
    ...mentions.flatMap(({ page, mention }) => mentionProblemsOf(page, mention)),
  ],
  `all ${links.length} links of ${pages.length} pages lead somewhere, all ${symbols} symbols beside them are declared`,
);
