/** The guest in which one world lives through an act. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Guest } from '../boot.ts'
import { CLIENT, DIRECTOR, farmScript, real } from '../farm.ts'
import type { World } from './scenario.ts'
import { address6Of, addressOf, LETTERS } from './scenario.ts'
import { type Act, peerOf } from './scenarios.ts'

/** The story is over in a minute where there is nothing else to do, in milliseconds. */
const TIMEOUT = 170_000
/** ldirectord starts an ipvsadm for each change, one after the other. */
const SLOW_TIMEOUT = 400_000

export function besideGuest(world: World, act: Act): Guest {
  const addresses = LETTERS.flatMap((letter) => [
    `ip -n ${real(1).name} addr add ${addressOf(letter)}/24 dev eth0`,
    `ip -n ${real(1).name} addr add ${address6Of(letter)}/64 dev eth0 nodad`,
  ])
  return {
    script: `${farmScript({ reals: 1 })}
${addresses.join('\n')}
ip -n ${DIRECTOR} link add nlmon0 type nlmon
ip -n ${DIRECTOR} link set nlmon0 up
ip netns exec ${CLIENT} guest beside-story ${world} ${act}
`,
    programs: {
      'beside-story': here('story.guest.ts'),
      'beside-farm': here('farm.guest.ts'),
      ...(world === 'upalert' ? { upalert: here('../../../../src/main.ts') } : {}),
    },
    files: {
      'record.pl': readFileSync(here('record.pl'), 'utf8'),
      'package.json': '{ "type": "module", "version": "0.0.0" }',
    },
    timeout: peerOf(act) === 'ldirectord' ? SLOW_TIMEOUT : TIMEOUT,
  }
}

function here(name: string): string {
  return join(import.meta.dirname, name)
}
