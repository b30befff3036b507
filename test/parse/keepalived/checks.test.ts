/** Checkers of keepalived.conf as checks: what is asked, how often, and what takes a server down and up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../../../src/model/model.ts'
import { milliseconds } from '../../../src/model/units.ts'
import { checkOf, checksOf, realText, said, sound, virtualText } from './world.ts'

const HTTP = 'HTTP_GET {\n url { path / }\n'
const MISC = 'MISC_CHECK {\n misc_path "/bin/true a"\n'

/** Nothing but what keepalived.conf(5) gives them. */
const defaults: readonly (readonly [string, string, Partial<Service>])[] = [
  [
    'TCP_CHECK',
    'TCP_CHECK {\n}',
    { fall: 2, rise: 1, firstFall: 1, retryInterval: milliseconds(1000), retriesWhileDown: true },
  ],
  [
    'HTTP_GET',
    `${HTTP}}`,
    { fall: 2, rise: 2, firstFall: 1, retryInterval: milliseconds(3000), retriesWhileDown: false },
  ],
  [
    'SMTP_CHECK',
    'SMTP_CHECK {\n}',
    { fall: 2, rise: 1, firstFall: null, retryInterval: milliseconds(1000), retriesWhileDown: true },
  ],
  [
    'DNS_CHECK',
    'DNS_CHECK {\n}',
    { fall: 4, rise: 1, firstFall: 1, retryInterval: milliseconds(60_000), retriesWhileDown: false },
  ],
  ['MISC_CHECK', `${MISC}}`, { fall: 1, rise: 1, firstFall: 1, retryInterval: null, retriesWhileDown: false }],
  [
    'UDP_CHECK',
    'UDP_CHECK {\n}',
    { fall: 2, rise: 1, firstFall: 1, retryInterval: milliseconds(1000), retriesWhileDown: false },
  ],
  [
    'PING_CHECK',
    'PING_CHECK {\n}',
    { fall: 2, rise: 1, firstFall: 1, retryInterval: milliseconds(1000), retriesWhileDown: false },
  ],
]

const rules = ({ fall, rise, firstFall, retryInterval, retriesWhileDown }: Service) => ({
  ...{ fall, rise, firstFall, retryInterval, retriesWhileDown },
})

for (const [kind, words, expected] of defaults) {
  test(`${kind} has keepalived's rules where none are written`, () => {
    const check = checkOf(words)
    assert.deepEqual(rules(check), expected)
    assert.deepEqual(check.timing, { kind: 'every', interval: 60_000, randskew: null })
    assert.equal(check.warmup, null)
    assert.equal(check.onlyWith, null)
    assert.deepEqual(check.periods, [])
    assert.match(check.key, new RegExp(`^10\\.1\\.1\\.2:8080/${kind}(\\.[0-9a-f]{6})?$`))
    assert.deepEqual(check.hosts, ['10.1.1.2'])
  })
}

const heard: readonly {
  readonly name: string
  readonly words: string
  readonly virtual?: string
  readonly is: Partial<Service>
}[] = [
  { name: 'retry 2 is three failing answers', words: 'TCP_CHECK {\n retry 2\n}', is: { fall: 3 } },
  { name: 'retry 0 waits for nothing', words: 'TCP_CHECK {\n retry 0\n}', is: { fall: 1, retryInterval: null } },
  { name: 'the checker counts before its server', words: 'retry 5\n TCP_CHECK {\n retry 2\n}', is: { fall: 3 } },
  {
    name: 'the server counts before the virtual server',
    words: 'retry 5\n TCP_CHECK {\n}',
    virtual: 'retry 9',
    is: { fall: 6 },
  },
  {
    name: 'the virtual server counts before the default',
    words: 'TCP_CHECK {\n}',
    virtual: 'retry 9',
    is: { fall: 10 },
  },
  { name: 'fall counts as it is written', words: 'TCP_CHECK {\n fall 4\n rise 3\n}', is: { fall: 4, rise: 3 } },
  { name: 'fall counts before retry in the same block', words: 'TCP_CHECK {\n fall 4\n retry 9\n}', is: { fall: 4 } },
  {
    name: 'retry of the checker counts before fall of the server',
    words: 'fall 4\n TCP_CHECK {\n retry 9\n}',
    is: { fall: 10 },
  },
  { name: 'rise may stand in a virtual server', words: 'TCP_CHECK {\n}', virtual: 'rise 5', is: { rise: 5 } },
  { name: 'fast_recovery takes one good answer', words: `${HTTP} fast_recovery\n}`, is: { rise: 1 } },
  { name: 'fast_recovery off takes two', words: `${HTTP} fast_recovery off\n}`, is: { rise: 2 } },
  {
    name: 'delay_before_retry is kept',
    words: 'TCP_CHECK {\n delay_before_retry 0.5\n}',
    is: { retryInterval: milliseconds(500) },
  },
  {
    name: 'DNS_CHECK tries again after delay_loop',
    words: 'DNS_CHECK {\n}',
    virtual: 'delay_loop 7',
    is: { retryInterval: milliseconds(7000) },
  },
  { name: 'warmup is kept', words: 'TCP_CHECK {\n warmup 3\n}', is: { warmup: milliseconds(3000) } },
  { name: 'warmup 0 is the first moment', words: 'warmup 0\n TCP_CHECK {\n}', is: { warmup: milliseconds(0) } },
]
for (const { name, words, virtual, is } of heard) {
  test(name, () => {
    const check = checkOf(words, virtual)
    for (const [key, value] of Object.entries(is)) assert.deepEqual(check[key as keyof Service], value, key)
  })
}

