/**
 * The house: who may import whom, what pure folders keep out, and a few habits that are easy to check and easy to lose.
 * A new arrow is a design change: it is added to the table here, with its reason.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { importsOf, lineAt, readSource } from './source-text.ts'

const root = join(import.meta.dirname, '..')

interface Arrows {
  /** Parts of the house that may be imported. */
  readonly all?: readonly string[]
  /** Parts of which only types may be imported. */
  readonly types?: readonly string[]
  /** Whether a file may import its own folder. */
  readonly itself: boolean
}

const EVERYTHING = [
  ...['model', 'parse', 'schedule', 'engine', 'wire', 'edge'],
  ...['doctor', 'report', 'write', 'monitors', 'alerts', 'runtime', 'demo', 'server', 'cli'],
]

const PARTS: Readonly<Record<string, Arrows>> = {
  model: { itself: true },
  parse: { all: ['model'], itself: true },
  schedule: { all: ['model'], itself: true },
  engine: { all: ['model'], itself: true },
  wire: { all: ['model'], itself: true },
  // Counts what a history says; who reads the history, and who shows the report, are elsewhere.
  report: { all: ['model'], itself: true },
  // A Model as the text of a configuration file.
  write: { all: ['model', 'parse'], itself: true },
  // Judges a machine by facts that edge/facts has read.
  doctor: { all: ['model'], itself: true },
  edge: { all: ['model', 'wire'], itself: true },
  // What two monitors share has a topic of its own, and a file in wire or edge.
  monitors: { all: ['model', 'wire', 'edge'], itself: false },
  alerts: { all: ['model', 'wire', 'edge'], itself: false },
  // Handed monitors, alerts and doors by main, so it knows of doors only what they look like.
  runtime: { all: ['model', 'parse', 'schedule', 'engine'], types: ['edge'], itself: true },
  demo: { all: ['model', 'edge'], itself: true },
  server: { all: ['model', 'parse', 'wire', 'engine'], types: ['edge'], itself: true },
  // What the doctor found is shown here too, and what a report is asked for.
  cli: { all: ['model', 'parse', 'wire', 'engine', 'doctor', 'report'], types: ['edge'], itself: true },
  // genhash asks a server by itself; no daemon is behind it.
  genhash: { all: ['model', 'wire', 'edge'], itself: false },
  // Opens the doors, fills the tables, starts the loop: it knows everything but main.
  daemon: { all: EVERYTHING, itself: true },
  main: { all: [...EVERYTHING, 'daemon', 'genhash'], itself: false },
}

const EXCEPTIONS = [
  {
    from: 'alerts/ipvs.ts',
    to: 'src/parse/lvs-alert.ts',
    why: 'its options are the words of lvs.alert -V -R -P -W -F, which are an operator’s text like mon.cf itself',
  },
]

const PURE = ['model', 'parse', 'schedule', 'engine', 'wire', 'doctor', 'report', 'write']
const PURE_MODULES = ['node:assert', 'node:assert/strict']
// Handlebars renders from its arguments alone.
const PURE_LIBRARIES = ['ajv', 'ajv-formats', 'ipaddr.js', 'handlebars']
const IMPURE: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )(?<![.\w])Date\(/g, what: 'reads the clock' },
  { pattern: /(?<![.\w])performance\./g, what: 'reads the clock' },
  { pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/g, what: 'throws dice' },
  { pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, what: 'waits' },
  { pattern: /\b(?:await|async)\b|\bnew Promise\b|(?<![.\w])Promise\./g, what: 'makes a promise' },
  { pattern: /(?<![.\w])process\./g, what: 'looks at the process' },
  { pattern: /(?<![.\w])(?:fetch|console\.\w+)\(/g, what: 'does input or output' },
]

const HABITS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /:\s*any\b|\bas any\b|<any\b|\bany\[\]/g, what: 'uses any' },
  { pattern: /\bas unknown as\b/g, what: 'casts through unknown' },
]

const LONGEST = 400

interface File {
  readonly path: string
  readonly text: string
}

const house = ['src', 'monitors', 'alerts'].flatMap((folder) => filesIn(folder, /\.ts$/))
const everywhere = [...house, ...['test', 'examples', 'scripts', 'bin'].flatMap((at) => filesIn(at, /\.m?[tj]s$/))]

test('every import follows an arrow of the house', () => {
  none(house.flatMap(wrongArrows))
})

test('every exception from the arrows is in use', () => {
  const unused = EXCEPTIONS.filter(({ from, to }) => !house.some((file) => file.path === from && imports(file, to)))
  none(unused.filter(({ from }) => existsSync(join(root, from))).map(({ from, to }) => `${from} -> ${to}`))
})

test('every file of the house is in a part that the table of arrows names', () => {
  none(house.filter(({ path }) => PARTS[partOf(path)] === undefined).map(({ path }) => path))
})

