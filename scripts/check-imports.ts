/** Checks every import in src against import-rules.ts; prints what breaks a rule and exits 1. */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { type CallExpression, parseSync, Visitor } from 'oxc-parser';
import {
  type Area,
  areas,
  isForTests,
  lightStarts,
  packageHomes,
  siblingsApart,
} from './import-rules.ts';

const root = join(import.meta.dirname, '..');

interface Import {
  file: string;
  line: number;
  specifier: string;
  /** Along with the file: neither a type nor a module that is asked for later. */
  isLoadedAtOnce: boolean;
}

/** A node that may name a module: where that is a literal it does. */
type Source = { type: string; value?: unknown; start: number } | null | undefined;

/** A statement that may name a module. */
interface Naming {
  type: string;
  source: Source;
  importKind?: string;
  exportKind?: string;
  specifiers?: readonly { importKind?: string; exportKind?: string }[];
}

/** What has a `source`, as the parser calls it. */
const sourceNodes = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
];

/** Every module that a file names: static, dynamic and type imports, and re-exports. */
function importsOf(file: string, text: string): Import[] {
  const { program, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const found: Import[] = [];
  const add = (source: Source, isLoadedAtOnce = false) => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    const line = text.slice(0, source.start).split('\n').length;
    found.push({ file, line, specifier: source.value, isLoadedAtOnce });
  };
  const addRequire = ({ callee, arguments: [source] }: CallExpression) => {
    if (callee.type === 'Identifier' && callee.name === 'require') add(source);
  };
  const addSource = (naming: Naming) => add(naming.source, isLoadedAtOnce(naming));
  const visits = sourceNodes.map((type) => [type, addSource] as const);
  new Visitor({ ...Object.fromEntries(visits), CallExpression: addRequire }).visit(program);
  return found;
}

function isLoadedAtOnce({ type, importKind, exportKind, specifiers = [] }: Naming): boolean {
  if (type === 'ImportExpression' || type === 'TSImportType') return false;
  if (importKind === 'type' || exportKind === 'type') return false;
  const areTypes = specifiers.map((one) => one.importKind === 'type' || one.exportKind === 'type');
  return areTypes.length === 0 || areTypes.includes(false);
}

/** What is wrong with an import, or undefined. */
function complaint(area: Area, { file, specifier }: Import): string | undefined {
  if (specifier.startsWith('#')) return complaintOnArea(area, specifier);
  if (specifier.startsWith('.')) return complaintOnFile(area, file, specifier);
  if (isBuiltin(specifier)) {
    return area.node ? undefined : `${area.name} runs without Node, so not ${specifier}`;
  }
  return complaintOnPackage(area, file, specifier);
}

function complaintOnArea(area: Area, specifier: string): string | undefined {
  const name = specifier.slice(1).split('/', 1)[0] ?? '';
  if (name !== area.name && !area.areas.includes(name))
    return `${area.name} may not import ${name}`;
  return isForTests(specifier) ? 'what is for tests is imported by tests alone' : undefined;
}

function complaintOnFile(area: Area, file: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(file), specifier);
  if (areaOf(target) !== area) return 'another area is imported by its # name';
  if (isForTests(target)) return 'what is for tests is imported by tests alone';
  for (const folder of siblingsApart) {
    const [from, to] = [file, target].map((path) => childOf(folder, path));
    if (from !== undefined && to !== undefined && from !== to) {
      return `${from} and ${to} do not know each other (${folder})`;
    }
  }
  return undefined;
}

function complaintOnPackage(area: Area, file: string, specifier: string): string | undefined {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const homes = packageHomes[name];
  if (homes !== undefined && !homes.some((dir) => file.startsWith(`${dir}/`))) {
    return `${name} belongs to ${homes.join(' and ')}`;
  }
  const isAllowed = area.packages === 'any' || area.packages.includes(name);
  return isAllowed ? undefined : `${area.name} may not import the package ${name}`;
}

function areaOf(file: string): Area | undefined {
  return areas.find(({ dir }) => file.startsWith(`${dir}/`));
}

/** The name right below a folder on the way to a path inside it. */
function childOf(folder: string, path: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/', 1)[0] : undefined;
}

/** How an entry comes to load what it must not; undefined where it does not. */
function wayTo(entry: string, without: readonly string[]): string | undefined {
  const cameFrom = new Map<string, string | undefined>([[entry, undefined]]);
  for (const file of cameFrom.keys()) {
    for (const { specifier } of importsIn(file).filter((one) => one.isLoadedAtOnce)) {
      if (without.includes(specifier)) {
        const way = [specifier];
        for (let at: string | undefined = file; at !== undefined; at = cameFrom.get(at))
          way.unshift(at);
        return way.join(' -> ');
      }
      const target = fileOf(file, specifier);
      if (target !== undefined && !cameFrom.has(target)) cameFrom.set(target, file);
    }
  }
  return undefined;
}

/** The file in src that a specifier names; undefined for packages, and for what is no module. */
function fileOf(from: string, specifier: string): string | undefined {
  if (!/\.tsx?$/.test(specifier)) return undefined;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const [name, ...path] = specifier.slice(1).split('/');
  const dir = areas.find((area) => area.name === name)?.dir;
  return dir === undefined ? undefined : posix.join(dir, ...path);
}

const importsIn = (file: string) => importsOf(file, readFileSync(join(root, file), 'utf8'));

const files = globSync('src/**/*.{ts,tsx}', { cwd: root }).map((path) =>
  path.replaceAll('\\', '/'),
);
const complaints: string[] = [];
for (const file of files.filter((path) => !isForTests(path)).sort()) {
  const area = areaOf(file);
  if (area === undefined) {
    complaints.push(`${file}: belongs to no area; see scripts/import-rules.ts`);
    continue;
  }
  for (const found of importsIn(file)) {
    const wrong = complaint(area, found);
    if (wrong !== undefined) {
      complaints.push(`${file}:${found.line}: ${wrong} ('${found.specifier}')`);
    }
  }
}
for (const { entry, without } of lightStarts) {
  const way = wayTo(entry, without);
  if (way !== undefined) complaints.push(`A start would wait for it: ${way}`);
}
for (const line of complaints) console.error(line);
if (complaints.length > 0) process.exit(1);
console.log(`Imports of ${files.length} files keep the rules.`);
