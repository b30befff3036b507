/** Who answers to the names of mon's programs where there are none: the modules that speak mon's options, or ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monitors } from '../../monitors/index.ts'
import { resolveMonitor } from '../../src/parse/resolve/call.ts'
import { Report } from '../../src/parse/text/report.ts'
import { sliceOf } from '../monitors/options-of.ts'

function resolved(monitor: string, executables: Readonly<Record<string, string>> = {}) {
  const programs = { monitors: new Map(Object.entries(executables)), alerts: new Map<string, string>() }
  const surroundings = { monitors, alerts: new Map(), programs, environment: {}, hostname: 'director' }
  const report = new Report()
  const call = resolveMonitor(sliceOf(monitor), { surroundings, mondir: [], alertdir: [], receivers: null }, report)
  return { call, problems: report.problems }
}

const calls: readonly (readonly [monitor: string, module: string, options: Readonly<Record<string, unknown>>])[] = [
  ['http.monitor', 'mon-http', { url: '/', port: 80 }],
  ['http.monitor -p 8080 -t 5 -u /x -a me -m ok -o', 'mon-http', { port: 8080, timeout: 5, url: '/x', match: 'ok' }],
  ['http.monitor --status 200', 'http', { status: '200' }],
  ['http.monitor -u /x --tls --verify', 'http', { url: ['/x'], tls: true }],
  ['http -u /x', 'http', { url: ['/x'] }],
  ['phttp.monitor --port 81 --nbrequests 2 --noinserthost', 'mon-phttp', { port: 81, nbrequests: 2 }],
  ['phttp.monitor -regex="^HTTP/1.. 3"', 'mon-phttp', { regex: '^HTTP/1.. 3' }],
  ['phttp.monitor -u /x', 'http', { url: ['/x'] }],
  ['phttp -u /x', 'http', { url: ['/x'] }],
  ['tcp.monitor -p 25', 'mon-tcp', { port: 25 }],
  ['tcp.monitor -p 25 -s 127.0.0.1', 'tcp', { port: 25, source: '127.0.0.1' }],
  ['ping.monitor', 'mon-ping', { count: 1 }],
  ['ping.monitor -c 2 -6', 'mon-ping', { count: 2, ipv6: true }],
  ['ping.monitor -i 0.2', 'ping', { interval: 0.2, count: 3 }],
  ['fping.monitor -r 2 -t 500', 'fping', { retries: 2, timeout: 500 }],
  ['sslcert.monitor -p 993 -s 1 -4', 'mon-sslcert', { port: 993, sni: 1, ipv4: true }],
  ['sslcert.monitor --warn-days 20', 'ssl', { warnDays: 20 }],
  ['sslcert -s 127.0.0.1', 'ssl', { source: '127.0.0.1' }],
  [
    'dns.monitor -zone a.example -zone b.example -master ns1 -master ns2 -serial_threshold 3 -failsingle -tcp -debug',
    'dns',
    { zone: ['a.example', 'b.example'], master: ['ns1', 'ns2'], serial_threshold: 3, failsingle: true, tcp: true },
  ],
  [
    'dns.monitor -caching_only -query www.a.example:MX -query a.example -retry 3 -retransmit 2 -timeout 9',
    'dns',
    { caching_only: true, query: ['www.a.example:MX', 'a.example'], retry: 3, retransmit: 2, timeout: 9 },
  ],
  ['dns-query.monitor -t 3 -n www', 'dns-query', { timeout: 3, name: 'www' }],
  [
    'ldap.monitor -port 3389 -basedn "o=Example, c=US" -filter "(cn=a)" -attribute title -value "b c" -verbose',
    'ldap',
    { port: 3389, basedn: 'o=Example, c=US', filter: '(cn=a)', attribute: 'title', value: 'b c', verbose: true },
  ],
  ['dns-query.monitor', 'dns-query', { timeout: 5, name: 'mailhost' }],
]
for (const [monitor, module, options] of calls) {
  test(`${monitor} is answered by ${module}`, () => {
    const { call, problems } = resolved(monitor)
    assert.deepEqual(problems, [])
    assert.equal(call?.module, module)
    assert.deepEqual({ ...Object(call.options), ...options }, call.options)
  })
}

const faults: readonly (readonly [monitor: string, message: RegExp])[] = [
  ['http.monitor -p http', /"http" is not a whole number for --port/],
  ['http.monitor --stauts 200', /"--stauts" is not an option here/],
  ['dns.monitor -query www:WHAT', /"www:WHAT" does not have the right form for --query/],
]
for (const [monitor, message] of faults) {
  test(`${monitor} is told once`, () => {
    const { problems } = resolved(monitor)
    assert.equal(problems.length, 1)
    assert.match(String(problems[0]?.message), message)
  })
}

test('an executable of that name comes first', () => {
  const { call } = resolved('http.monitor -u /x', { 'http.monitor': '/site/http.monitor' })
  assert.deepEqual(call?.options, { command: ['/site/http.monitor', '-u', '/x'], nagios: false })
})
