import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', '.cache/', '.bench/', 'runs/', 'coverage/', 'public/'] },
  eslint.configs.recommended,
  tseslint.configs.strict,
  svelte.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // The compiler finds undefined names; this rule does not know the browser's and Node's globals.
      'no-undef': 'off',
      // A number in a sentence is no mistake.
      '@typescript-eslint/restrict-template-expressions': 'off',
      eqeqeq: ['error', 'smart'],
      // Some comments are for svelte-check, whose warnings this plugin does not know.
      'svelte/no-unused-svelte-ignore': 'off',
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
);
