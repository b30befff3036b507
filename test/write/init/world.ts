/** Surroundings with the real monitors and alerts, and answers of every kind that is right. */
import fc from 'fast-check'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import { schedulers } from '../../../src/model/table.ts'
import type { Surroundings } from '../../../src/parse/resolve.ts'
import { parseAddress } from '../../../src/parse/text/endpoint.ts'
import type { Answers, Forwarding, RealAnswers, VirtualAnswers } from '../../../src/write/init/answers.ts'

export const around: Surroundings = {
  monitors,
  alerts,
  programs: { monitors: new Map([['/opt/check', '/opt/check']]), alerts: new Map() },
  environment: {},
  hostname: 'director',
  timeZone: 'UTC',
}

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,11}$/)
const octet = fc.integer({ min: 1, max: 250 })
const four = fc.tuple(octet, octet, octet).map(([a, b, c]) => `10.${a}.${b}.${c}`)
const six = fc.tuple(octet, octet).map(([a, b]) => parseAddress(`2001:db8::${a}:${b}`)?.address ?? '')
const port = fc.integer({ min: 1, max: 65535 })
const weight = fc.integer({ min: 1, max: 2_147_483_647 })

/** In any words that a check may have, with and without a port of its own. */
const checks = fc.constantFrom(
  'tcp',
  'tcp -p 8000',
  'ping',
  'udp',
  'http --url /',
  'http --tls --url /health --status 200-299 --match "all well # really"',
  'http --host-header www.example.com --port=8080',
  'smtp',
  'pop3 -p 995',
  'dns-check --name www.example.com',
  'script /opt/check -w 5',
  '/opt/check --password "a b"',
)

/** What goes with a fitting pool: weights that differ only under a scheduler that heeds them. */
const virtual = (name: string, at: string): fc.Arbitrary<VirtualAnswers> =>
  fc
    .record({
      port,
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
      forward: fc.constantFrom<Forwarding>('nat', 'dr', 'tun'),
      check: checks,
      scheduler: fc.constantFrom(...schedulers, 'sh sh-port', 'mh mh-fallback mh-port'),
      weight,
      others: fc.uniqueArray(fc.record({ address: fc.oneof(four, six), port, weight }), {
        minLength: 1,
        maxLength: 20,
        selector: ({ address }) => address,
      }),
    })
    .map(({ others, weight: same, ...rest }) => {
      const family = at.includes(':') ? 6 : 4
      const even = ['rr', 'lc', 'dh'].includes(rest.scheduler)
      const reals = others
        .map((real) => ({ ...real, family: real.address.includes(':') ? (6 as const) : (4 as const) }))
        .filter((real) => rest.forward === 'tun' || real.family === family)
        .map((real) => ({
          ...real,
          port: rest.forward === 'nat' ? real.port : rest.port,
          weight: even ? same : real.weight,
        }))
      const own: RealAnswers = {
        family,
        address: family === 4 ? '10.254.0.1' : '2001:db8:1::1',
        port: rest.port,
        weight: even ? same : 1,
      }
      return { ...rest, name, family, address: at, reals: [own, ...reals] }
    })

export const answers: fc.Arbitrary<Answers> = fc
  .record({
    names: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    to: fc.constantFrom<readonly string[]>([], ['root'], ['ops@example.com', 'boss@example.com']),
    from: fc.constantFrom('', 'upalert@example.com'),
    relay: fc.constantFrom('smtp://127.0.0.1:25', 'smtps://u:p@mail.example.com:465'),
    database: fc.constantFrom('none', 'embedded', 'postgres://upalert@db/history'),
  })
  .chain(({ names, to, from, relay, database }) =>
    fc
      .tuple(...names.map((name, i) => virtual(name, i % 2 === 0 ? `192.0.2.${i + 1}` : `2001:db8::${i + 1}`)))
      .map((virtuals) => ({ mail: { to, from, relay }, database, virtuals })),
  )
