/** A file of answers: what it may leave out, and what is said of a line that is missing or wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { haveSecrets } from '../../../src/write/init/answers.ts'
import { readAnswers } from '../../../src/write/init/answers-file.ts'
import { around } from './world.ts'

const read = (text: string) => readAnswers('answers', Buffer.from(text), around)

const web = {
  mailto: 'mailto = none',
  virtual: 'virtual = web',
  address: 'address = 192.0.2.10',
  port: 'port = http',
  forward: 'forward = dr',
  real: 'real = 10.1.1.2',
  check: 'check = http /health',
}
type Key = keyof typeof web

/** The file above with some lines changed; without a line where it is `null`. */
const changed = (lines: Partial<Record<Key, string | null>>): string =>
  Object.entries({ ...web, ...lines })
    .flatMap(([, line]) => line ?? [])
    .join('\n')

test('what has a default may be left out', () => {
  const { answers, output, problems } = read(changed({}))
  assert.deepEqual(problems, [])
  assert.equal(output, null)
  assert.deepEqual(answers, {
    mail: { to: [], from: '', relay: 'smtp://127.0.0.1:25' },
    database: 'embedded',
    virtuals: [
      {
        name: 'web',
        family: 4,
        address: '192.0.2.10',
        port: 80,
        protocol: 'tcp',
        forward: 'dr',
        reals: [{ family: 4, address: '10.1.1.2', port: 80, weight: 1 }],
        check: 'http --url /health',
        scheduler: 'wlc',
      },
    ],
  })
})

