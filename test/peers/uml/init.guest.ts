/** Inside the guest, in the client's namespace: init on the director, its commands on every machine, and clients. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { next, onDirector, startDaemon, table, until, upalert } from './director.ts'
import { DIRECTOR, real } from './farm.ts'
import { run, scratch, tryRun } from './guest.ts'
import { VIRTUALS, type VirtualName } from './init.farm.ts'
import { webServer } from './servers.ts'
import { answers, visit } from './visits.ts'

const NAMES: readonly VirtualName[] = ['nat', 'dr', 'tun', 'nat6', 'dr6', 'tun6']
const REALS = [1, 2, 3, 4, 5, 6]
const file = '/run/mon.cf'
const init = (...words: readonly string[]) =>
  onDirector('guest', 'init', 'init', '--answers', join(scratch, 'answers'), '-o', file, ...words)

const urlOf = (name: VirtualName): string => {
  const { address } = VIRTUALS[name]
  return `http://${address.includes(':') ? `[${address}]` : address}/`
}

for (const number of REALS) webServer(real(number).name, 80, 8080).start()

await next('plain', async () => {
  const answers = await Promise.all(NAMES.map((name) => visit(urlOf(name))))
  assert.deepEqual(
    answers.filter((answer) => !answer.startsWith('failed')),
    [],
  )
})

/** What is printed for one machine, by its namespace. */
interface Part {
  readonly machine: string
  readonly commands: readonly string[]
  /** The doctor's words; empty for the director. */
  readonly doctor: string
}

let parts: readonly Part[] = []

await next('written', async () => {
  const text = await init()
  assert.match(text, /192\.168\.1\.121 of dr and dr6|192\.168\.1\.121 of dr is on no interface/)
  assert.match(text, /net\.ipv4\.ip_forward is 0/)
  const [printed = ''] = text.slice(text.indexOf('## On the director')).split('\nNext:')
  parts = printed.split(/^## /m).slice(1).flatMap(partsOf)
  assert.deepEqual(parts.map(({ machine }) => machine).sort(), [
    DIRECTOR,
    ...REALS.flatMap((number) => (number < 5 ? [real(number).name, real(number).name] : [real(number).name])),
  ])
  return printed
})

function partsOf(section: string): readonly Part[] {
  const [heading = '', ...lines] = section.split('\n')
  const commands = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const doctor = lines.find((line) => line.includes('upalert doctor --real'))?.replace(/^#\s*upalert /, '') ?? ''
  if (heading === 'On the director') return [{ machine: DIRECTOR, commands, doctor: '' }]
  const addresses = heading.replace(/^On .* real servers? /, '').split(', ')
  return addresses.map((address) => {
    const number = REALS.find((one) => real(one).address === address || real(one).address6 === address)
    assert(number !== undefined, `no machine has ${address}`)
    return { machine: real(number).name, commands, doctor }
  })
}

await next('commands', () => {
  // One shell for all commands of a machine, which ends with the first that fails; a process costs much in the guest.
  for (const { machine, commands } of parts)
    run('ip', 'netns', 'exec', machine, 'sh', '-ec', [...commands, ...commands].join('\n'))
})

await next('running', async () => {
  const text = readFileSync(file, 'utf8').replaceAll('interval 10s', 'interval 2s')
  writeFileSync(join(scratch, 'mon.cf'), `statedir = /run/upalert\nrandstart = 1s\n${text}`)
  await startDaemon('mon.cf')
  return until('every real server is in the table', async () => {
    const rows = (await table()).filter((line) => line.startsWith('-a'))
    return rows.length === 2 * NAMES.length && rows
  })
})

for (const name of NAMES) {
  await next(name, async () => {
    const [one, two] = VIRTUALS[name].reals.map((number) => real(number).name)
    assert(one !== undefined && two !== undefined)
    assert.deepEqual(await answers(urlOf(name), 4), { [one]: 2, [two]: 2 })
  })
}

await next('doctor', async () => {
  const { text } = await upalert('mon.cf', 'doctor')
  assert.doesNotMatch(text, /^error/m)
  // One machine of each kind.
  const kinds = new Map(parts.filter(({ doctor }) => doctor !== '').map((part) => [forwardOf(part), part]))
  assert.deepEqual([...kinds.keys()].sort(), ['dr', 'nat', 'tun'])
  for (const { machine, doctor } of kinds.values()) {
    const { stdout } = tryRun('ip', 'netns', 'exec', machine, 'guest', 'upalert', ...doctor.split(' '))
    assert.match(stdout, /errors|Nothing is wrong/)
    assert.doesNotMatch(stdout, /^error/m, `${machine}: ${stdout}`)
  }
})

function forwardOf({ doctor }: Part): string {
  return /--forward (\w+)/.exec(doctor)?.[1] ?? ''
}

await next('again', async () => assert.match(await init('--no-checks'), /no change/))

process.exit(0)
