// The public API of each library as text: one file docs/api/<package>.api.txt, made from the built declarations. Without
// arguments it compares and fails on a difference, so that a change of the API is seen in review; `--update` writes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const isUpdate = process.argv.includes('--update');
const printer = ts.createPrinter({ removeComments: true });

/** Everything that can be imported from the package in `folder`, entry point by entry point. */
function describePackage(folder, manifest) {
  const entries = Object.entries(manifest.exports)
    .filter(([, target]) => typeof target.types === 'string')
    .map(([path, target]) => ({ path, file: join(folder, target.types) }));
  const program = ts.createProgram({
    rootNames: entries.map(({ file }) => file),
    options: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      skipLibCheck: true,
      types: ['node'],
    },
  });
  const head = `What can be imported from ${manifest.name}. Written by \`npm run api:update\`.`;
  return (
    [head, ...entries.map((entry) => describeEntry(program, entry, join(folder, 'dist') + sep))].join(
      '\n\n',
    ) + '\n'
  );
}

function describeEntry(program, { path, file }, dist) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not there: npm run build:libs`);
  const behind = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const ownDeclarations = (symbol) =>
    (symbol.declarations ?? []).filter((node) => resolve(node.getSourceFile().fileName).startsWith(dist));

  const exported = new Map();
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
    exported.set(behind(symbol), symbol.name);
  }
  /** Named by what is described and not exported itself, and not described yet. */
  const inner = new Set();
  const note = (identifier) => {
    const symbol = checker.getSymbolAtLocation(identifier);
    const target = symbol === undefined ? undefined : behind(symbol);
    const [declaration] = target === undefined ? [] : ownDeclarations(target);
    const isTopLevel = declaration !== undefined && ts.isSourceFile(statementOf(declaration).parent);
    if (isTopLevel && !exported.has(target)) inner.add(target);
  };
  const describe = (symbol, name = symbol.name) => {
    const texts = ownDeclarations(symbol).map((node) => printPublic(node, note));
    if (texts.length === 0) texts.push(`export { ${name} } of another package;`);
    else if (name !== symbol.name) texts.push(`export { ${symbol.name} as ${name} };`);
    return { name, text: texts.join('\n') };
  };
  // An inner class is named only: what it holds is not meant for anybody, and would make this file change all the time.
  const describeInner = (symbol) =>
    ownDeclarations(symbol).some(ts.isClassDeclaration)
      ? { name: symbol.name, text: `class ${symbol.name};` }
      : describe(symbol);

  const sorted = (parts) => parts.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text);
  const outside = sorted([...exported].map(([symbol, name]) => describe(symbol, name)));
  // A Set's iteration also reaches what is added during it.
  const inside = sorted(Array.from(inner.values(), describeInner));
  const divider = inside.length > 0 ? ['--- not exported, but named by the above ---'] : [];
  return [`=== ${path} ===`, ...outside, ...divider, ...inside].join('\n\n');
}

/** What stands in the file by itself: of a variable, the whole statement. */
function statementOf(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

/** Prints a declaration without its comments and private members, and shows every name left in it to `note`. */
function printPublic(node, note) {
  const isPrivate = (member) =>
    (member.name !== undefined && ts.isPrivateIdentifier(member.name)) ||
    (!ts.isConstructorDeclaration(member) &&
      (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0);
  const withoutPrivate = (context) => {
    const visit = (child) => {
      if (ts.isClassElement(child) && isPrivate(child)) return undefined;
      if (ts.isIdentifier(child)) note(child);
      return ts.visitEachChild(child, visit, context);
    };
    return visit;
  };
  const { transformed } = ts.transform(node, [withoutPrivate]);
  const text = printer.printNode(ts.EmitHint.Unspecified, transformed[0], node.getSourceFile());
  return ts.isVariableDeclaration(node) ? `const ${text};` : text.replace(/^(export )?(declare )?/, '');
}

/** A unified diff by git, or the whole new text where git is missing. */
function differenceOf(stored, text) {
  const scratch = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const fresh = join(scratch, 'now');
    writeFileSync(fresh, text);
    const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', '--unified=2', stored, fresh], {
      encoding: 'utf8',
    });
    return stdout ? stdout.split('\n').slice(4).join('\n').trimEnd() : text;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function textAt(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const target = join(root, 'docs', 'api');
mkdirSync(target, { recursive: true });
for (const name of readdirSync(join(root, 'libs'))) {
  const folder = join(root, 'libs', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = join(target, `${manifest.name}.api.txt`);
  const text = describePackage(folder, manifest);
  if (text === textAt(file)) continue;
  if (isUpdate) {
    writeFileSync(file, text);
    console.log(`written: docs/api/${manifest.name}.api.txt`);
  } else {
    console.error(`The public API of ${manifest.name} is not what docs/api/${manifest.name}.api.txt says.`);
    console.error('Meant so? npm run api:update, and commit the file with the change.\n');
    console.error(differenceOf(textAt(file) === '' ? '/dev/null' : file, text));
    process.exitCode = 1;
  }
}
