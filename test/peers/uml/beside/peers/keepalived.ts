/** keepalived and its keepalived.conf, as the scenarios have it: the inside of each `virtual_server`. */
import { VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from '../../farm.ts'
import type { Peer } from '../peers.ts'
import { address6Of, addressOf, configAt, LETTERS, type Placed, TELL } from '../scenario.ts'

/** Checkers only, in the foreground, everything said goes to a log. */
const COMMAND = ['keepalived', '-n', '-C', '-l', '-D', '-f', '/run/beside/keepalived.conf']
COMMAND.push('-p', '/run/beside/keepalived.pid', '-c', '/run/beside/checkers.pid')

const HEAD = `global_defs {
    router_id beside
    script_user root
}
`

export const keepalived: Peer = {
  file: 'keepalived.conf',
  command: COMMAND,
  text: (scenarios, reloads) => `${HEAD}${scenarios.map((scenario) => virtualServer(scenario, reloads)).join('')}`,
  broken: withoutBrace,
  hangup: true,
  // It reads on after the brace that is missing.
  complains: null,
}

/** The scenario's words for addresses are keepalived's own definitions: \`$A\`, \`$V\`, \`$FILE\`. */
function virtualServer(scenario: Placed, reloads: number): string {
  const { port, family } = scenario
  const definitions = LETTERS.map(
    (letter) => `$${letter.toUpperCase()}=${family === 6 ? address6Of(letter) : addressOf(letter)} ${port}\n`,
  )
  const own = `${family === 6 ? VIRTUAL_ADDRESS6 : VIRTUAL_ADDRESS} ${port}`
  return `
# ${scenario.name}
${definitions.join('')}$PORT=${port}
$FILE=${scenario.file}
$TELL=${TELL} ${port}
${scenario.besides ?? ''}
virtual_server ${scenario.virtual ?? own} {
    ${configAt(scenario, reloads).trim()}
}
`
}

/** The last brace of the first virtual server is forgotten. */
function withoutBrace(text: string): string {
  const end = text.indexOf('\n}\n', text.indexOf('virtual_server'))
  return `${text.slice(0, end)}\n${text.slice(end + 3)}`
}