const asked: readonly {
  readonly name: string
  readonly words: string
  readonly virtual?: string
  readonly module: string
  readonly options: object
}[] = [
  {
    name: 'TCP_CHECK connects to the port of its server',
    words: 'TCP_CHECK {\n}',
    module: 'tcp',
    options: { port: 8080, timeout: 5 },
  },
  {
    name: 'every word of a connection is handed on',
    words:
      'TCP_CHECK {\n connect_ip 10.9.9.9\n connect_port 90\n bindto 10.1.1.1\n bind_port 1023\n bind_if lo\n fwmark 7\n connect_timeout 0.5\n}',
    module: 'tcp',
    options: {
      port: 90,
      timeout: 0.5,
      connectIp: '10.9.9.9',
      source: '10.1.1.1',
      bindPort: 1023,
      bindIf: 'lo',
      mark: 7,
    },
  },
  {
    name: 'connect_ip of the server itself is nothing special',
    words: 'TCP_CHECK {\n connect_ip 10.1.1.2\n}',
    module: 'tcp',
    options: { port: 8080, timeout: 5 },
  },
  {
    name: 'the time to connect comes from above',
    words: 'connect_timeout 4\n TCP_CHECK {\n}',
    virtual: 'connect_timeout 3',
    module: 'tcp',
    options: { port: 8080, timeout: 4 },
  },
  {
    name: 'HTTP_GET asks for all pages in order',
    words:
      'HTTP_GET {\n url {\n path /a\n digest B93C79708E56FA083317D0B89858FBFC\n status_code 200 302 500-503\n }\n url {\n path /b\n regex "a.c"\n regex_options caseless\n regex_no_match\n regex_min_offset 3\n regex_max_offset 9\n }\n http_protocol 1.0c\n}',
    virtual: 'virtualhost www.example.org',
    module: 'http-get',
    options: {
      port: 8080,
      timeout: 10,
      url: [
        { path: '/a', digest: 'b93c79708e56fa083317d0b89858fbfc', statusCodes: '200 302 500-503' },
        { path: '/b', regex: { pattern: 'a.c', options: ['caseless'], noMatch: true, minOffset: 3, maxOffset: 9 } },
      ],
      virtualhost: 'www.example.org',
      http: '1.0C',
    },
  },
  {
    name: 'SSL_GET names the host in the handshake only where it is told to, and not by the name of the real server',
    words:
      'virtualhost real.example.org\n SSL_GET {\n enable_sni\n url {\n path /\n virtualhost url.example.org\n }\n}',
    virtual: 'virtualhost www.example.org',
    module: 'http-get',
    options: {
      port: 8080,
      timeout: 5,
      url: [{ path: '/', virtualhost: 'url.example.org', sni: 'url.example.org' }],
      tls: true,
      sni: 'www.example.org',
      virtualhost: 'real.example.org',
    },
  },
  {
    name: 'SMTP_CHECK greets by the name that keepalived has',
    words: 'SMTP_CHECK {\n}',
    module: 'smtp',
    options: { port: '8080', timeout: 5, helo: 'smtpchecker.keepalived.org', anyGoodbye: true },
  },
  {
    name: 'DNS_CHECK asks for what is written',
    words: 'DNS_CHECK {\n type a\n name example.org\n}',
    module: 'dns-check',
    options: { port: 8080, timeout: 5, type: 'A', name: 'example.org' },
  },
  {
    name: 'UDP_CHECK sends the payload and compares the reply',
    words: 'UDP_CHECK {\n payload 0d0a f\n require_reply 0d xx 4x\n min_reply_length 2\n max_reply_length 9\n}',
    module: 'udp',
    options: { port: 8080, timeout: 5, payload: '0d 0a 0f', reply: '0d xx 4x', minReplyLength: 2, maxReplyLength: 9 },
  },
  {
    name: 'UDP_CHECK wants any reply',
    words: 'UDP_CHECK {\n require_reply\n}',
    module: 'udp',
    options: { port: 8080, timeout: 5, requireReply: true, minReplyLength: 0, maxReplyLength: 255 },
  },
  {
    name: 'PING_CHECK has no port',
    words: 'PING_CHECK {\n bind_port 99\n connect_port 80\n}',
    module: 'ping',
    options: { timeout: 5, count: 1, size: 128, interval: 0.5 },
  },
  {
    name: 'MISC_CHECK has as long as delay_loop',
    words: 'MISC_CHECK {\n misc_path "/bin/true \'a b\' c"\n misc_dynamic\n user nobody nogroup\n}',
    virtual: 'delay_loop 7',
    module: 'misc',
    options: {
      command: ['/bin/true', 'a b', 'c'],
      timeout: 7,
      dynamic: true,
      user: 'nobody',
      group: 'nogroup',
      tell: false,
    },
  },
  {
    name: 'MISC_CHECK has misc_timeout where it is written',
    words: `${MISC} misc_timeout 2\n}`,
    module: 'misc',
    options: { command: ['/bin/true', 'a'], timeout: 2, dynamic: false, tell: false },
  },
]
for (const { name, words, virtual, module, options } of asked) {
  test(name, () => {
    const { monitor } = checkOf(words, virtual)
    assert.equal(monitor?.module, module)
    const found = monitor?.options as Record<string, unknown>
    // What the module fills in by itself is its own matter.
    for (const [key, value] of Object.entries(options)) assert.deepEqual(found[key], value, key)
    const strange = ['connectIp', 'source', 'bindPort', 'bindIf', 'mark', 'sni', 'tls', 'virtualhost', 'http', 'user']
    for (const key of strange) assert.equal(key in found, key in options, key)
  })
}

