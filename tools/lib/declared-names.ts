import ts from 'typescript';

/**
 * Every name that a TypeScript source declares or exports: functions, classes, interfaces, types, constants, and members, the
 * latter alone (`turn`) and with their owner (`Worker.turn`). Reads the syntax only: what a comment or a text says does not count.
 */
export function declaredNames(source: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node, owner: string | null): void => {
    const name = nameOf(node);
    if (name !== null) names.add(name);
    if (name !== null && owner !== null) names.add(`${owner}.${name}`);
    const inner = isOwner(node) ? name : owner;
    ts.forEachChild(node, (child) => {
      visit(child, inner);
    });
  };
  visit(ts.createSourceFile('page.ts', source, ts.ScriptTarget.Latest), null);
  return names;
}

function isOwner(node: ts.Node): boolean {
  return (
    ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isVariableDeclaration(node)
  );
}

function nameOf(node: ts.Node): string | null {
  if (!isNamed(node)) return null;
  const { name } = node;
  return name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name.text : null;
}

function isNamed(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isExportSpecifier(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node)
  );
}
