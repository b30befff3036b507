/** Random lvs.cf and ldirectord.cf texts of what these tools and upalert both take, mostly without mistakes. */
import fc from 'fast-check'
import { globally, inService, type Snippet } from '../parse/ldirectord/snippets.ts'

const taken = (snippets: readonly Snippet[]) => snippets.filter(({ ours }) => ours !== 'error').map(({ line }) => line)
const keyOf = (line: string) => line.split('=')[0]?.trim() ?? ''

/** Some of the lines, each directive once. */
const someOf = (lines: readonly string[], most: number): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...lines), { selector: keyOf, maxLength: most })

const reals = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('gate', 'masq', 'ipip', 'masq 3', 'gate 0')), {
    selector: ([n]) => n,
    minLength: 1,
    maxLength: 3,
  })
  .map((ends) => ends.map(([n, how]) => `real=10.1.1.${n}:80 ${how}`))

export const ldirectordText: fc.Arbitrary<string> = fc
  .tuple(
    someOf(taken(globally), 4),
    fc.array(
      fc.tuple(
        reals,
        someOf(
          taken(inService).filter((line) => !keyOf(line).startsWith('real')),
          6,
        ),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([globals, services]) => {
    const blocks = services.map(([ends, lines], i) =>
      [`virtual=192.0.2.${i + 1}:80`, ...[...ends, ...lines].map((line) => `\t${line}`)].join('\n'),
    )
    return `${[...globals, ...blocks].join('\n')}\n`
  })

const setting = (name: string, ...values: readonly (string | number)[]) =>
  fc.constantFrom(...values).map((value) => ({ name, line: `${name} = ${value}` }))
const some = (...settings: readonly fc.Arbitrary<{ readonly name: string; readonly line: string }>[]) =>
  fc
    .uniqueArray(fc.oneof(...settings), { selector: ({ name }) => name, maxLength: 6 })
    .map((found) => found.map(({ line }) => line))

const globals = some(
  setting('network', 'nat', 'direct', 'tunnel'),
  setting('tcp_timeout', 0, 900),
  setting('udp_timeout', 300),
  setting('rsh_command', 'ssh', '"ssh -x"'),
  setting('primary', '192.0.2.250'),
  setting('hard_shutdown', 0, 1),
)
const words = some(
  setting('scheduler', 'wlc', 'rr', 'sh'),
  setting('persistent', 0, 60),
  setting('pmask', '255.255.255.0'),
  setting('protocol', 'tcp', 'udp'),
  setting('port', 80, 443),
  setting('timeout', 3, 30),
  setting('reentry', 0, 15),
  setting('load_monitor', 'none', 'uptime', 'rup', 'ruptime'),
  setting('quiesce_server', 0, 1),
  setting('send', '"GET / HTTP/1.0\\r\\n\\r\\n"', '"it\'s"'),
  setting('expect', '"HTTP"', '"up"', '"*"'),
  setting('use_regex', 0, 1),
  setting('send_program', '"/bin/true %h"', '"/bin/echo \'a b\'"'),
  setting('sorry_server', '192.0.2.9'),
)
const server = fc
  .tuple(
    fc.integer({ min: 2, max: 6 }),
    fc.constantFrom(0, 1, 1, 1),
    some(setting('weight', 0, 1, 5), setting('port', 8080)),
  )
  .map(([n, active, lines]) => ({
    n,
    text: [`server s${n} {`, `address = 10.1.1.${n}`, `active = ${active}`, ...lines, '}'].join('\n'),
  }))
const virtual = fc
  .tuple(
    fc.constantFrom(0, 1, 1, 1),
    fc.boolean(),
    words,
    fc.uniqueArray(server, { selector: ({ n }) => n, minLength: 1, maxLength: 4 }),
  )
  .map(
    ([active, mark, lines, servers]) =>
      (i: number) =>
        [
          `virtual v${i} {`,
          mark ? `fwmark = ${i + 1}` : `address = 192.0.2.${i + 1} eth0:1`,
          `active = ${active}`,
          ...lines,
          ...servers.map(({ text }) => text),
          '}',
        ].join('\n'),
  )

export const lvsText: fc.Arbitrary<string> = fc
  .tuple(globals, fc.array(virtual, { minLength: 1, maxLength: 3 }))
  .map(([lines, virtuals]) => `${[...lines, ...virtuals.map((textOf, i) => textOf(i))].join('\n')}\n`)