test('FILE_CHECK reads the file of its track_file, with its own weight or that of the file', () => {
  const of = (track: string, words: string) => {
    const text = `track_file load {\n file /run/load\n ${track}\n}\n`
    const { services } = sound(text + virtualText('', realText(`FILE_CHECK {\n track_file load\n ${words}\n}`)))
    return services[0]?.monitor?.options
  }
  assert.deepEqual(of('', ''), { path: '/run/load', weight: 1, reverse: false })
  assert.deepEqual(of('weight 3 reverse', ''), { path: '/run/load', weight: 3, reverse: true })
  assert.deepEqual(of('weight 3 reverse', 'weight -2'), { path: '/run/load', weight: -2, reverse: false })
})

test('SMTP_CHECK with old host blocks is a check for each', () => {
  const checks = checksOf(
    'SMTP_CHECK {\n connect_timeout 3\n host {\n connect_ip 10.1.1.2\n }\n host {\n connect_port 2525\n }\n}',
  )
  assert.deepEqual(
    checks.map(({ monitor }) => (monitor?.options as { port?: string } | undefined)?.port),
    ['8080', '2525'],
  )
  const [first, second] = checks.map(({ name }) => name)
  assert.equal(first, 'SMTP_CHECK')
  assert.match(second ?? '', /^SMTP_CHECK\.[0-9a-f]{6}$/)
})

const two = (a: string, b: string, words = '') =>
  virtualText(words, `real_server 10.1.1.2 8080 {\n${a}\n }`) +
  virtualText(words, `real_server 10.1.1.2 8080 {\n${b}\n }`).replace('192.0.2.10', '192.0.2.11')