test('comments, blanks, CRLF and a byte order mark do no harm, nor does the order of a virtual server’s lines', () => {
  const { answers, problems } = read(
    `\ufeff# mine\r\n\r\nvirtual=web\r\n\tscheduler =  wrr \r\n check = tcp\r\nreal = 10.1.1.2 weight 3\r\nforward = masq\r\nport = 80\r\naddress = 192.0.2.10\r\nmailto = a@example.com,b@example.com\r\n`,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(answers?.mail.to, ['a@example.com', 'b@example.com'])
  assert.equal(answers?.virtuals[0]?.scheduler, 'wrr')
  assert.equal(answers?.virtuals[0]?.reals[0]?.weight, 3)
})

interface Vector {
  readonly name: string
  readonly text: string
  /** `line: message (hint)` of each problem. */
  readonly says: readonly RegExp[]
}

const vectors: readonly Vector[] = [
  {
    name: 'an empty file',
    text: '',
    says: [/^1: the file lacks a line "mailto" \(write mailto = ops@/, /^1: the file lacks a line "virtual"/],
  },
  ...(['address', 'port', 'forward', 'real', 'check'] as const).map((key) => ({
    name: `a virtual server without ${key}`,
    text: changed({ [key]: null }),
    says: [new RegExp(`^2: virtual server "web" lacks a line "${key}" \\(write ${key} = `)],
  })),
  { name: 'a file without mailto', text: changed({ mailto: null }), says: [/^1: the file lacks a line "mailto"/] },
  {
    name: 'a key nobody asks for',
    text: changed({ mailto: 'mialto = none' }),
    says: [/^1: .*did you mean mailto/, /lacks a line/],
  },
  {
    name: 'a line without =',
    text: changed({ check: 'check tcp' }),
    says: [/^2: .*lacks/, /^7: "check tcp" is not KEY = VALUE/],
  },
  { name: 'a key without a value', text: changed({ port: 'port =' }), says: [/^4: "port" has no value \(port = 80/] },
  {
    name: 'a line before its virtual server',
    text: `port = 80\n${changed({})}`,
    says: [/^1: "port" stands before the first virtual server/],
  },
  { name: 'a line twice', text: changed({ port: 'port = 80\nport = 81' }), says: [/^5: "port" is answered already/] },
  {
    name: 'a name that is none',
    text: changed({ virtual: 'virtual = my web' }),
    says: [/^2: "my web" cannot be a name/],
  },
  {
    name: 'a virtual server twice',
    text: `${changed({})}\n${changed({ mailto: null })}`,
    says: [/^8: there is a virtual server "web"/],
  },
  {
    name: 'an address of two virtual servers',
    text: `${changed({})}\n${changed({ mailto: null, virtual: 'virtual = two' })}`,
    says: [/^9: 192\.0\.2\.10:80\/tcp belongs to virtual server "web"/],
  },
  {
    name: 'an address with a port',
    text: changed({ address: 'address = 192.0.2.10:80' }),
    says: [/^3: .*the port is asked for separately/],
  },
  {
    name: 'a network',
    text: changed({ address: 'address = 0.0.0.0' }),
    says: [/^3: 0\.0\.0\.0 stands for all addresses/],
  },
  {
    name: 'a multicast address',
    text: changed({ address: 'address = ff02::1' }),
    says: [/^3: ff02::1 belongs to no single machine/],
  },
  {
    name: 'a link-local address',
    text: changed({ address: 'address = fe80::1' }),
    says: [/^3: fe80::1 holds on one link only/],
  },
  { name: 'port 0', text: changed({ port: 'port = 0' }), says: [/^4: port 0 stands for all ports/] },
  {
    name: 'another port by direct routing',
    text: changed({ real: 'real = 10.1.1.2:81' }),
    says: [/^6: direct routing leaves the packet/],
  },
  {
    name: 'a real server by its name',
    text: changed({ real: 'real = web1' }),
    says: [/^6: .*the kernel table holds no names/],
  },
  {
    name: 'the virtual address as a real server',
    text: changed({ real: 'real = 192.0.2.10' }),
    says: [/^6: .*virtual address itself/],
  },
  {
    name: 'a real server twice',
    text: changed({ real: 'real = 10.1.1.2\nreal = 10.1.1.2:80' }),
    says: [/^7: .*in this pool already/],
  },
  {
    name: 'only weight 0',
    text: changed({ real: 'real = 10.1.1.2 weight 0' }),
    says: [/^2: every real server has weight 0/],
  },
  {
    name: 'a protocol on a real server',
    text: changed({ real: 'real = 10.1.1.2:80/tcp' }),
    says: [/^6: a real server has the protocol/],
  },
  {
    name: 'words behind a real server',
    text: changed({ real: 'real = 10.1.1.2 1 2' }),
    says: [/^6: "2" is one word too many/],
  },
  { name: 'a check nobody knows', text: changed({ check: 'check = htpp' }), says: [/^7: "htpp" is neither/] },
  {
    name: 'a check with a wrong option',
    text: changed({ check: 'check = http --stauts 200' }),
    says: [/^7: "--stauts" is not an option/],
  },
  {
    name: 'a check that a backslash continues',
    text: changed({ check: 'check = tcp \\' }),
    says: [/^7: this backslash/],
  },
  { name: 'an option twice', text: changed({ check: 'check = tcp -p 1 -p 2' }), says: [/^7: --port is given twice/] },
  {
    name: 'weights that a scheduler does not heed',
    text: `${changed({ real: 'real = 10.1.1.2\nreal = 10.1.1.3 2' })}\nscheduler = rr`,
    says: [/^9: the scheduler rr .*write wrr/],
  },
  {
    name: 'an option in place of a recipient',
    text: changed({ mailto: 'mailto = -S x' }),
    says: [/^1: "-S" is not a mail address/],
  },
  {
    name: 'a relay that is none',
    text: `mailserver = http://x\n${changed({})}`,
    says: [/^1: "http:\/\/x" names no mail server/],
  },
  { name: 'a sender that is none', text: `mailfrom = me@\n${changed({})}`, says: [/^1: "me@" is not a mail address/] },
  {
    name: 'a database that is none',
    text: `database = mysql\n${changed({})}`,
    says: [/^1: "mysql" names no database/],
  },
  {
    name: 'a control character',
    text: changed({ check: 'check = tcp\u001b[2J' }),
    says: [/^7: .*cannot be seen \(U\+001B\)/],
  },
  {
    name: 'an answer without an end',
    text: changed({ check: `check = ${'x'.repeat(2000)}` }),
    says: [/^7: this answer has 2000 characters/],
  },
]

for (const { name, text, says } of vectors) {
  test(`${name}: the line is named, and what to write`, () => {
    const { answers, problems } = read(text)
    assert.equal(answers, null)
    const told = problems.map(({ span: { source, start }, message, hint }) => {
      return `${source.text.slice(0, start).split('\n').length}: ${message} (${hint})`
    })
    assert.equal(told.length, says.length, told.join('\n'))
    says.forEach((pattern, i) => {
      assert.match(told[i] ?? '', pattern)
    })
  })
}

test('any bytes are answers or problems with a place', () => {
  const line = fc.oneof(
    fc.constantFrom(...Object.values(web), 'virtual = b', 'real = [2001:db8::1]:80 weight 2', 'output = x', '# c', ''),
    fc
      .tuple(fc.constantFrom('mailto', 'virtual', 'real', 'check', 'x'), fc.string({ unit: 'binary' }))
      .map((pair) => pair.join(' = ')),
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(line, { maxLength: 20 }).map((lines) => new TextEncoder().encode(lines.join('\n'))),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      const { answers, problems } = readAnswers('answers', given, around)
      assert.equal(
        answers === null,
        problems.some(({ severity }) => severity === 'error'),
      )
      for (const { span } of problems) assert.ok(span.start <= span.end && span.end <= span.source.text.length)
    }),
  )
})

test('passwords are for the owner alone', () => {
  const secret = (text: string) => {
    const { answers } = read(text)
    assert.ok(answers)
    return haveSecrets(answers)
  }
  assert.equal(secret(changed({})), false)
  assert.equal(secret(`mailserver = smtp://u:p@mail.example.com\n${changed({})}`), true)
  assert.equal(secret(`database = postgres://u:p@db/x\n${changed({})}`), true)
  assert.equal(secret(changed({ check: 'check = http --header "Authorization: Basic eA=="' })), true)
  assert.equal(secret(changed({ check: 'check = imap --user u --password=p' })), true)
})
