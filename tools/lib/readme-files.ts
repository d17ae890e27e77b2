/** One file that a page shows whole: a fenced block whose first line is a comment with the file's name. */
export interface ReadmeFile {
  readonly name: string;
  readonly text: string;
}

/** The files that a Markdown page shows, without the line of the name. */
export function readmeFiles(page: string): ReadmeFile[] {
  return [...page.matchAll(/^```\w+\n\/\/ ([\w.-]+)\n([^]*?)^```$/gm)].map(([, name = '', text = '']) => ({ name, text }));
}

/** The code of every `@example` in the comments of a source file. */
export function exampleBlocks(source: string): string[] {
  return [...source.matchAll(/^ *\* ```ts\n([^]*?)^ *\* ```$/gm)].map(([, text = '']) => text.replaceAll(/^ *\* ?/gm, ''));
}