test('pure folders import no outside but node:assert and the listed libraries', () => {
  none(pureFiles().flatMap(impureImports))
})

test('pure folders read no clock, throw no dice, wait for nothing', () => {
  none(pureFiles().flatMap((file) => occurrences(file, IMPURE)))
})

test('nothing is typed any, or cast through unknown', () => {
  none(everywhere.flatMap((file) => occurrences(file, HABITS)))
})

test(`no source file is longer than ${LONGEST} lines`, () => {
  const long = everywhere.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  none(long.filter(({ lines }) => lines > LONGEST).map(({ path, lines }) => `${path}: ${lines} lines`))
})

test('every file that a comment names is there', () => {
  none(everywhere.flatMap(strayNames))
})

test('every dependency has a line in the README', () => {
  assert.ok(existsSync(join(root, 'README.md')), 'README.md is missing')
  const lines = read('README.md').split('\n')
  const named = (name: string) => lines.some((line) => line.includes(`\`${name}\``) && line.length > name.length + 40)
  const missing = Object.keys(dependencies()).filter((name) => !named(name.startsWith('@types/') ? '@types/*' : name))
  const wanted = 'has no line in README.md that names it in `backquotes` and says what it is for and why this one'
  none(missing.map((name) => `package.json: ${name} ${wanted}`))
})

test('every dependency has one exact version', () => {
  const loose = Object.entries(dependencies()).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
  none(loose.map(([name, version]) => `package.json: ${name} ${version}`))
})

test('package-lock.json records no download address', () => {
  none(read('package-lock.json').match(/"resolved":.*/g) ?? [])
})

function wrongArrows(file: File): readonly string[] {
  const arrows = PARTS[partOf(file.path)]
  if (arrows === undefined) return []
  return importsOf(readSource(file.text)).flatMap(({ from, line, typeOnly }) => {
    if (!from.startsWith('.')) return []
    const to = join(dirname(file.path), from)
    if (isAllowed(file.path, to, arrows, typeOnly)) return []
    return [`${file.path}:${line}: ${partOf(file.path)} -> ${partOf(to)} (${to})`]
  })
}

function isAllowed(from: string, to: string, arrows: Arrows, typeOnly: boolean): boolean {
  const part = partOf(to)
  if (EXCEPTIONS.some((exception) => exception.from === from && exception.to === to)) return true
  if (part === partOf(from)) return arrows.itself || /^\w+\/index\.ts$/.test(from)
  return (arrows.all ?? []).includes(part) || (typeOnly && (arrows.types ?? []).includes(part))
}

/** src/parse/mon.ts is in parse, src/main.ts in main, monitors/tcp.ts in monitors. */
function partOf(path: string): string {
  const [top = '', next = ''] = path.split('/')
  return top === 'src' ? next.replace(/\.ts$/, '') : top
}

function imports(file: File, to: string): boolean {
  return importsOf(readSource(file.text)).some(({ from }) => join(dirname(file.path), from) === to)
}

function pureFiles(): readonly File[] {
  return house.filter(({ path }) => PURE.includes(partOf(path)))
}

function impureImports(file: File): readonly string[] {
  return importsOf(readSource(file.text)).flatMap(({ from, line }) => {
    const library = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : from.split('/')[0]
    const allowed = from.startsWith('.') || PURE_MODULES.includes(from) || PURE_LIBRARIES.includes(library ?? '')
    return allowed ? [] : [`${file.path}:${line}: imports ${from}`]
  })
}

function occurrences({ path, text }: File, patterns: typeof IMPURE): readonly string[] {
  const { bare } = readSource(text)
  return patterns.flatMap(({ pattern, what }) =>
    [...bare.matchAll(pattern)].map((match) => `${path}:${lineAt(bare, match.index)}: ${what} (${match[0].trim()})`),
  )
}

/** A name may leave out the front of its path, as journal.ts does. */
function strayNames({ path, text }: File): readonly string[] {
  const { code } = readSource(text)
  const comments = text.replace(/./g, (character, at: number) => (code[at] === character ? ' ' : character))
  return [...comments.matchAll(/(?<![\w*.])(?:[\w.-]+\/)*[a-z][\w-]*(?:\.[a-z]+)?\.(?:ts|mjs)\b/g)].flatMap((match) =>
    everywhere.some((file) => `/${file.path}`.endsWith(`/${match[0]}`))
      ? []
      : [`${path}:${lineAt(text, match.index)}: names ${match[0]}`],
  )
}

function dependencies(): Readonly<Record<string, string>> {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  return { ...dependencies, ...devDependencies }
}

/** Prints all that was found, since fixing one at a time is slow. */
function none(found: readonly string[]): void {
  assert.equal(found.length, 0, `\n${found.join('\n')}`)
}

function filesIn(folder: string, names: RegExp): readonly File[] {
  if (!existsSync(join(root, folder))) return []
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
    .map((path) => ({ path, text: read(path) }))
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
