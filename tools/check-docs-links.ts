// Every relative link of the documentation leads somewhere, and every file it names exists.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type MarkdownLink, markdownAnchors, markdownLinks } from './lib/markdown-links.js';
import { ROOT, report, sourceFiles } from './lib/workspace.js';

const PAGES = /^(README|CONTRIBUTING)\.md$|^docs\/.*\.md$|^(packages|apps|contracts)\/.*README\.md$/;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function problemOf(page: string, { line, path, anchor }: MarkdownLink): string[] {
  const target = path === '' ? page : normalize(path.startsWith('/') ? path.slice(1) : join(dirname(page), path));
  if (/:\d+$/.test(target)) return [`${page}:${line} names a line: ${target} (lines move, files are named)`];
  if (target.startsWith('..') || !existsSync(join(ROOT, target))) return [`${page}:${line} points at nothing: ${path}`];
  if (anchor === undefined || !target.endsWith('.md') || markdownAnchors(read(target)).has(anchor)) return [];
  return [`${page}:${line} points at no heading of ${target}: #${anchor}`];
}

const pages = sourceFiles().filter((path) => PAGES.test(path));
const links = pages.flatMap((page) => markdownLinks(read(page)).map((link) => ({ page, link })));

report(
  links.flatMap(({ page, link }) => problemOf(page, link)),
  `all ${links.length} links of ${pages.length} pages lead somewhere`,
);
