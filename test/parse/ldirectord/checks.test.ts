/** What a service of ldirectord.cf asks of its real servers, how often, and how long it waits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from '../../../src/model/units.ts'
import { checkOf, checksOf, first, resolved, said, serviceText, sound } from './world.ts'

const asked: readonly {
  readonly name: string
  readonly head?: string
  readonly lines: readonly string[]
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  readonly warnings?: readonly string[]
}[] = [
  {
    name: 'a page, with redirects followed and the address for a host',
    lines: [],
    module: 'http',
    options: { port: 80, url: ['/'], status: '200-299', follow: 7, hostHeader: '10.0.0.1', timeout: 30 },
  },
  {
    name: 'a page by its words',
    lines: ['request="a b/c#d"', 'receive="ok"', 'virtualhost="www.x.y"', 'httpmethod=head', 'checkport=8080'],
    module: 'http',
    options: { port: 8080, url: ['/a%20b/c'], receive: 'ok', hostHeader: 'www.x.y', method: 'HEAD' },
    warnings: ['comment-sign'],
  },
  {
    name: 'the page and the text of a real server',
    lines: ['request="all"', 'receive="x"', 'real=10.0.0.1:80 gate 1 "own", "y"'],
    module: 'http',
    options: { url: ['/own'], receive: 'y' },
  },
  {
    name: 'another host, where the request is a whole URL',
    lines: ['real=10.0.0.1:80 gate 1 "http://www.example.com:88/foo" "x"'],
    module: 'http',
    options: { url: ['/foo'], port: 88, connectIp: '192.0.2.80', tls: false, hostHeader: '10.0.0.1' },
  },
  {
    name: 'a page over TLS, whose certificate nobody verifies',
    head: 'virtual=192.0.2.1:443',
    lines: ['real=10.0.0.1:443 gate'],
    module: 'http',
    options: { port: 443, tls: true },
    warnings: ['no-verify'],
  },
  {
    name: 'a page of a real server of IPv6',
    head: 'virtual6=[2001:db8::1]:80',
    lines: ['real6=[2001:DB8::2]:80 gate'],
    module: 'http',
    options: { hostHeader: '[2001:db8::2]' },
  },
  {
    name: 'a proxy for a page elsewhere',
    head: 'virtual=192.0.2.1:3128',
    lines: ['real=10.0.0.1 gate', 'request="http://www.example.com/"'],
    module: 'http',
    options: { port: 3128, proxy: true, url: ['http://www.example.com/'] },
  },
  {
    name: 'mail',
    head: 'virtual=192.0.2.1:25',
    lines: ['real=10.0.0.1:25 gate'],
    module: 'smtp',
    options: { port: '25', ehlo: true, goodbye: false },
  },
  {
    name: 'POP over TLS with a login',
    head: 'virtual=192.0.2.1:995',
    lines: ['real=10.0.0.1:995 gate', 'login="a"', 'passwd="b"'],
    module: 'pop3',
    options: { port: '995', tls: true, user: 'a', password: 'b' },
    warnings: ['no-verify'],
  },
  {
    name: 'IMAP without a login',
    head: 'virtual=192.0.2.1:143',
    lines: ['real=10.0.0.1:143 gate'],
    module: 'imap',
    options: { port: '143', anonymous: false },
  },
  {
    name: 'a file over FTP',
    head: 'virtual=192.0.2.1:21',
    lines: ['real=10.0.0.1:21 gate', 'request="welcome.msg"', 'receive="test"'],
    module: 'ftp',
    options: { user: 'anonymous', password: 'ldirectord@localhost', path: '/welcome.msg', receive: 'test' },
  },
  {
    name: 'news',
    head: 'virtual=192.0.2.1:119',
    lines: ['real=10.0.0.1:119 gate'],
    module: 'nntp',
    options: { port: '119', greetingOnly: true },
  },
  {
    name: 'a directory',
    head: 'virtual=192.0.2.1:389',
    lines: [
      'real=10.0.0.1:389 gate',
      'request="dc=example, dc=com"',
      'receive="dc=example"',
      'login="cn=me"',
      'passwd="p"',
    ],
    module: 'ldap',
    options: { port: 389, entry: 'dc=example, dc=com', receive: 'dc=example', binddn: 'cn=me', password: 'p' },
  },
  {
    name: 'a name server, over UDP by itself',
    head: 'virtual=192.0.2.1:53',
    lines: ['real=10.0.0.1:53 gate', 'request="www.example.com"', 'receive="192\\.0\\.2"'],
    module: 'dns',
    options: { port: 53, name: 'www.example.com', receive: '192\\.0\\.2' },
  },
  {
    name: 'a name server over TCP',
    head: 'virtual=192.0.2.1:53',
    lines: ['protocol=tcp', 'real=10.0.0.1:53 gate', 'request="www.example.com"'],
    module: 'dns',
    options: { tcp: true },
    warnings: ['dns-receive'],
  },
  {
    name: 'SIP over UDP',
    head: 'virtual=192.0.2.1:5060',
    lines: ['protocol=udp', 'real=10.0.0.1:5060 gate', 'login="me@example.com"'],
    module: 'sip',
    options: { port: 5060, udp: true, login: 'me@example.com' },
  },
  {
    name: 'RADIUS, with the time of a connection',
    head: 'virtual=192.0.2.1:1812',
    lines: ['protocol=udp', 'real=10.0.0.1:1812 gate', 'login="a"', 'passwd="b"', 'secret="c"'],
    module: 'radius',
    options: { port: 1812, login: 'a', password: 'b', secret: 'c', timeout: 5 },
  },
  {
    name: 'a database',
    head: 'virtual=192.0.2.1:3306',
    lines: ['real=sql01:3306 gate', 'login="a"', 'passwd="b"', 'database="d"', 'request="SELECT 1"'],
    module: 'mysql',
    options: { port: 3306, login: 'a', password: 'b', database: 'd', request: 'SELECT 1' },
  },
  {
    name: 'a line of a plain TCP server',
    head: 'virtual=192.0.2.1:7',
    lines: ['service=simpletcp', 'real=10.0.0.1:7 gate', 'request="PING\\n"', 'receive="PONG"'],
    module: 'simpletcp',
    options: { port: 7, request: 'PING\\n', receive: 'PONG', timeout: 30 },
  },
  { name: 'a connection', lines: ['checktype=connect'], module: 'tcp', options: { port: 80, timeout: 5 } },
  {
    name: 'an echo where nothing can be connected to',
    head: 'virtual=192.0.2.1:514',
    lines: ['protocol=udp', 'checktype=connect', 'real=10.0.0.1:514 gate'],
    module: 'ping',
    options: { count: 1, timeout: 5 },
    warnings: ['connect-udp'],
  },
  {
    name: 'an echo, tried one after the other',
    lines: ['checktype=ping', 'checkcount=3', 'checktimeout=2'],
    module: 'ping',
    options: { count: 3, timeout: 2, interval: 2 },
  },
  {
    name: 'a program, with both ends',
    lines: ['checktype=external', 'checkcommand="/usr/local/bin/check"', 'checkport=90'],
    module: 'misc',
    options: { command: ['/usr/local/bin/check', '192.0.2.1', '80', '10.0.0.1', '80'], timeout: 5 },
  },
  {
    name: 'a program behind a mark',
    head: 'virtual=7',
    lines: ['checktype=external', 'checkcommand=/usr/local/bin/check', 'real=10.0.0.1 gate'],
    module: 'misc',
    options: { command: ['/usr/local/bin/check', '7', '0', '10.0.0.1', '0'] },
  },
  {
    name: 'the usual port behind a mark',
    head: 'virtual=7',
    lines: ['service=https', 'real=10.0.0.1 gate'],
    module: 'http',
    options: { port: 443 },
    warnings: ['no-verify'],
  },
  { name: 'nothing, of what is switched off', lines: ['checktype=off'], module: 'off', options: {} },
  {
    name: 'a program whose name has a blank',
    lines: ['checktype=external', 'checkcommand="/bin/check -x"'],
    module: 'misc',
    options: { command: ['/bin/check -x', '192.0.2.1', '80', '10.0.0.1', '80'] },
    warnings: ['checkcommand-arguments'],
  },
]

for (const { name, head, lines, module, options, warnings } of asked) {
  test(`it asks for ${name}`, () => {
    const { monitor } = checkOf(lines, warnings, head)
    assert.equal(monitor?.module, module)
    const found: unknown = monitor?.options
    assert.ok(typeof found === 'object' && found !== null)
    const picked = Object.fromEntries(Object.entries(found).filter(([key]) => Object.hasOwn(options, key)))
    assert.deepEqual(picked, options)
  })
}

const unchecked: readonly (readonly [name: string, lines: readonly string[], warnings: readonly string[]])[] = [
  ['checktype=on', ['checktype=on'], []],
  ['service=none', ['service=none'], ['no-check']],
]
for (const [name, lines, warnings] of unchecked) {
  test(`${name} asks nothing`, () => {
    const { services, virtuals } = sound(serviceText(lines), warnings)
    assert.deepEqual(services, [])
    assert.deepEqual(first(first(virtuals).reals).checks, [])
  })
}

/** The order of ldirectord(8): own, own other, file's, file's other, default. */
const times: readonly (readonly [globals: string, own: readonly string[], negotiate: number, connect: number])[] = [
  ['', [], 30, 5],
  ['checktimeout=7\n', [], 7, 7],
  ['negotiatetimeout=8\n', [], 8, 8],
  ['checktimeout=7\nnegotiatetimeout=8\n', [], 8, 7],
  ['checktimeout=7\nnegotiatetimeout=8\n', ['checktimeout=3'], 3, 3],
  ['checktimeout=7\nnegotiatetimeout=8\n', ['negotiatetimeout=4'], 4, 4],
  ['checktimeout=7\n', ['checktimeout=3', 'negotiatetimeout=4'], 4, 3],
]
for (const [globals, own, negotiate, connect] of times) {
  test(`with ${JSON.stringify(globals)} and ${own.join(', ') || 'nothing'} requests have ${negotiate} s and connections ${connect} s`, () => {
    const timeoutOf = (lines: readonly string[]) => {
      const options: unknown = first(sound(globals + serviceText([...own, ...lines])).services).monitor?.options
      return typeof options === 'object' && options !== null && 'timeout' in options ? options.timeout : null
    }
    assert.equal(timeoutOf([]), negotiate)
    assert.equal(timeoutOf(['checktype=connect']), connect)
  })
}

