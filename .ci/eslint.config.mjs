// Rules for every hand-written script. `.ci/javascript` runs this from the repository's root.
import { createRequire } from 'node:module';

// The packages are installed there, and not beside this file.
const require = createRequire(new URL('../target/javascript/', import.meta.url));
const js = require('@eslint/js');
const globals = require('globals');

const rules = {
  ...js.configs.recommended.rules,
  'array-callback-return': 'error',
  'consistent-this': 'error',
  'default-case-last': 'error',
  'eqeqeq': 'error',
  'no-array-constructor': 'error',
  'no-caller': 'error',
  'no-duplicate-imports': 'error',
  'no-else-return': 'error',
  'no-eval': 'error',
  'no-extend-native': 'error',
  'no-implied-eval': 'error',
  'no-lone-blocks': 'error',
  'no-new-func': 'error',
  'no-new-wrappers': 'error',
  'no-proto': 'error',
  'no-self-compare': 'error',
  'no-shadow': ['error', { builtinGlobals: false }],
  'no-template-curly-in-string': 'error',
  'no-undef-init': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unneeded-ternary': 'error',
  'no-unreachable-loop': 'error',
  'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true }],
  'no-use-before-define': ['error', { functions: false, variables: false }],
  'no-useless-concat': 'error',
  'no-useless-rename': 'error',
  'no-useless-return': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'symbol-description': 'error',
  // A page's script is one expression, which the crate embeds.
  'no-unused-expressions': 'off'
};

const script = (files, ecmaVersion, environment, more = {}) => ({
  files,
  languageOptions: { ecmaVersion, sourceType: 'script', globals: environment },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: { ...rules, ...more }
});

const module = (files, ecmaVersion, environment) => {
  const entry = script(files, ecmaVersion, environment);
  return { ...entry, languageOptions: { ...entry.languageOptions, sourceType: 'module' } };
};

export default [
  { ignores: ['**/*.min.js', 'target/**'] },
  // The scripts in pages, which browsers of 2019 must be able to read.
  script(['src/snippet/*.js', 'src/widget/*.js', 'src/widget/*/*.js'], 2019, globals.browser),
  // One function in three files: `tsc` checks which names exist and which are used.
  script(['src/conformance/*.js'], 2022, {}, {
    'no-unassigned-vars': 'off',
    'no-undef': 'off',
    'no-unused-vars': ['error', { vars: 'local', argsIgnorePattern: '^_', caughtErrors: 'all' }],
    // It reduces the built-in objects to those of 2019, and evaluates the script that it gets.
    'no-eval': 'off',
    'no-extend-native': 'off',
    'no-new-func': 'off'
  }),
  // These are joined to the stage of the conformance kit.
  script(['tests/runtime/*.js'], 2022, {
    answer: 'readonly', body: 'readonly', dispatch: 'readonly', document: 'readonly', Document: 'readonly',
    documentState: 'readonly', EventTarget: 'readonly', head: 'readonly', input: 'readonly', jar: 'readonly',
    KEPT: 'readonly', logOut: 'readonly', MARKER: 'readonly', pageData: 'readonly', pass: 'readonly',
    promisesSettle: 'readonly', renewEpoch: 'readonly', reply: 'readonly', runs: 'readonly', runScript: 'readonly',
    scripts: 'readonly', URL: 'readonly', window: 'readonly', session: 'writable'
  }, { 'no-eval': 'off', 'no-extend-native': 'off' }),
  // These are joined to the same stage.
  script(['tests/widgets/*.js'], 2022, {
    dispatch: 'readonly', document: 'readonly', EventTarget: 'readonly', Event: 'readonly', head: 'readonly',
    input: 'readonly', jar: 'readonly', logOut: 'readonly', MARKER: 'readonly', OUT: 'readonly', pageData: 'readonly',
    pass: 'readonly', refusal: 'readonly', renewEpoch: 'readonly', runs: 'readonly', runScript: 'readonly',
    scripts: 'readonly', thrown: 'readonly', window: 'readonly', session: 'writable'
  }, {
    'no-eval': 'off',
    'no-unused-vars': ['error', { vars: 'local', argsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true }]
  }),
  // The pages of the tests and examples.
  script(['examples/**/*.js', 'tests/browser/**/*.js'], 2022, globals.browser),
  // These are bundled with the packages that they import.
  module(['tests/browser/packages/**/*.js', 'tests/browser/packages/**/*.mjs'], 2022, globals.browser)
];
