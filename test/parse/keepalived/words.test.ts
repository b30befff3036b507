/** The tables of words against the real keepalived, and docs/keepalived.md against the tables. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FILE } from '../../../src/parse/keepalived/grammar.ts'
import { LOSSES } from '../../../src/parse/keepalived/losses.ts'
import { OLD_WORDS } from '../../../src/parse/keepalived/old-words.ts'
import { knows, type Shape } from '../../../src/parse/keepalived/tree.ts'
import { needs } from '../../needs.ts'

const DEADLINE = 20_000

interface Block {
  readonly shape: Shape
  /** What stands around its words. */
  readonly before: string
  readonly after: string
}

const HEADS: Readonly<Record<string, string>> = {
  virtual_server: 'virtual_server 10.0.0.1 80',
  real_server: 'real_server 10.0.0.2 80',
}
const NAMELESS = /^(global_defs|SSL|url|host|authentication|[A-Z_]+)$/

function blocksIn(shape: Shape, before = '', after = ''): Block[] {
  const inner = Object.entries(shape.blocks).flatMap(([name, block]) => {
    const head = HEADS[name] ?? (NAMELESS.test(name) ? name : `${name} N`)
    return blocksIn(block, `${before}${head} {\n`, `}\n${after}`)
  })
  return [{ shape, before, after }, ...inner]
}

/** Words of keepalived 2.3, and those that Debian's is built without. */
const LATER = ['url username', 'url password', 'url tls_compliant', 'global_defs vrrp_ipsets']
/** The guide's, which 2.2.7 gave up. */
const GONE = ['vrrp_instance sync_instance']
/** What keepalived lacks and its users ask for. */
const OWN_WORDS = ['backup', 'backup_below', 'slow_start', 'initial', 'rise', 'fall']

function isTried(block: string, word: string): boolean {
  const name = `${block} ${word}`
  if (OWN_WORDS.includes(word)) return false
  return OLD_WORDS[block]?.[word] === undefined && !LATER.includes(name) && !GONE.includes(name)
}

test('keepalived knows every word in every block that the tables have it in', needs('keepalived'), () => {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-keepalived-'))
  const path = join(folder, 'keepalived.conf')
  const unknown: string[] = []
  try {
    for (const { shape, before, after } of blocksIn(FILE)) {
      const words = [...(shape.words ?? [])].filter((word) => isTried(shape.name, word))
      const said = (some: readonly string[]) => {
        writeFileSync(path, before + some.map((word) => `${word} 1 1\n`).join('') + after)
        const run = spawnSync('keepalived', ['-t', '-f', path, '-p', join(folder, 'pid')], {
          encoding: 'utf8',
          timeout: DEADLINE,
        })
        const output = `${run.stdout}${run.stderr}`
        for (const word of some) if (output.includes(`Unknown keyword '${word}'`)) unknown.push(`${shape.name} ${word}`)
        return run.status
      }
      // It leaves the file at a word that lacks a value, and some checkers without one make it crash.
      if (![0, 4, 5, 6].includes(said(words) ?? -1)) for (const word of words) said([word])
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  assert.deepEqual([...new Set(unknown)], [])
})

test('every word that is not honoured is one that is known', () => {
  for (const [block, words] of Object.entries(LOSSES)) {
    const shapes = blocksIn(FILE).flatMap(({ shape }) => (shape.name === block ? [shape] : []))
    for (const word of Object.keys(words)) {
      assert.ok(
        shapes.some((shape) => knows(shape, word)),
        `${block} ${word}`,
      )
    }
  }
})

const page = readFileSync(new URL('../../../docs/keepalived.md', import.meta.url), 'utf8')
/** Blocks of the half with virtual servers, by their headings. */
const EXPLAINED = [
  'virtual_server',
  'real_server',
  'url',
  'HTTP_GET',
  'SMTP_CHECK',
  'DNS_CHECK',
  'UDP_CHECK',
  'MISC_CHECK',
]

test('docs/keepalived.md has every word of a virtual server and its checkers', () => {
  for (const { shape } of blocksIn(FILE)) {
    if (!EXPLAINED.includes(shape.name)) continue
    for (const word of shape.words ?? []) assert.ok(page.includes(`\`${word}`), `${shape.name} ${word}`)
  }
})

test('docs/keepalived.md has every word that is not honoured, and every old one', () => {
  for (const words of [...Object.values(LOSSES), ...Object.values(OLD_WORDS)]) {
    for (const word of Object.keys(words)) assert.ok(page.includes(`\`${word}`), word)
  }
})

test('upalert has words of its own in keepalived.conf, and each is explained', () => {
  for (const word of OWN_WORDS) assert.match(page, new RegExp(`\\| \`${word}`), word)
})
