import ts from 'typescript';

const PRINTER = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
const TAGS = new Set(['alpha', 'beta', 'deprecated', 'experimental', 'internal', 'public']);

/** A name of the surface: in what words it is declared, or where it comes from. */
interface Entry {
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * The surface of a built package, by its `dist/index.d.ts`: every exported name with its declaration and its stability tags, then the
 * types that declarations mention without being exported. Sorted, so that only a change of the surface changes the text.
 */
export function apiReport(packageName: string, door: string): string {
  const program = ts.createProgram([door], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    // Nothing is checked, only printed.
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(door);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${door} is not a module: run npm run build first`);
  const exported = checker.getExportsOfModule(module).map((symbol) => ({ name: symbol.name, symbol: originOf(symbol, checker) }));
  const entries = exported.map(({ name, symbol }) => entryOf(name, symbol, door));
  const hidden = mentioned(
    exported.map(({ symbol }) => symbol),
    door,
    checker,
  ).map((symbol) => entryOf(symbol.name, symbol, door));
  return page(packageName, sorted(entries), sorted(hidden));
}

function originOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function entryOf(name: string, symbol: ts.Symbol, door: string): Entry {
  const own = declarationsIn(symbol, door);
  if (own.length === 0) return { name, lines: [`export { ${name} } from '${homeOf(symbol)}';`] };
  const tags = symbol.getJsDocTags().filter(({ name: tag }) => TAGS.has(tag));
  const renamed = symbol.name === name ? [] : [`// exported as ${name}`];
  return { name, lines: [...renamed, ...tags.map(({ name: tag }) => `// @${tag}`), ...own.map(printed)] };
}

/** The declarations that are part of the package itself: a published type of another one is reported there. */
function declarationsIn(symbol: ts.Symbol, door: string): ts.Node[] {
  const dist = door.slice(0, door.lastIndexOf('/') + 1);
  const own = (symbol.declarations ?? []).filter((declaration) => declaration.getSourceFile().fileName.startsWith(dist));
  // Of a constant, the statement with its `const`.
  return own.map((declaration) => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration));
}

const printed = (node: ts.Node): string => PRINTER.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());

/** The package that a declaration outside comes from: the folder above its `dist`, or its place in node_modules. */
function homeOf(symbol: ts.Symbol): string {
  const path = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  return (
    /\/packages\/([\w-]+)\/dist\//.exec(path)?.[1]?.replace(/^/, '@galaxy/') ??
    /.*node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ??
    '?'
  );
}

/** The package's own types that exported declarations mention, directly or through one another, and that are not exported. */
function mentioned(exported: readonly ts.Symbol[], door: string, checker: ts.TypeChecker): ts.Symbol[] {
  const seen = new Set(exported);
  const queue = [...exported];
  for (let symbol = queue.pop(); symbol !== undefined; symbol = queue.pop()) {
    for (const named of declarationsIn(symbol, door).flatMap((node) => typeNamesIn(node, checker))) {
      if (seen.has(named) || declarationsIn(named, door).length === 0) continue;
      seen.add(named);
      queue.push(named);
    }
  }
  return [...seen].filter((symbol) => !exported.includes(symbol));
}

function typeNamesIn(node: ts.Node, checker: ts.TypeChecker): ts.Symbol[] {
  const names: ts.Symbol[] = [];
  const visit = (inner: ts.Node): void => {
    const name = referenceIn(inner);
    const symbol = name && checker.getSymbolAtLocation(name);
    if (symbol !== undefined) names.push(originOf(symbol, checker));
    ts.forEachChild(inner, visit);
  };
  visit(node);
  // Parameters of a generic are part of the declaration that has them.
  return names.filter((symbol) => !(symbol.flags & ts.SymbolFlags.TypeParameter));
}

function referenceIn(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  return ts.isTypeQueryNode(node) ? node.exprName : undefined;
}

const sorted = (entries: readonly Entry[]): Entry[] => entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));

function page(packageName: string, entries: readonly Entry[], hidden: readonly Entry[]): string {
  const block = (some: readonly Entry[]) => `\`\`\`ts\n${some.map(({ lines }) => lines.join('\n')).join('\n\n')}\n\`\`\`\n`;
  const title = `# The surface of ${packageName}\n`;
  const intro = 'Generated from the build by `npm run api-reports`. What changes here changes for other teams.\n';
  const more = hidden.length === 0 ? [] : ['## Mentioned, not exported\n', block(hidden)];
  return [title, intro, block(entries), ...more].join('\n');
}
