/**
 * `guest beside-story WORLD ACT`, in the client's namespace: tells one world an act, moment by moment. At each moment
 * real servers change; the next one comes when the table is what this moment should make of it. What really happened in
 * between is not judged here: record.pl writes down every change of the table, and the test reads it outside, where
 * JavaScript is fast.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { DIRECTOR, real, VIRTUAL_ADDRESS } from '../farm.ts'
import { attempt, run, scratch, startIn } from '../guest.ts'
import { keepVisiting, type Visit } from '../visits.ts'
import { PEERS } from './peers.ts'
import type { Deed, Moment, Placed, World } from './scenario.ts'
import { addressOf, LETTERS, leftAt, MAINTENANCE, MOMENTS, place, TELL, TOLD, toldAt } from './scenario.ts'
import { actNamed, peerOf } from './scenarios.ts'
import { stateOf } from './states.ts'
import type { Story, Told } from './story.ts'
import { configurationOf, DIRECTORY, monCf, type Subject, startSubject } from './subject.ts'
import { readRows } from './table.ts'

const peerName = peerOf(process.argv[3])
const peer = PEERS[peerName]

/** Between two looks at the table, in milliseconds. */
const LOOK_EVERY = 50
/** How long the table may take at one moment, and at all moments together beyond what is usual. */
const PATIENCE = peerName === 'ldirectord' ? 90_000 : 45_000
const LEAST_PATIENCE = 3_000
const ALL_PATIENCE = peerName === 'ldirectord' ? 120_000 : 60_000
/** Between two requests of one client, in milliseconds: the guest's processor is for the checks. */
const BREATH = 150

/** A weight that no row has before the file is mended. */
const MENDED_WEIGHT = 6

/** The scripts of MISC_CHECK end as the file says, and leave a word of it behind. */
const SCRIPT = `#!/bin/sh
read status <"$1"
echo "$status" >>"$1.runs"
exit "$status"
`

const world: World = process.argv[2] === 'upalert' ? 'upalert' : peerName
const scenarios = place(actNamed(process.argv[3]))
const second = scenarios[1]?.tables[0] ?? ''

mkdirSync(MAINTENANCE, { recursive: true })
for (const { file, port } of scenarios) {
  writeFileSync(file, '0\n')
  // ldirectord's checkcommand has no words of its own.
  writeFileSync(join(DIRECTORY, `exit-${port}`), `#!/bin/sh\nexec ${DIRECTORY}/exit ${file}\n`, { mode: 0o755 })
}
writeFileSync(join(DIRECTORY, 'mon.cf'), monCf(peer))
writeFileSync(join(DIRECTORY, 'exit'), SCRIPT, { mode: 0o755 })
writeFileSync(TELL, `#!/bin/sh\necho "$*" >>${TOLD}\n`, { mode: 0o755 })
writeFileSync(TOLD, '')

