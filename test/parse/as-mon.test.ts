/** With quirks = mon-1.3 a configuration is accepted or refused just as the real mon does. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { loadMon } from '../../src/parse/check.ts'
import { formatProblems, type Problem } from '../../src/parse/problem.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { needs } from '../needs.ts'
import { type Mon, startMon } from '../peers/mon/daemon.ts'
import { alike, unlike } from './as-mon.snippets.ts'
import { world } from './world.ts'

const quirks = { fallbacks: { quirks: 'mon-1.3' } } as const

interface Verdict {
  readonly takes: boolean
  readonly says: string
}

const errorsOf = (problems: readonly Problem[]) => problems.filter(({ severity }) => severity === 'error')

function ours(bytes: Uint8Array): Verdict & { readonly codes: readonly string[] } {
  const loaded = loadMon('mon.cf', bytes, quirks)
  const { problems } = loaded.kind === 'unreadable' ? loaded : resolve(loaded.file, { ...world, ...quirks })
  const errors = errorsOf(problems)
  return { takes: errors.length === 0, says: formatProblems(errors), codes: errors.map(({ code }) => code) }
}

async function theirs(mon: Mon, text: string | Uint8Array): Promise<Verdict> {
  writeFileSync(join(mon.directory, 'mon.cf'), text)
  const { lines, status } = await mon.command('test config')
  return { takes: status.startsWith('220'), says: [...lines, status].join('\n') }
}

function assertAlike(text: string, mon: Verdict, upalert: Verdict): void {
  assert.equal(upalert.takes, mon.takes, `${text}\nmon: ${mon.says}\nupalert: ${upalert.says}`)
}

test('the real mon and upalert with its quirks', needs('mon'), async (t) => {
  const mon = await startMon(t, { config: 'hostgroup g h\n', args: ['-S'] })

  await t.test(`judge ${alike.length} small configurations alike`, async () => {
    for (const text of alike) assertAlike(text, await theirs(mon, text), ours(Buffer.from(text)))
  })

  await t.test('judge otherwise only what docs/configuration.md tells of', async () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    for (const { text, mon: does, row } of unlike) {
      assert.equal((await theirs(mon, text)).takes, does === 'takes', text)
      assert.equal(ours(Buffer.from(text)).takes, does !== 'takes', text)
      assert.ok(page.includes(row), row)
    }
  })

  await t.test('judge whatever is made of the lines of mon.cf alike', async () => {
    // A period with odd signs in it is taken by mon as long as it understands the beginning.
    const known = (codes: readonly string[]) => codes.every((code) => code === 'period' || code === 'interval-zero')
    await fc.assert(
      fc.asyncProperty(madeOfLines, async (text) => {
        const upalert = ours(Buffer.from(text))
        const verdict = await theirs(mon, text)
        if (verdict.takes && upalert.codes.length > 0 && known(upalert.codes)) return
        assertAlike(text, verdict, upalert)
      }),
      { numRuns: 150 },
    )
  })

  for (const name of ['example.cf.gz', 'very-simple.cf', 'netappfree.cf', 'na_quota.cf', 'mon.cgi.cf', 'snmpopt.cf']) {
    await t.test(`judge ${name} from mon's examples alike`, async () => {
      const bytes = readFileSync(join('/usr/share/doc/mon/examples', name))
      const text = name.endsWith('.gz') ? gunzipSync(bytes) : bytes
      assertAlike(name, await theirs(mon, text), await oursFrom(mon, text))
    })
  }
})

/** As the daemon loads it, with the monitors and alerts of this machine. */
async function oursFrom(mon: Mon, text: Uint8Array, name = 'theirs.cf'): Promise<Verdict> {
  const path = join(mon.directory, name)
  writeFileSync(path, text)
  const { model, problems } = await loadConfiguration(path, quirks)
  return { takes: model !== null, says: formatProblems(errorsOf(problems)) }
}

const lines = (
  'hostgroup web h1 h2\nhostgroup db d1\n  h3 h4\n\n\nwatch web\nwatch db\n  service http\n  service ping\n' +
  '  service a b\n    interval 1m\n    failure_interval 10s\n    monitor tcp.monitor\n    monitor x.monitor -p "a b"\n' +
  '    monitor "x\n    randskew 5s\n    allow_empty_group\n    exclude_hosts h1\n    exclude_period wd {Mon}\n' +
  '    depend web:http\n    depend SELF:ping && db:ping\n    alertdepend db:ping\n    monitordepend nosuch:x\n' +
  '    hostdepend db:ping web:http\n    dep_behavior hm\n    dep_memory 5m\n    unack_summary yes\n    traptimeout 5m\n' +
  '    redistribute file.alert\n    FOO=bar\n    period wd {Mon-Fri} hr {9-17}\n    period A: hr {1}\n    period\n' +
  '      alert file.alert x\n      alert exit=1-3 mail.alert a@b\n      startupalert x.alert\n      alertevery 1h strict\n' +
  '      alertafter 3 30m\n      alertafter 10m\n      numalerts 3\n      no_comp_alerts\n      alertexitrange 1-5\n' +
  'view v web db:ping\n  more\nalias web\n  text here\nmaxprocs = 5\ndep_behavior = m\nfoo = x\n# comment\ngarbage\n' +
  'watch\nview x\n  \\\nhostgroup web h1 \\\n    description a \\'
).split('\n')
const signs = [
  '',
  ' ',
  '\t',
  '\\',
  '\n',
  '=',
  ':',
  '#',
  '*',
  '"',
  "'",
  'x',
  '0',
  '-',
  '{',
  '}',
  '.',
  '/',
  '@',
  ',',
  'é',
]
const begun = ['', 'hostgroup web h1 h2\n\nwatch web\n  service http\n    interval 1m\n    monitor tcp.monitor\n']

/** Lines in any order, with up to three characters put in or replaced. */
const madeOfLines = fc
  .tuple(
    fc.constantFrom(...begun),
    fc.array(fc.constantFrom(...lines), { maxLength: 25 }),
    fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom(...signs), fc.nat(1)), { maxLength: 3 }),
  )
  .map(([start, some, edits]) =>
    edits.reduce(
      (text, [at, sign, gone]) => {
        const i = at % (text.length + 1)
        return text.slice(0, i) + sign + text.slice(i + gone)
      },
      `${start}${some.join('\n')}\n`,
    ),
  )

test("mon's example for m4 is judged alike", needs('mon', 'm4'), async (t) => {
  const mon = await startMon(t, { config: 'hostgroup g h\n', args: ['-S', '-M', 'm4'] })
  const text = gunzipSync(readFileSync('/usr/share/doc/mon/examples/example.m4.gz'))
  assertAlike('example.m4', await theirs(mon, text), await oursFrom(mon, text, 'example.m4'))
})

test('every file of the corpus is judged alike', needs('mon', 'm4', 'corpus'), async (t) => {
  const mon = await startMon(t, { config: 'hostgroup g h\n', args: ['-S'] })
  const withM4 = await startMon(t, { config: 'hostgroup g h\n', args: ['-S', '-M', 'm4'] })
  const folder = join(process.env.UPALERT_CORPUS ?? '', 'mon')
  const names = readdirSync(folder).filter((name) => /\.(cf|m4)$/.test(name))
  assert.ok(names.length > 0)
  for (const name of names) {
    const text = readFileSync(join(folder, name))
    const judge = name.endsWith('.m4') ? withM4 : mon
    assertAlike(name, await theirs(judge, text), await oursFrom(judge, text, name))
  }
})
