/** The conversation as a transcript: what is asked, what is answered, and what is said to a wrong answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Answered, dialogue, type Known, type Step } from '../../../src/write/init/dialogue.ts'
import { around } from './world.ts'

const known: Known = {
  surroundings: around,
  addresses: [{ address: '192.0.2.10', device: 'eth0' }],
  mailDomain: 'example.com',
  output: null,
  proposedOutput: '/etc/upalert/mon.cf',
}

interface Story {
  /** Prompts with the answers behind them, what was said to wrong ones, and what was looked at. Explanations are left out. */
  readonly lines: readonly string[]
  /** `null`: the lines ran out before the end. */
  readonly answered: Answered | null
}

function told(typed: readonly string[], names: Readonly<Record<string, string>> = {}, about = known): Story {
  const lines: string[] = []
  const left = [...typed]
  const talk = dialogue(about)
  let turn = talk.next()
  while (turn.done !== true) {
    const reply = replyTo(turn.value, left, names, lines)
    if (reply === null) return { lines, answered: null }
    turn = talk.next(reply)
  }
  assert.deepEqual(left, [], 'answers nobody asked for')
  return { lines, answered: turn.value }
}

function replyTo(step: Step, left: string[], names: Readonly<Record<string, string>>, lines: string[]): string | null {
  switch (step.kind) {
    case 'say':
      lines.push(...step.text.split('\n').filter((line) => /^ {2}(!|->|[\d[]|\S+ is )|^ {4}\S/.test(line)))
      return ''
    case 'ask': {
      const line = left.shift()
      if (line === undefined) return null
      lines.push(`${step.prompt}${line}`.trimEnd())
      return line
    }
    case 'addresses-of':
      return names[step.name] ?? ''
    case 'look':
      lines.push(`(looks at ${step.virtual.name})`)
      return ''
    case 'look-relay':
      lines.push(`(looks at ${step.relay})`)
      return ''
  }
}

test('who takes what is proposed has to name the real servers only', () => {
  const { lines, answered } = told(['', '', '', '', '', '10.1.1.2', '10.1.1.3', '', '', '', '', '', '', '', '', ''])
  assert.deepEqual(lines, [
    'Name [web]:',
    'Virtual address [192.0.2.10]:',
    'Port [http]:',
    'Protocol [tcp]:',
    'Forwarding [nat]:',
    'Real server 1: 10.1.1.2',
    'Real server 2: 10.1.1.3',
    'Real server 3:',
    'Check [http --url /]:',
    'Scheduler [wlc]:',
    '  -> 10.1.1.2:80 weight 1',
    '  -> 10.1.1.3:80 weight 1',
    '(looks at web)',
    'Is this as you want it? ("no" asks again, with these answers) [yes]:',
    'Another virtual server? [no]:',
    'Mail to [root@example.com]:',
    'Mail relay [smtp://127.0.0.1:25]:',
    'Mail from [upalert@example.com]:',
    '(looks at smtp://127.0.0.1:25)',
    'File [/etc/upalert/mon.cf]:',
  ])
  assert.deepEqual(answered, {
    output: '/etc/upalert/mon.cf',
    answers: {
      mail: { to: ['root@example.com'], from: 'upalert@example.com', relay: 'smtp://127.0.0.1:25' },
      database: 'embedded',
      virtuals: [
        {
          name: 'web',
          family: 4,
          address: '192.0.2.10',
          port: 80,
          protocol: 'tcp',
          forward: 'nat',
          reals: [
            { family: 4, address: '10.1.1.2', port: 80, weight: 1 },
            { family: 4, address: '10.1.1.3', port: 80, weight: 1 },
          ],
          check: 'http --url /',
          scheduler: 'wlc',
        },
      ],
    },
  })
})

test('a wrong answer is explained and asked again, and nothing before it is lost', () => {
  const typed = ['shop', '192.0.2.300', '', 'htp', '80', 'icmp', 'tcp', 'drr', 'dr', '']
  typed.push(
    '10.1.1.2:8080',
    '192.0.2.10',
    '2001:db8::2',
    '127.0.0.1',
    '10.1.1.2 x',
    '10.1.1.2 2',
    '10.1.1.2',
    '10.1.1.3',
    '',
  )
  typed.push(
    'htpp',
    '/health',
    'none',
    'http /health',
    'rr',
    'wlcc',
    '',
    '',
    '',
    'ops',
    'smtp:/x',
    'mail.example.com',
    'me@',
  )
  const { lines } = told(typed)
  assert.deepEqual(
    lines.filter((line) => /^ {2}!|^ {4}\S/.test(line)),
    [
      '  ! "192.0.2.300" is not an IP address: write an IP address, such as 192.0.2.10 or 2001:db8::10.',
      '  ! "htp" is not a port: did you mean http? a number from 1 to 65535, or a name such as http.',
      '  ! "icmp" is not a protocol: tcp, udp or sctp.',
      '  ! "drr" is not a way to forward packets: nat, dr or tun.',
      '  ! There is no real server yet: write its address, such as 10.1.1.2.',
      '  ! Direct routing leaves the packet as it is, so port 8080 would never be reached, only 80:',
      '    write port 80 or none; only NAT can change the port.',
      "  ! 192.0.2.10 is the virtual address itself, which clients send to: write the real server's own",
      '    address, by which the director reaches it.',
      '  ! 2001:db8::2 and the virtual address 192.0.2.10 are of different families: only a tunnel',
      '    connects IPv4 and IPv6, so write tun for forwarding, or an address of the same family.',
      '  ! No packet of a client gets to 127.0.0.1, which is a loopback address: name an address of a',
      '    network; for a server on the director itself see "local" in docs/forwarding.md.',
      '  ! "x" is not a weight: a whole number from 0 to 2147483647; 1 if it is left out.',
      '  ! 10.1.1.2:80 is in this pool already: name another one, or give the first the sum of the',
      '    weights.',
      '  ! "htpp" is neither built in nor an executable in mondir (/usr/local/lib/mon/mon.d:mon.d): did',
      '    you mean http?',
      '  ! "/health" is not an executable file: look at its path and its mode: chmod +x.',
      '  ! Without a check no real server is ever taken out: write tcp, or ping where nothing else',
      '    answers.',
      '  ! The scheduler rr asks of a weight only whether it is 0, and these real servers have',
      '    different weights: write wrr, which heeds them.',
      '  ! "wlcc" is not a scheduler: did you mean wlc? one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh,',
      '    sed, nq, fo, ovf, mh, twos.',
      '  ! "smtp:/x" names no mail server: smtp://host:port, or smtps://host:port for TLS from the',
      '    start.',
      '  ! "me@" is not a mail address: write the bare address: upalert@example.com.',
    ],
  )
})

test('"no" asks again, with what was answered as what is proposed', () => {
  const first = ['dns', '2001:db8::53', 'domain', '', 'tun', '10.1.1.2 3', '2001:db8::2', '', '', 'wrr', 'no']
  const again = ['', '', '', '', '', 'yes', '10.1.1.4', '', '', '', '', '', 'none', '']
  const { lines, answered } = told([...first, ...again])
  assert.deepEqual(lines.slice(lines.indexOf('(looks at dns)') + 2, -3), [
    'Name [dns]:',
    'Virtual address [2001:db8::53]:',
    'Port [53]:',
    'Protocol [udp]:',
    'Forwarding [tun]:',
    '  10.1.1.2:53 weight 3',
    '  [2001:db8::2]:53 weight 1',
    'Keep these real servers, to add others? [yes]: yes',
    'Real server 3: 10.1.1.4',
    'Real server 4:',
    'Check [dns-check]:',
    'Scheduler [wrr]:',
    '  -> 10.1.1.2:53 weight 3',
    '  -> [2001:db8::2]:53 weight 1',
    '  -> 10.1.1.4:53 weight 1',
    '(looks at dns)',
    'Is this as you want it? ("no" asks again, with these answers) [yes]:',
  ])
  assert.equal(answered?.answers.virtuals[0]?.reals.length, 3)
})

test('a second virtual server has a name and an end of its own', () => {
  const first = ['', '', '', '', 'dr', '10.1.1.2', '', '', '', '', 'yes']
  const second = ['web', 'tls', '', '80', '', '443', '', '', '10.1.1.2', '', '', '', '', 'no', 'none', 'x.cf']
  const { lines, answered } = told([...first, ...second])
  assert.deepEqual(
    lines.filter((line) => /^ {2}!|^Forwarding|^Check/.test(line)),
    [
      'Forwarding [nat]: dr',
      'Check [http --url /]:',
      '  ! There is a virtual server "web" already: give this one another name.',
      '  ! 192.0.2.10:80/tcp belongs to virtual server "web" already: give another port or another',
      'Forwarding [dr]:',
      'Check [http --tls --url /]:',
    ],
  )
  assert.equal(answered?.output, 'x.cf')
})

test('a name is looked up once, and its address is what is written', () => {
  const names = { 'web1.example.com': '10.1.1.9 10.1.1.10', vip: '192.0.2.77', six: '2001:db8::6' }
  const typed = ['', 'nobody', 'vip', '', '', 'tun', 'web1.example.com:http 5', 'nobody', 'six:80', '']
  const { lines } = told(typed, names)
  assert.deepEqual(
    lines.filter((line) => line.startsWith('  ')),
    [
      '  ! "nobody" is not an IP address: write an IP address, such as 192.0.2.10 or 2001:db8::10.',
      "  vip is 192.0.2.77 now; the kernel's table holds addresses, so that one is taken.",
      "  web1.example.com is 10.1.1.9 (and 10.1.1.10) now; the kernel's table holds addresses, so that one is taken.",
      '  ! "nobody" is not an IP address: write its IP address: the kernel table holds no names.',
      "  six is 2001:db8::6 now; the kernel's table holds addresses, so that one is taken.",
    ],
  )
})

test('whatever is typed, the dialogue goes on or ends with answers, and throws nothing', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '?',
      'yes',
      'no',
      '10.1.1.2',
      '10.1.1.3:81 2',
      '192.0.2.1',
      '80',
      'nat',
      'dr',
      'http',
      'none',
      'wlc',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (typed) => {
      const talk = dialogue({ ...known, addresses: [], mailDomain: '' })
      const left = [...typed]
      let turn = talk.next()
      while (turn.done !== true && left.length > 0) {
        turn = talk.next(turn.value.kind === 'ask' ? (left.shift() ?? '') : '')
      }
    }),
  )
})
