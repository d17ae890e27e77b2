import { builtinModules } from 'node:module';
import ts from 'typescript';

/** The packages that a script or a declaration file asks for, by name. Node's own modules and files beside it are left out. */
export function importedPackages(source: string): string[] {
  const asked = ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
  const others = asked.filter((name) => !/^(\.|node:)/.test(name) && !builtinModules.includes(name));
  return [...new Set(others.map(packageOf))].sort();
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