test('checkinterval, failurecount and one good answer are the rules of a check', () => {
  const [check] = sound(`checkinterval=7\nfailurecount=3\n${serviceText([])}`).services
  assert.deepEqual(check?.timing, { kind: 'every', interval: milliseconds(7000), randskew: null })
  assert.deepEqual([check?.fall, check?.rise, check?.retryInterval], [3, 1, null])
})

test('a checkinterval of a service counts with fork alone', () => {
  const interval = (text: string, warnings: readonly string[]) => first(sound(text, warnings).services).timing
  const own = serviceText(['checkinterval=3'])
  assert.deepEqual(interval(own, ['checkinterval']), { kind: 'every', interval: milliseconds(10_000), randskew: null })
  assert.deepEqual(interval(`fork=yes\n${own}`, []), { kind: 'every', interval: milliseconds(3000), randskew: null })
})

test('a number for checktype is two checks, and that they count apart is told', () => {
  const { services, losses } = sound(`checkinterval=2\n${serviceText(['checktype=4', 'failurecount=2'])}`)
  const seen = services.map(({ monitor, timing, failureInterval, retryInterval, fall }) => ({
    ...{ module: monitor?.module, interval: timing?.kind === 'every' ? timing.interval : null },
    ...{ failureInterval, retryInterval, fall },
  }))
  assert.deepEqual(seen, [
    { module: 'http', interval: 10_000, failureInterval: 2000, retryInterval: 2000, fall: 2 },
    { module: 'tcp', interval: 2000, failureInterval: null, retryInterval: null, fall: 2 },
  ])
  assert.deepEqual(
    losses.map(({ text }) => text),
    ['checktype = 4'],
  )
})

