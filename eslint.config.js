import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * One layer of the house: its files may not import what `forbidden` (regular expressions on the
 * import path) names. `regex`, not `group`: a `group` pattern that begins with `#` matches nothing.
 */
const layer = (files, message, ...forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden.map((regex) => ({ regex, message })) },
    ],
  },
});

const FRAMEWORKS =
  '^(mediasoup|socket\\.io|fastify|@fastify|@aws-sdk|@redis|svelte|pino|jose|node:)';
const ADAPTERS = [
  'media',
  'recording',
  'speech',
  'signaling',
  'http',
  'cluster',
  'auth',
  'storage',
];

/** An adapter may import ports and domain types, never another adapter or the use cases. */
const adapter = (name, ...alsoForbidden) => {
  const others = ADAPTERS.filter((other) => other !== name).join('|');
  return layer(
    [`server/${name}/**`],
    'An adapter imports session/ports.ts and the domain; main.ts hands it the rest.',
    `^#server/(${others})/`,
    `^\\.\\./(${others})/`,
    '^(#server|\\.\\.)/session/(?!ports\\.ts$)',
    '^#web/',
    '^(#server|\\.\\.)/main',
    ...(name === 'cluster' ? [] : ['^@redis']),
    ...alsoForbidden,
  );
};

export default ts.config(
  {
    ignores: [
      'node_modules/',
      'web/dist/',
      'web/paraglide/',
      'recordings/',
      'data/',
      'tests/output/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'User text is text: use textContent.' },
        { property: 'outerHTML', message: 'User text is text: use textContent.' },
      ],
      'svelte/no-at-html-tags': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  layer(
    ['protocol/**'],
    'protocol knows valibot and types only.',
    FRAMEWORKS,
    '^#(server|web)/',
    '^\\.\\./',
  ),
  layer(
    ['server/domain/**'],
    'The domain is pure: protocol only.',
    FRAMEWORKS,
    '^#web/',
    `^(#server|\\.\\.)/(session|main|config|logger|${ADAPTERS.join('|')})`,
  ),
  layer(
    ['server/session/**'],
    'Use cases see ports, never adapters.',
    FRAMEWORKS,
    '^#web/',
    `^(#server|\\.\\.)/(main|config|logger|${ADAPTERS.join('|')})`,
  ),
  adapter('media', '^(socket\\.io|fastify|@fastify)'),
  adapter('recording', '^(mediasoup|socket\\.io|fastify|@fastify)'),
  adapter('signaling', '^(mediasoup|fastify|@fastify)'),
  adapter('http', '^(mediasoup|socket\\.io)'),
  adapter('auth', '^(mediasoup|socket\\.io|fastify|@fastify)'),
  adapter('speech', '^(mediasoup|socket\\.io|fastify|@fastify)'),
  adapter('storage', '^(mediasoup|socket\\.io|fastify|@fastify)'),
  adapter('cluster', '^(mediasoup|socket\\.io|fastify|@fastify)'),
  layer(
    ['web/client/**'],
    'The media client knows no Svelte and no server.',
    '^svelte',
    '\\.svelte',
    '^#server/',
    '^#web/(state|views|ui)/',
    '^\\.\\./(state|views|ui)/',
  ),
  layer(
    ['web/state/**', 'web/views/**', 'web/ui/**', 'web/*'],
    'The browser never imports the server.',
    '^#server/',
    '^mediasoup($|/)',
    '^node:',
  ),
);