const farm = spawn('ip', ['netns', 'exec', real(1).name, 'guest', 'beside-farm', process.argv[3] ?? ''], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
const waiting = new Map<string, (answer: string) => void>()
const farmReady = new Promise<string>((resolve) => waiting.set('ready', resolve))
createInterface({ input: farm.stdout }).on('line', (line) => {
  const [number = ''] = line.split(' ')
  waiting.get(number)?.(line)
  waiting.delete(number)
})

/** Orders are numbered; the answer is the number, with what went wrong behind it. */
let orders = 0
function order(port: number, deed: Deed): Promise<string> {
  orders += 1
  const number = orders
  farm.stdin.write(`${JSON.stringify({ number, port, deed })}\n`)
  return new Promise((resolve) => waiting.set(String(number), resolve))
}

function ipvsadm(words: string): void {
  run('ip', 'netns', 'exec', DIRECTOR, 'ipvsadm', ...words.split(' '))
}

/** The script has ended with this status. */
async function exited(file: string, status: number): Promise<void> {
  const runs = `${file}.runs`
  writeFileSync(runs, '')
  writeFileSync(file, `${status}\n`)
  while (!readFileSync(runs, 'utf8').includes(`${status}\n`)) await pause(LOOK_EVERY)
}

interface Pending {
  done: boolean
  what: string
}

/** Lets it happen, and says what of it has still to come about. */
function perform(scenario: Placed, deed: Deed): Pending {
  const { port, file, name } = scenario
  if (deed.file !== undefined) writeFileSync(file, `${deed.file}\n`)
  if (deed.ipvsadm !== undefined) {
    const letters = LETTERS.reduce(
      (text, letter) => text.replaceAll(`$${letter.toUpperCase()}`, `${addressOf(letter)}:${port}`),
      deed.ipvsadm,
    )
    ipvsadm(letters.replaceAll('$V', `${VIRTUAL_ADDRESS}:${port}`))
  }
  if (deed.address !== undefined) {
    run('ip', '-n', DIRECTOR, 'addr', deed.address[0], `${deed.address[1]}/32`, 'dev', 'outside')
  }
  if (deed.maintenance !== undefined) {
    const path = join(MAINTENANCE, `${addressOf(deed.maintenance[0])}:${port}`)
    if (deed.maintenance[1]) writeFileSync(path, '')
    else rmSync(path)
  }
  const pending = { done: false, what: `${name}: what was done to its servers` }
  Promise.all([order(port, deed), deed.exit === undefined ? '' : exited(file, deed.exit)]).then(([answer]) => {
    pending.done = !answer.includes('failed')
    pending.what += ` (${answer})`
  })
  return pending
}

/** Says what is missing still, in words; nothing if all has come about. */
type Look = () => readonly string[]

/** How long all moments together may still take beyond what is usual. */
let slack = ALL_PATIENCE

/** Lines of the scripts that belong to moments before this one. */
let heard = 0
const tellings = (): readonly string[] => readFileSync(TOLD, 'utf8').split('\n').filter(Boolean)

function toldSince(moment: Moment): readonly string[] {
  const lines = tellings().slice(heard)
  return scenarios.flatMap((scenario) =>
    toldAt(scenario, moment, world)
      .filter((words) => !lines.includes(`${scenario.port} ${words}`))
      .map((words) => `${scenario.name}: its script was not run with "${words}"`),
  )
}

let subject: Subject | null = null
let stopping = false

/** Acts, waits for what must come of it, and writes down how the table is then. */
async function live(moment: string, act: () => Look): Promise<Told> {
  const at = Date.now()
  const began = performance.now()
  const look = act()
  const deadline = began + Math.max(LEAST_PATIENCE, Math.min(PATIENCE, slack))
  let missing = look()
  while (missing.length > 0 && performance.now() < deadline) {
    await pause(LOOK_EVERY)
    if (!stopping && subject !== null && subject.ended() !== null) throw new Error(`${world} ended: ${subject.ended()}`)
    missing = look()
  }
  const took = performance.now() - began
  if (missing.length > 0) slack -= took
  const table = run('ip', 'netns', 'exec', DIRECTOR, 'ipvsadm', '-Sn')
  const told = tellings().slice(heard)
  heard += told.length
  console.log([`${moment}: ${Math.round(took)} ms`, ...missing].join('\n  '))
  return { moment, at, took, missing, told, table }
}

const all = (deeds: readonly Pending[]): readonly string[] => deeds.filter(({ done }) => !done).map(({ what }) => what)

function tableAt(moment: Moment): readonly string[] {
  const rows = readRows(recorder.pid)
  return scenarios.flatMap((scenario) =>
    scenario.tables.flatMap((name) => {
      const state = stateOf(scenario, rows.get(name))
      const expected = leftAt(scenario, moment, world)
      return expected === undefined || state === expected
        ? []
        : [`${scenario.name}: ${name} is ${state}, not ${expected}`]
    }),
  )
}

function deeds(moment: Moment): readonly Pending[] {
  return scenarios.flatMap((scenario) => {
    const deed = scenario.steps[moment]?.does
    return deed === undefined ? [] : [perform(scenario, deed)]
  })
}

let reloads = 0
let written = Date.now() / 1000
/** ldirectord knows a new file by the second in which it was written. */
function configure(text = peer.text(scenarios, reloads)): void {
  const path = configurationOf(peer)
  writeFileSync(path, text)
  written = Math.max(written + 2, Date.now() / 1000)
  utimesSync(path, written, written)
}

/** keepalived reads on after the brace that is missing, and takes the second virtual server out; the others say that they do not. */
function taken(): boolean {
  const log = readFileSync(join(scratch, `${world}.log`), 'utf8')
  const complains = world === 'upalert' ? /stays in force/ : peer.complains
  return complains === null ? !readRows(recorder.pid).has(second) : complains.test(log)
}

/** The mended file changes one weight, and has the second virtual server again. */
function mended(): boolean {
  const rows = readRows(recorder.pid)
  return rows.get(second)?.size === 2 && [...rows.values()].some((row) => [...row.values()].includes(MENDED_WEIGHT))
}

await farmReady
const recorder = await startIn(DIRECTOR, 'perl', join(scratch, 'record.pl'), 'nlmon0', join(DIRECTORY, 'changes'))

await attempt('story', async (): Promise<Story> => {
  configure()
  const moments: Told[] = []
  const first = deeds('start')
  moments.push(await live('servers', () => () => all(first)))
  const started = startSubject(world, peer)
  subject = started
  moments.push(await live('start', () => () => [...tableAt('start'), ...toldSince('start')]))
  const visitors = scenarios.flatMap(({ visited, port }, index) =>
    visited ? [{ index, visitor: keepVisiting(`http://${VIRTUAL_ADDRESS}:${port}/`, BREATH) }] : [],
  )
  for (const moment of MOMENTS.slice(1)) {
    moments.push(
      await live(moment, () => {
        if (moment.startsWith('reload')) {
          reloads += 1
          configure()
          started.reload()
        }
        const pending = deeds(moment)
        return () => [...all(pending), ...tableAt(moment), ...toldSince(moment)]
      }),
    )
  }
  const visits: Record<number, readonly Visit[]> = {}
  for (const { index, visitor } of visitors) visits[index] = await visitor.stop()
  slack = PATIENCE
  moments.push(
    await live('mistake', () => {
      configure(peer.broken(peer.text(scenarios, reloads)))
      started.reload()
      return () => (taken() ? [] : ['the file with the mistake was not read'])
    }),
    await live('mended', () => {
      reloads += 1
      configure()
      started.reload()
      return () => (mended() ? [] : ['the mended file was not read'])
    }),
  )
  stopping = true
  slack = PATIENCE
  moments.push(
    await live('stop', () => {
      started.stop()
      return () => (started.ended() === null ? ['it has not ended'] : [])
    }),
  )
  return { moments, visits, ended: started.ended() ?? 'not at all' }
})
await recorder.end('SIGTERM')
farm.kill('SIGKILL')
copyFileSync(join(DIRECTORY, 'changes'), join(scratch, 'changes'))
process.exit(0)
