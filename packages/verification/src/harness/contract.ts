import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const text = readFileSync(new URL('../../../../contracts/runtime-jobs-asyncapi.yaml', import.meta.url), 'utf8');
const { components } = parse(text) as { readonly components: object };
const ajv = new Ajv({ strict: true, allErrors: true }).addVocabulary(['components']).addSchema({ components }, 'contract');

/** The rules of contracts/runtime-jobs-asyncapi.yaml that the payload breaks. */
export function offencesAgainst(
  schema: 'RuntimeJobResultPayload' | 'RuntimeJobOutcomePayload' | 'RuntimeDeadLetterPayload',
  payload: unknown,
): readonly string[] {
  const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`the contract has no schema ${schema}`);
  if (validate(payload) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${schema}${instancePath} ${message ?? ''}: ${JSON.stringify(payload)}`,
  );
}
