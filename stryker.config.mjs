// `npm run mutants`: changes the sources of the core one small thing at a time and shows which changes no unit test notices.
// Takes hours for everything, minutes for `npm run mutants -- --mutate 'packages/domain/src/entry-id.ts'`. What a run found is
// kept: the next one tries only what was changed since, and constants of a file not again for a new test: `--force` tries all.
const FOLDER = '.test-results/mutants';

// Runs of the property tests that are long by chance tell nothing about a mutant.
process.env.GALAXY_TEST_SEED ??= '1';

const config = {
  mutate: ['packages/{domain,use-cases}/src/**/!(*.test|*.test-support|index).ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tools/mutants.vitest.config.ts' },
  // A copy, so that a run that is cut short leaves no mutant behind. Packages find each other by the links of the original,
  // so each package's mutants are met by its own tests alone.
  tempDirName: `${FOLDER}/sandbox`,
  ignorePatterns: ['dist', '.test-results', '.turbo', 'docs', 'contracts'],
  incremental: true,
  incrementalFile: `${FOLDER}/incremental.json`,
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `${FOLDER}/report.html` },
};

export default config;