const sharing: readonly (readonly [name: string, text: string, services: number])[] = [
  ['two virtual servers that ask the same of a server share one check', two('TCP_CHECK {\n}', 'TCP_CHECK {\n}'), 1],
  ['a word that changes nothing does not make it another check', two('TCP_CHECK {\n}', 'TCP_CHECK {\n retry 1\n}'), 1],
  ['another time makes it another check', two('TCP_CHECK {\n}', 'TCP_CHECK {\n connect_timeout 2\n}'), 2],
  ['another rule makes it another check', two('TCP_CHECK {\n}', 'TCP_CHECK {\n rise 2\n}'), 2],
  ['another kind is another check', two('TCP_CHECK {\n}', 'PING_CHECK {\n}'), 2],
  [
    'a check that is held back with its address is another check',
    two('TCP_CHECK {\n}', 'TCP_CHECK {\n}', 'ha_suspend'),
    2,
  ],
  ['a check that stands twice in a server runs once', virtualText('', realText('TCP_CHECK {\n}\n TCP_CHECK {\n}')), 1],
]
for (const [name, text, count] of sharing) {
  test(name, () => {
    const { services, groups, virtuals } = sound(text)
    assert.equal(services.length, count)
    assert.deepEqual(
      groups.map((group) => [group.name, group.hosts]),
      [['10.1.1.2:8080', ['10.1.1.2']]],
    )
    const known = new Set<string>(services.map(({ key }) => key))
    for (const { checks } of virtuals.flatMap(({ reals }) => reals)) {
      assert.ok(checks.length > 0)
      for (const { service, host } of checks) assert.ok(known.has(service) && host === '10.1.1.2')
    }
  })
}

test('a thousand virtual servers with the same server and check ask once', () => {
  const text = Array.from({ length: 1000 }, (_, i) =>
    virtualText('', realText('TCP_CHECK {\n}')).replace('192.0.2.10 80', `192.0.2.10 ${i + 1}`),
  )
  assert.equal(sound(text.join('')).services.length, 1)
})

test('with ha_suspend a check runs only with its address', () => {
  assert.deepEqual(checkOf('TCP_CHECK {\n}', 'ha_suspend').onlyWith, ['192.0.2.10'])
})

const refused: readonly (readonly [name: string, text: string, problem: string])[] = [
  [
    'a checker without a port to connect to',
    'virtual_server fwmark 3 {\n lvs_sched rr\n lvs_method NAT\n real_server 10.1.1.2 {\n TCP_CHECK {\n}\n}\n}\n',
    'error checker-port',
  ],
  [
    'a link-local server without an interface',
    virtualText('lvs_method TUN', 'real_server fe80::1 80 {\n TCP_CHECK {\n}\n}'),
    'error link-local',
  ],
  [
    'a source of the other family',
    virtualText('', realText('TCP_CHECK {\n bindto 2001:db8::1\n}')),
    'error bind-family',
  ],
  [
    'a pattern that cannot be used',
    virtualText('', realText('HTTP_GET {\n url {\n path /\n regex "("\n}\n}')),
    'error regex',
  ],
  [
    'a track_file that is no whole path',
    `track_file l {\n file load\n}\n${virtualText('', realText('FILE_CHECK {\n track_file l\n}'))}`,
    'error track-file',
  ],
  [
    'a login, which is not sent',
    virtualText('', realText('HTTP_GET {\n url {\n path /\n username a\n password b\n}\n}')),
    'warning not-honoured',
  ],
  ['checks ten thousand times a second', virtualText('delay_loop 0.0001'), 'warning delay-loop'],
]
for (const [name, text, problem] of refused) {
  test(`${name}: ${problem}`, () => assert.ok(said(text).includes(problem), said(text).join()))
}

test('log_all_failures counts for a shared check if one of those who share it wants it', () => {
  const quiet = 'TCP_CHECK {\n}'
  const loud = 'TCP_CHECK {\n log_all_failures\n}'
  const logs = (a: string, b: string) => sound(two(a, b)).services.map(({ logFailures }) => logFailures)
  assert.deepEqual(logs(quiet, quiet), [false])
  assert.deepEqual(logs(quiet, loud), [true])
  assert.deepEqual(logs(loud, quiet), [true])
})
