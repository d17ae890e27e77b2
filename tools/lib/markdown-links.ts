/** What a Markdown page points at, without what points out of the repository. */
export interface MarkdownLink {
  readonly line: number;
  /** Path as written, empty for a link into the same page. */
  readonly path: string;
  /** What follows `#`, if anything. */
  readonly anchor: string | undefined;
}

const LINK = /\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const DEFINITION = /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/g;
const HTML = /\b(?:href|src)="([^"]+)"/g;
const CODE_PATH = /`((?:packages|apps|contracts|docs|tools)\/[\w./-]+\.\w+(?::\d+)?)`/g;

/** The links of a page and the repository's files it names in `code`, fenced blocks left out. */
export function markdownLinks(text: string): MarkdownLink[] {
  return withoutCode(text)
    .split('\n')
    .flatMap((line, index) => targetsOf(line).map((target) => ({ line: index + 1, ...split(target) })));
}

function targetsOf(line: string): string[] {
  const prose = line.replaceAll(/`[^`]*`/g, '');
  const written = [LINK, DEFINITION, HTML].flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target = '']) => target));
  const named = [...line.matchAll(CODE_PATH)].map(([, path = '']) => `/${path}`);
  return [...written.filter((target) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)), ...named];
}

function split(target: string): Pick<MarkdownLink, 'path' | 'anchor'> {
  const [path = '', anchor] = target.split('#');
  return { path: decodeURIComponent(path), anchor };
}

/** What a page says of a source: the file's name as the link's text gives it, if it does, and the symbols it names there. */
export interface SourceMention {
  readonly line: number;
  /** Path as written. */
  readonly path: string;
  readonly fileName: string | undefined;
  readonly symbols: readonly string[];
}

const SOURCE_LINK = /\[((?:[^\]\\]|\\.)*)\]\(\s*<?([^)\s>]+\.ts)>?\s*\)/g;
const SOURCE_PATH = /`((?:packages|apps|contracts|docs|tools)\/[\w./-]+\.ts)`/g;
const FILE_NAME = /^[\w.-]+\.ts$/;
// One code span or a list of them, then `in` or an opening bracket, then the link.
const BESIDE = /((?:`[^`]+`(?:,\s+|\s+and\s+)?)+)\s+(?:in\s+|\()$/;
const SYMBOL = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)?$/;

/**
 * The links to sources (`.ts`) of a page with the symbols named in the link's text or directly before it: `name` in
 * [file.ts](…), `name` ([file.ts](…)). A code span that is no identifier is left out.
 */
export function sourceMentions(text: string): SourceMention[] {
  const page = withoutCode(text);
  const links = [...page.matchAll(SOURCE_LINK)].map(({ index, 1: label = '', 2: path = '' }) => ({ index, label, path }));
  const paths = [...page.matchAll(SOURCE_PATH)].map(({ index, 1: path = '' }) => ({ index, label: '', path: `/${path}` }));
  return [...links, ...paths].map(({ index, label, path }) => ({
    line: page.slice(0, index).split('\n').length,
    path,
    fileName: FILE_NAME.test(label) ? label : undefined,
    symbols: [...symbolsIn(BESIDE.exec(page.slice(0, index))?.[1] ?? ''), ...symbolsIn(label)],
  }));
}

function symbolsIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code).filter((code) => SYMBOL.test(code));
}

/** The anchors of a page as GitHub makes them: headings in lower case, spaces as hyphens, repeats numbered; and written ids. */
export function markdownAnchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const ids = [...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([...headings, ...ids]);
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Blanks what only shows Markdown: fenced blocks, and code spans between two backticks. */
function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/(?<!`)``(?!`)[\s\S]*?``(?!`)/g, (span) => span.replaceAll(/[^\n]/g, ' '));
}

/** Blanks fenced blocks, keeping the line numbers of what follows. */
function withoutFences(text: string): string {
  return text.replaceAll(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\2[^\n]*$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}
