/**
 * Debian's own alert programs, unchanged, under the real mon and under ours: they get the same words, the same input and
 * the same environment, and so leave the same bytes behind but for times.
 */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { program } from '../../alerts/program.ts'
import { trap } from '../../alerts/trap.ts'
import type { AlertKind, AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { encodeTrap } from '../../src/wire/mon/trap.ts'
import { needs } from '../needs.ts'
import { type Mon, startMon } from '../peers/mon/daemon.ts'
import { alertContext } from './context.ts'
import { type Elsewhere, elsewhere, type Traces } from './elsewhere.ts'

const DEBIAN = '/usr/lib/mon/alert.d'
const OUTPUT = `web2 "down"\nweb2 said: it's 100 % \\ full\n\n  é\n`

interface Occasion {
  readonly kind: AlertKind
  /** What the alert reads. */
  readonly output: string
  readonly environment: Readonly<Record<string, string>>
  /** Makes the real mon tell it. */
  happen(mon: Mon): unknown
  /** trap.alert sends something. */
  readonly traps: number
}

const T = 'T'
const before = { MON_LAST_FAILURE: T, MON_FIRST_FAILURE: T, MON_LAST_OUTPUT: OUTPUT }
const sendTrap = (mon: Mon) =>
  mon.trap(
    encodeTrap({ usr: '', pas: '', grp: 'g', svc: 's', sta: '2', spc: '0', sum: 'one', dtl: 'two', tsp: wallTime(0) }),
  )

/** In the order in which the real mon goes through them. */
const occasions: readonly Occasion[] = [
  {
    kind: 'startup',
    output: '',
    environment: { MON_RETVAL: '0', MON_OPSTATUS: '7', MON_LAST_FAILURE: '0', MON_LAST_SUCCESS: '0' },
    happen: () => undefined,
    traps: 1,
  },
  {
    kind: 'failure',
    output: OUTPUT,
    environment: {
      ...{ MON_RETVAL: '3', MON_OPSTATUS: '0', MON_LAST_SUMMARY: 'web2 "down"' },
      ...{ MON_LAST_FAILURE: T, MON_FIRST_FAILURE: T, MON_LAST_SUCCESS: '0' },
    },
    happen: (mon) => mon.command('test monitor g s'),
    traps: 1,
  },
  {
    kind: 'ack',
    output: ': on my way',
    environment: {
      ...{ MON_OPSTATUS: '0', MON_LAST_SUMMARY: 'web2 "down"', MON_LAST_SUCCESS: '0', MON_ACK: ': on my way' },
      ...before,
    },
    happen: (mon) => mon.command("ack g s 'on my way'"),
    traps: 0,
  },
  {
    kind: 'up',
    output: OUTPUT,
    environment: {
      ...{ MON_RETVAL: '0', MON_OPSTATUS: '1', MON_LAST_SUMMARY: 'web2 "down"', MON_ACK: ': on my way' },
      ...{ MON_LAST_SUCCESS: '0', ...before },
    },
    happen: (mon) => {
      writeFileSync(join(mon.directory, 'well'), '')
      return mon.command('test monitor g s')
    },
    traps: 1,
  },
  {
    kind: 'trap',
    output: 'one\n\ntwo',
    environment: {
      ...{ MON_RETVAL: '2', MON_OPSTATUS: '0', MON_LAST_SUMMARY: 'one', MON_LAST_OUTPUT: '' },
      ...{ MON_LAST_FAILURE: T, MON_FIRST_FAILURE: T, MON_LAST_SUCCESS: T },
    },
    happen: sendTrap,
    // mon says -T, which trap.alert takes for an option with a word of its own: -U is that word, and ann the receiver.
    traps: 0,
  },
]

interface Told {
  readonly kind: AlertKind
  readonly real: Traces
  readonly ours: Traces
}

/** Runs these lines under the real mon on every occasion, then under ours, and tells what they left behind. */
async function compared(t: TestContext, linesFor: (place: Elsewhere) => readonly string[], counts: Counts) {
  const there = await elsewhere(t)
  const mon = await startRealMon(t, there, linesFor(there))
  const seen: { occasion: Occasion; real: Traces }[] = []
  for (const occasion of occasions) {
    await occasion.happen(mon)
    seen.push({ occasion, real: await there.collect(wanted(counts, occasion)) })
  }
  await mon.stop()

  const here = await elsewhere(t)
  const told: Told[] = []
  for (const { occasion, real } of seen) {
    for (const line of linesFor(here)) {
      const outcome = await program.send(messageOf(occasion, here, mon), { command: commandOf(line, here) }, context())
      const misled = occasion.kind === 'trap' && line.startsWith('trap.alert ')
      assert.equal(outcome.kind, misled ? 'failed' : 'sent', outcome.text)
    }
    told.push({ kind: occasion.kind, real, ours: await here.collect(wanted(counts, occasion)) })
  }
  return told
}

type Counts = Partial<Readonly<Record<keyof Traces, number>>>

const wanted = (counts: Counts, { traps }: Occasion): Record<keyof Traces, number> => ({
  ...{ file: 0, test: 0, mail: 0, qpage: 0, rec: 0, snpp: 0, ...counts },
  trap: (counts.trap ?? 0) * traps,
})

const context = () => alertContext('')

function startRealMon(t: TestContext, { environment, programs }: Elsewhere, lines: readonly string[]): Promise<Mon> {
  const variables = Object.entries(environment).map(([name, value]) => `    ${name}=${value}`)
  const lists = ['alert', 'upalert', 'ackalert', 'startupalert'].flatMap((list) =>
    lines.map((line) => `      ${list} ${line}`),
  )
  return startMon(t, {
    config: (directory) => `
alertdir = ${programs}:${DEBIAN}
hostgroup g web1 web2

watch g
  service s
    description the shop
${variables.join('\n')}
    interval 1h
    monitor scr.monitor ${directory}
    period
${lists.join('\n')}
`,
    files: { 'mon.d/scr.monitor': `#!/bin/sh\n[ -e "$1/well" ] && exit 0\ncat "$1/output"\nexit 3\n`, output: OUTPUT },
  })
}

function messageOf(
  { kind, output, environment }: Occasion,
  place: Elsewhere,
  { directory }: Pick<Mon, 'directory'>,
): AlertMessage {
  const [group, service] = [groupName('g'), serviceName('s')]
  return {
    ...{ id: id('1'), kind, key: serviceKey(group, service), group, service, description: 'the shop' },
    ...{ hosts: [host('web1'), host('web2')], failing: [], exit: 0, summary: '', detail: '', output },
    ...{ at: wallTime(Date.now()), firstFailure: null, lastFailure: null, lastSuccess: null, lasted: null },
    ...{ failures: 1, acknowledged: null, pools: [] },
    environment: {
      ...place.environment,
      ...{ MON_GROUP: 'g', MON_SERVICE: 's', MON_ALERTTYPE: kind, MON_DESCRIPTION: 'the shop', MON_FIRST_SUCCESS: '' },
      ...{ MON_STATEDIR: `${directory}/state`, MON_LOGDIR: `${directory}/log`, MON_CFBASEDIR: directory },
      ...environment,
    },
  }
}

/** The words of a line without quotation marks. */
function commandOf(line: string, { programs }: Elsewhere): readonly string[] {
  const [name = '', ...words] = line.split(' ')
  const own = join(programs, name)
  return [existsSync(own) ? own : join(DEBIAN, name), ...words]
}

test(
  'file, test, mail, netpage, qpage and trap.alert do under ours what they do under the real mon',
  needs('mon', 'perl', 'root'),
  async (t) => {
    const lines = ({ mark, record }: Elsewhere) => [
      'rec.alert -x a',
      `file.alert -d ${record} told`,
      `test.alert a ${mark}`,
      'mail.alert -f mon@example.org ann@example.org bob@example.org',
      'netpage.alert 0170@page.example.org',
      'qpage.alert -v ann',
      'qpage.alert bob',
      'trap.alert -U ann -P secret 127.0.0.1',
    ]
    const told = await compared(t, lines, { rec: 1, file: 1, test: 1, mail: 2, qpage: 2, trap: 1 })
    for (const { kind, real, ours } of told) assert.deepEqual(ours, real, kind)

    const of = (kind: AlertKind): Traces => told.find((one) => one.kind === kind)?.ours ?? assert.fail(kind)
    const failure = of('failure')
    assert.equal(
      failure.file,
      `failure g s T (T) web2 "down"\nDESCR=the shop\nOPSTATUS=0\nweb2 said: it's 100 % \\ full\n\n  é\n.\n`,
    )
    assert.deepEqual(failure.test, [' -s s -g g -h web1 web2 -t T a MARK'])
    assert.match(
      failure.mail.join('\n'),
      /^-oi -t -f mon@example\.org -F mon@example\.org\nTo: ann@example\.org,bob@ex/m,
    )
    assert.match(
      failure.mail.join('\n'),
      /^-oi -t\nTo: 0170@page\.example\.org\nSubject: ALERT g\/s: web2 "down" \(T\)$/m,
    )
    // The 2 is its own: it writes 2>/dev/null right behind a quotation mark.
    assert.deepEqual(failure.qpage, [
      '-p ann\nALERT g/s: web2 "down" (T)\nweb2 said: it\'s 100 % \\ full\n\n  é\n',
      '-p bob ALERT g/s: web2 "down" (T)2\n',
    ])
    assert.deepEqual(of('ack').test, [' -s s -g g -h web1 web2 -t T -a a MARK'])
    assert.deepEqual(of('trap').test, [' -s s -g g -h web1 web2 -t T -T a MARK'])
    assert.match(of('up').mail.join('\n'), /^Subject: UPALERT g\/s: web2 "down" \(T\)$/m)
    assert.match(of('ack').rec[0] ?? '', /^MON_ACK=: on my way\n(MON_.*\n)+: on my way$/m)
    assert.match(of('startup').rec[0] ?? '', /^MON_ALERTTYPE=startup$/m)
  },
)

test('snpp.alert pages everybody of its line in one session', needs('mon', 'perl', 'net-snpp'), async (t) => {
  const told = await compared(t, () => ['snpp.alert 5551 5552'], { snpp: 1 })
  for (const { kind, real, ours } of told) assert.deepEqual(ours, real, kind)
  const sessions = told.map(({ kind, ours }) => `${kind}: ${ours.snpp.join()}`)
  const pagers = 'PAGE 5551\r\nPAGE 5552\r\n'
  assert.equal(sessions[1], `failure: ${pagers}MESS ALERT g/s: web2 "down" (T)\r\nSEND\r\nQUIT\r\n`)
  assert.equal(sessions[3], `up: ${pagers}MESS UPALERT g/s: web2 "down" (T)\r\nSEND\r\nQUIT\r\n`)
})

test('trap.alert and alert trap send the same packet but for the time', needs('mon', 'perl'), async (t) => {
  const place = await elsewhere(t)
  for (const occasion of occasions.filter(({ kind }) => kind !== 'trap')) {
    const message = messageOf(occasion, place, { directory: '/var/lib/mon' })
    const wanted = { file: 0, test: 0, mail: 0, qpage: 0, rec: 0, snpp: 0, trap: occasion.traps }
    const theirs = await sent(place, wanted, () =>
      program.send(message, { command: commandOf('trap.alert -U ann -P secret 127.0.0.1', place) }, context()),
    )
    const options = { hosts: ['127.0.0.1'], port: place.trapPort, user: 'ann', password: 'secret' }
    const ours = await sent(place, wanted, () => trap.send(message, options, context()))
    // A backslash cannot be sent by trap.alert: it comes as two.
    assert.deepEqual(ours, theirs.map(withoutDoubles), occasion.kind)
    assert.equal(ours.length, occasion.traps)
  }
})

async function sent(place: Elsewhere, wanted: Record<keyof Traces, number>, send: () => ReturnType<typeof trap.send>) {
  const outcome = await send()
  assert.equal(outcome.kind, 'sent', outcome.text)
  return (await place.collect(wanted)).trap
}

const withoutDoubles = (packet: string): string => packet.replaceAll('\\\\', '\\5c')
