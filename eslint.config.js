import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What is linted with types: all but the configuration in JavaScript. */
const TYPED = ['{src,workers,trainer,build,bench,tests}/**/*.{ts,svelte}'];

const UNSAFE_OFF = Object.fromEntries(
  ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
    `@typescript-eslint/no-unsafe-${what}`,
    'off',
  ]),
);

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', '.cache/', '.bench/', 'runs/', 'coverage/', 'public/'] },
  eslint.configs.recommended,
  tseslint.configs.strict,
  { files: TYPED, extends: [tseslint.configs.strictTypeChecked] },
  svelte.configs.recommended,
  {
    files: TYPED,
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `onclick={() => stop()}` is how a handler ignores a result; only statements and returns could mislead.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A number in a sentence is no mistake; an object or an undefined value is.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `async` without `await` is how a function of an asynchronous interface turns what it throws into a rejection.
      '@typescript-eslint/require-await': 'off',
      // What the DOM types promise is missing on insecure pages and in older browsers, and the compiler does not see
      // that fields and closures change during an `await`: such checks are needed.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `void (await put(record))` drops a result; `void attempt` makes an effect depend on a state.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // `readJson<T>(path)` says what a file is expected to hold.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // It takes parameters that have a default, and items that an array may lack, for such as are always there.
      '@typescript-eslint/no-useless-default-assignment': 'off',
      // There are no enums and no stores here, and looking for them takes a tenth of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // What was caught is thrown again as it was.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    },
  },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // The compiler finds undefined names; this rule does not know the browser's and Node's globals.
      'no-undef': 'off',
      eqeqeq: ['error', 'smart'],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            '[accessibility="private"]:matches(PropertyDefinition, MethodDefinition[kind!="constructor"], ' +
            'TSParameterProperty)',
          message: 'Write #name, which is private at run time too.',
        },
      ],
      // Some comments are for svelte-check, whose warnings this plugin does not know.
      'svelte/no-unused-svelte-ignore': 'off',
      'svelte/require-store-reactive-access': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['src/**', 'workers/**'],
    ignores: ['src/core/unique-id.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'crypto',
          property: 'randomUUID',
          message: 'Plain http has none; take uniqueId of src/core/unique-id.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    // svelte-check knows the types in templates; here parameters of callbacks and snippets are `any`, and a component's
    // generics are unknown.
    files: ['**/*.svelte'],
    rules: { ...UNSAFE_OFF, '@typescript-eslint/no-unnecessary-type-assertion': 'off' },
  },
  {
    // Matchers such as `expect.any(Number)`, JSON and what a page evaluates are `any`; a stand-in has only a part of
    // its class.
    files: ['**/*.test.ts', 'tests/**'],
    rules: {
      ...UNSAFE_OFF,
      '@typescript-eslint/no-implied-eval': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
