/**
 * Every way of forwarding in a real kernel, with a client's traffic: the examples of config/examples word for word, and
 * the marked way by which a check goes where clients go.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { needs } from '../../needs.ts'
import type { GuestRun } from './boot.ts'
import { bootGuest, expectReport } from './boot.ts'
import { CLIENT, DIRECTOR } from './farm.ts'
import { EXAMPLES, forwardingScript, MODULES } from './forwarding.farm.ts'

const METHODS: Readonly<Record<keyof typeof EXAMPLES, string>> = {
  nat: 'NAT',
  'nat-remap': 'NAT to another port',
  nat6: 'NAT over IPv6',
  dr: 'direct routing',
  dr6: 'direct routing over IPv6',
  tun: 'an IP-in-IP tunnel',
  local: 'the director itself as a real server',
}

/** Checks down the client's path, in the table that the daemon has left behind. */
const PATHS = {
  needs: 'a director that would drop the answers is told so with the command for it, and both commands are needed',
  reach:
    'each marked check reaches exactly its real server: NAT, direct routing, IP-in-IP, GUE, GRE, local, IPv4 and IPv6',
  again: 'setting up the same paths again changes nothing',
  'apart from the pool': 'a real server is reached whether it is in the table, out, or drained',
  'a black hole': 'a real server without the virtual address is down by the path, while its own address answers',
  'a black hole over IPv6': 'the same over IPv6',
  'a tunnel down': 'a real server whose tunnel is down is down by the path, while its own address answers',
  'a wrong gateway':
    'a real server whose gateway is not the director is down by the path, while its own address answers',
  'a director in reserve': 'a director that does not have the virtual address now can check by the path as well',
  removed: 'what was made for the paths goes, and nothing else; no rule was made',
}

/** config/examples/via-vip.cf, as the daemon runs it. */
const VIA_VIP = {
  'via vip unmet': 'where the director lacks what a check via vip needs, nobody is called up or down by it',
  'via vip met': 'after the one command for it both real servers come in',
  'via vip black hole':
    'a real server that loses the virtual address goes, while its stand-in is up, and returns with it',
  'via vip repaired': 'a path that somebody deleted is put back',
}

const here = (name: string): string => join(import.meta.dirname, name)
const example = (name: string): string => readFileSync(here(`../../../config/examples/${name}.cf`), 'utf8')

const settings = `statedir = /run/upalert\ndatabase = none\nrandstart = 1s\n\n`

describe('every way of forwarding', needs('uml', 'ip', 'ipvsadm', 'nginx'), () => {
  let run: GuestRun
  before(async () => {
    const configuration = Object.keys(EXAMPLES).map(example).join('\n')
    run = await bootGuest({
      script: `${forwardingScript()}
ip netns exec ${CLIENT} guest forwarding
ip netns exec ${DIRECTOR} guest paths
rm -r /run/upalert
ip netns exec ${CLIENT} guest via-vip`,
      programs: {
        forwarding: here('forwarding.guest.ts'),
        paths: here('forwarding-paths.guest.ts'),
        'via-vip': here('forwarding-via-vip.guest.ts'),
        upalert: here('../../../src/main.ts'),
      },
      files: {
        'package.json': '{ "type": "module", "version": "0.0.0" }',
        'forwarding.cf': `${settings}${configuration}`,
        'via-vip.cf': `${settings}${example('via-vip')}`,
      },
      modules: MODULES,
      memory: '1G',
      timeout: 240_000,
    })
  })

  for (const [name, method] of Object.entries(METHODS)) {
    test(`${method}: clients are served by both real servers`, () => void expectReport(run, `${name} serves`))
    test(`${method}: when the stand-in fails the entry goes, and every client is served by the other`, () => {
      expectReport(run, `${name} out`)
    })
    test(`${method}: when the stand-in returns the entry is back, and no request is lost that began after it went`, () => {
      expectReport(run, `${name} back`)
    })
  }

  for (const [name, sentence] of Object.entries(PATHS)) test(sentence, () => void expectReport(run, name))

  for (const [name, sentence] of Object.entries(VIA_VIP)) test(sentence, () => void expectReport(run, name))

  test('the guest comes to its end', () => assert.equal(run.exit, 0, run.output))
})
