import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
const TABLES = ['each', 'for'];
const MODIFIERS = ['skip', 'only', 'todo', 'fails', 'skipIf', 'runIf', 'concurrent', 'sequential'];

export interface FoundTest {
  readonly file: string;
  /** As it is written; null where it is not a plain text. */
  readonly name: string | null;
  /** What stands behind `it.`, but for tables: skip, only, todo ... */
  readonly modifiers: readonly string[];
}

const filesEndingIn = (pattern: RegExp) =>
  readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file) && !file.startsWith('output'))
    .map((file) => ({ file, text: readFileSync(path.join(TESTS, file), 'utf8') }));

/** The ids of all rules, in the order in which they stand; one that stands twice comes twice. */
export function specIds(): string[] {
  return filesEndingIn(/SPEC[\w-]*\.md$/).flatMap(({ text }) =>
    [...text.matchAll(/^- \*\*([A-Z]{2}\d+)\*\* /gm)].map(([, id = '']) => id),
  );
}

/** Every call of `it` or `test` in a test file; a table's `$name` counts as the names in its file. */
export function allTests(): FoundTest[] {
  return filesEndingIn(/\.test\.ts$/).flatMap(({ file, text }) => {
    const found: FoundTest[] = [];
    const names: string[] = [];
    const visit = (node: ts.Node) => {
      if (ts.isCallExpression(node)) {
        const modifiers = modifiersOf(node.expression);
        if (modifiers) found.push({ file, name: textOf(node.arguments[0]), modifiers });
      } else if (ts.isPropertyAssignment(node) && node.name.getText(source) === 'name') {
        names.push(textOf(node.initializer) ?? '');
      }
      ts.forEachChild(node, visit);
    };
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
    visit(source);
    return found.flatMap((test) =>
      test.name === '$name' ? names.map((name) => ({ ...test, name })) : [test],
    );
  });
}

/** Modifiers of `it(…)`, `it.skip(…)`, `it.each(…)(…)`; null for anything else, `it.each(…)` alone too. */
function modifiersOf(callee: ts.Expression): string[] | null {
  const chain: string[] = [];
  let at = callee;
  if (ts.isCallExpression(at)) at = at.expression;
  else if (ts.isPropertyAccessExpression(at) && TABLES.includes(at.name.text)) return null;
  while (ts.isPropertyAccessExpression(at)) {
    chain.push(at.name.text);
    at = at.expression;
  }
  if (!ts.isIdentifier(at) || !['it', 'test'].includes(at.text)) return null;
  // `it` is also what an arrow function may call its argument.
  if (!chain.every((name) => TABLES.includes(name) || MODIFIERS.includes(name))) return null;
  return chain.filter((name) => MODIFIERS.includes(name));
}

function textOf(node: ts.Expression | undefined): string | null {
  return node && ts.isStringLiteralLike(node) ? node.text : null;
}
