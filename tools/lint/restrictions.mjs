/**
 * The syntax this repository refuses, and what to write instead. `eslint.config.mjs` says where each group holds;
 * the test beside this file shows every entry a snippet that it must refuse.
 */
const GROUPS = {
  exports: {
    ExportAllDeclaration: 'List what a module gives by name: `export *` lets a door grow unseen.',
    ExportDefaultDeclaration: 'Named exports only: one name per thing, everywhere.',
    "ExportSpecifier[exported.name='default']": 'Named exports only: one name per thing, everywhere.',
  },
  transactions: {
    'CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]':
      'One critical write is one statement: a connection lost inside an open transaction can commit what asked to roll back.',
  },
  environment: {
    "MemberExpression[object.name='process'][property.name='env']": 'Only the configuration module reads the environment.',
    "VariableDeclarator[init.name='process'] Property[key.name='env']": 'Only the configuration module reads the environment.',
    "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']":
      'Only the configuration module reads the environment.',
  },
  impurity: {
    "MemberExpression[object.name='Date'][property.name='now']": 'Time comes through the Clock port.',
    "NewExpression[callee.name='Date'][arguments.length=0]": 'Time comes through the Clock port.',
    "CallExpression[callee.name='Date']": 'Time comes through the Clock port.',
    "MemberExpression[object.name='performance'][property.name='now']": 'Time comes through the Clock port.',
    'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]': 'Waiting goes through the Clock port.',
    'CallExpression[callee.property.name=/^set(Timeout|Interval|Immediate)$/]': 'Waiting goes through the Clock port.',
    "MemberExpression[object.name='AbortSignal'][property.name='timeout']": 'Waiting goes through the Clock port.',
    "MemberExpression[object.name='Math'][property.name='random']": 'Chance comes through a port.',
    "CallExpression[callee.name='randomUUID']": 'Ids come through the Ids port.',
    "CallExpression[callee.property.name='randomUUID']": 'Ids come through the Ids port.',
  },
};

/** Every refused syntax as [group, selector], for the test that plants one snippet for each. */
export const refusals = Object.entries(GROUPS).flatMap(([group, entries]) => Object.keys(entries).map((selector) => [group, selector]));

/** The ESLint rules that refuse the syntax of the named groups. */
export function restrictions(...groups) {
  const entries = groups.flatMap((group) => Object.entries(GROUPS[group]));
  return { 'no-restricted-syntax': ['error', ...entries.map(([selector, message]) => ({ selector, message }))] };
}
