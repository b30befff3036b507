/** ldirectord and its ldirectord.cf, as the scenarios have it: the lines below each `virtual =`. */
import { VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from '../../farm.ts'
import type { Peer } from '../peers.ts'
import { address6Of, addressOf, configAt, LETTERS, MAINTENANCE, type Placed, TELL } from '../scenario.ts'

const HEAD = `checktimeout=2
negotiatetimeout=3
checkinterval=1
autoreload=yes
quiescent=no
maintenancedir=${MAINTENANCE}
`

export const ldirectord: Peer = {
  file: 'ldirectord.cf',
  command: ['ldirectord', '-d', '/run/beside/ldirectord.cf', 'start'],
  text: (scenarios, reloads) => `${HEAD}${scenarios.map((scenario) => virtual(scenario, reloads)).join('')}`,
  // At the end: what stands before a mistake counts at once, and what stands behind it never.
  broken: (text) => `${text}\nnonsense=yes\n`,
  hangup: false,
  complains: /[Uu]nknown command/,
}

function virtual(scenario: Placed, reloads: number): string {
  const { port, family, file } = scenario
  const address = (letter: (typeof LETTERS)[number]) =>
    family === 6 ? `[${address6Of(letter)}]:${port}` : `${addressOf(letter)}:${port}`
  const names: readonly (readonly [name: string, text: string])[] = [
    ['FILE', file],
    ['TELL', `${TELL} ${port}`],
    ['PORT', String(port)],
    // Behind PORT, which begins with one of them.
    ...LETTERS.map((letter) => [letter.toUpperCase(), address(letter)] as const),
  ]
  const lines = configAt(scenario, reloads).trim().split('\n')
  const text = lines.map((line) => `\t${line.trim()}\n`).join('')
  const head = family === 6 ? `virtual6=[${VIRTUAL_ADDRESS6}]:${port}` : `virtual=${VIRTUAL_ADDRESS}:${port}`
  const whole = `\n# ${scenario.name}\n${scenario.virtual === undefined ? head : `virtual=${scenario.virtual}`}\n${text}`
  return names.reduce((done, [name, value]) => done.replaceAll(`$${name}`, value), whole)
}
