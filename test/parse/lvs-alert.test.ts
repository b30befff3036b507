import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { weight } from '../../src/model/units.ts'
import type { LvsAlertRequest } from '../../src/parse/lvs-alert.ts'
import { parseLvsAlert } from '../../src/parse/lvs-alert.ts'

const usual: LvsAlertRequest = {
  service: { kind: 'address', protocol: 'tcp', host: '192.168.1.110', port: 80 },
  real: { host: '10.1.1.2', port: 8080 },
  substitute: null,
  weight: weight(1),
  forward: null,
  operation: null,
  quiesce: false,
  dryRun: false,
  ensureService: false,
  nothingToDo: false,
}
const udp = { ...usual.service, protocol: 'udp' as const }

const understood: { line: string; as: Partial<LvsAlertRequest> }[] = [
  { line: '-V 192.168.1.110:80 -R 10.1.1.2:8080', as: {} },
  { line: '-V 192.168.1.110:http -R 10.1.1.2:8080', as: {} },
  {
    line: '-P tcp -V 192.168.1.110:80 -R 10.1.1.2 -W 5 -F dr',
    as: { real: { host: '10.1.1.2', port: null }, weight: weight(5), forward: 'route' },
  },
  {
    line: '-A -a -P -u -V 192.168.1.110:80 -R 10.1.1.2:8080 -T -g -W 3',
    as: { operation: 'add', service: udp, forward: 'route', weight: weight(3) },
  },
  { line: '-A d -P t -V 192.168.1.110:80 -R 10.1.1.2:8080 -T -i', as: { operation: 'delete', forward: 'tunnel' } },
  { line: '-F m -V 192.168.1.110:80 -R 10.1.1.2:8080', as: { forward: 'masq' } },
  { line: '-F -g -V 192.168.1.110:80 -R 10.1.1.2:8080', as: { forward: 'route' } },
  { line: '-s http -g web -h {10.1.1.2 10.1.1.3} -t 900 -l 60 -u -V 192.168.1.110:80 -R 10.1.1.2:8080', as: {} },
  { line: '-T -s http -g web -V 192.168.1.110:80 -R 10.1.1.2:8080 -O', as: {} },
  { line: '-h 10.1.1.9 -V 192.168.1.110:80', as: { real: { host: '10.1.1.9', port: null } } },
  { line: '-h 10.1.1.9 -V 192.168.1.110:80 -R 10.1.1.2:8080', as: {} },
  { line: '-V 192.168.1.110:80', as: { real: null } },
  { line: '-M 0x50 -R 10.1.1.2:8080 -X', as: { service: { kind: 'mark', mark: 80 } } },
  {
    line: '-M 80 -R 10.1.1.2:8080 -B 10.1.1.9',
    as: { service: { kind: 'mark', mark: 80 }, substitute: { host: '10.1.1.9', port: null } },
  },
  {
    line: '-V [2001:db8::1]:443 -R [2001:db8::2]:8443',
    as: {
      service: { kind: 'address', protocol: 'tcp', host: '2001:db8::1', port: 443 },
      real: { host: '2001:db8::2', port: 8443 },
    },
  },
  {
    line: '-V vip.example:80 -R 2001:db8::2',
    as: {
      service: { kind: 'address', protocol: 'tcp', host: 'vip.example', port: 80 },
      real: { host: '2001:db8::2', port: null },
    },
  },
  {
    line: '-V192.168.1.110:80 -R10.1.1.2:8080 -W7 -q -n --ensure-service',
    as: { weight: weight(7), quiesce: true, dryRun: true, ensureService: true },
  },
  { line: '-a -V 192.168.1.110:80 -R 10.1.1.2:8080', as: { nothingToDo: true } },
]
for (const { line, as } of understood) {
  test(`lvs.alert ${line} is understood`, () => {
    assert.deepEqual(parseLvsAlert(words(line)), { kind: 'request', request: { ...usual, ...as } })
  })
}

const mistakes: { line: string; says: string[] }[] = [
  {
    line: '',
    says: [
      '0: no virtual server is named (write the virtual server as -V 192.168.1.110:80, or -M and its firewall mark)',
    ],
  },
  { line: '-V 192.168.1.110', says: ['1: "192.168.1.110" has no port (write -V 192.168.1.110:80)'] },
  { line: '-V 192.168.1.300:80', says: ['1: "192.168.1.300" is not an IPv4 address (four numbers from 0 to 255)'] },
  {
    line: '-V 192.168.1.110:htp -R',
    says: [
      '1: "htp" is not a port (a port is a number from 0 to 65535, or a name such as http)',
      '2: a value is missing behind -R (write it as the next word)',
    ],
  },
  {
    line: '-V 192.168.1.110:80 -W heavy -P icmp -F around',
    says: [
      '3: "heavy" is not a weight (write a whole number from 0 to 2147483647)',
      '5: "icmp" is not a protocol (write tcp, udp or sctp)',
      '7: "around" is not a way of forwarding (write nat, dr, tun or local)',
    ],
  },
  { line: '-V 192.168.1.110:80 -M 80', says: ['0: both -V and -M name a virtual server (write one of them)'] },
  { line: '-V 192.168.1.110:80 -A up', says: ['3: "up" is not an operation (write -a to add or -d to delete)'] },
  {
    line: '-V 192.168.1.110:80 web1 -Z --verbose',
    says: [
      '2: "web1" is not an option of lvs.alert (options: -V -M -P -R -W -F -A -B -X -q -n --ensure-service)',
      '3: "-Z" is not an option of lvs.alert (options: -V -M -P -R -W -F -A -B -X -q -n --ensure-service)',
      '4: "--verbose" is not an option of lvs.alert (options: -V -M -P -R -W -F -A -B -X -q -n --ensure-service)',
    ],
  },
]
for (const { line, says } of mistakes) {
  test(`lvs.alert ${line || 'without words'} gets ${says.length === 1 ? 'a message' : 'messages'} with the word they are about`, () => {
    const parsed = parseLvsAlert(words(line))
    assert(parsed.kind === 'problems')
    assert.deepEqual(
      parsed.problems.map(({ word, message, hint }) => `${word}: ${message} (${hint})`),
      says,
    )
  })
}

test('any words are a request or have problems that point at one of them', () => {
  const word = fc.oneof(
    fc.constantFrom('-V', '-T', '-g', '-P', '-u', '-R', '10.1.1.2:80', '-W', '-A', '-M', '80', '-h'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (list) => {
      const parsed = parseLvsAlert(list)
      if (parsed.kind === 'request') return
      assert(parsed.problems.length > 0)
      for (const { word } of parsed.problems) assert(word === 0 || word < list.length)
    }),
    { numRuns: 1000 },
  )
})

/** Words as a line has them; braces hold one with blanks together. */
function words(line: string): string[] {
  return (line.match(/\{[^}]*\}|\S+/g) ?? []).map((word) => word.replace(/[{}]/g, ''))
}