test('equal questions of two services are one check, also of two files', () => {
  const both = serviceText([]) + serviceText([], 'virtual=192.0.2.2:80')
  assert.equal(sound(both).services.length, 1)
  assert.equal(checksOf(['real=10.0.0.1->10.0.0.9:80 gate']).length, 9)
})

const refused: readonly (readonly [name: string, text: string, said: readonly string[]])[] = [
  ['oracle', serviceText(['service=oracle', 'login="a"', 'request="b"']), ['error service-unknown']],
  ['a database without login', serviceText(['service=pgsql', 'request="b"']), ['error login-missing']],
  ['a database without a statement', serviceText(['service=pgsql', 'login="b"']), ['error request-missing']],
  ['a name server without a name', serviceText(['service=dns']), ['error request-missing']],
  ['RADIUS without anything', serviceText(['service=radius']), ['error check-value', 'error check-value']],
  ['a proxy without a URL', serviceText(['service=http_proxy', 'request="x"']), ['error request-url']],
  ['no port at all', serviceText(['real=10.0.0.1 gate', 'checktype=connect'], 'virtual=5'), ['error check-port']],
  ['another host that nobody finds', serviceText(['request="http://lost.example.com/"']), ['error host-unknown']],
]
for (const [name, text, expected] of refused) {
  test(`refused: ${name}`, () => assert.deepEqual(said(text), expected))
}

test('a port that clients do not use is told, as in ldirectord the check goes to the usual one', () => {
  const check = checkOf(['service=http', 'real=10.0.0.1 gate'], ['check-port'], 'virtual=192.0.2.1:8080')
  const options: unknown = check.monitor?.options
  assert.ok(typeof options === 'object' && options !== null && 'port' in options)
  assert.equal(options.port, 80)
})

test('a receive that is no regular expression is told where it stands', () => {
  for (const service of ['http', 'ldap', 'simpletcp', 'dns', 'ftp']) {
    const lines = [`service=${service}`, 'request="a"', 'receive="a(b"']
    const { problems } = resolved(serviceText(lines))
    const found = problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      found.map(({ code, span }) => [code, span.source.text.slice(span.start, span.end)]),
      [['check-value', '"a(b"']],
      service,
    )
    assert.match(first(found).message, /a\(b.*Unterminated group/)
  }
})

test('a receive for a file of FTP needs the file', () => {
  assert.deepEqual(said(serviceText(['service=ftp', 'real=10.0.0.1:21 gate', 'receive="a"'], 'virtual=192.0.2.1:21')), [
    'error check-value',
  ])
})
