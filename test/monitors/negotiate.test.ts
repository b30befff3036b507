/**
 * ldirectord's negotiate and our monitors, asked the same of the same servers. Where its own check is wrong, the row says how.
 * The mapping from its directives to our options is the parser's; the options here are what that arrives at.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { monitors } from '../../monitors/index.ts'
import { host } from '../../src/model/names.ts'
import { fileServer } from './file-server.ts'
import { LDIRECTORD, type LdirectordCheck, ldirectordSays } from './ldirectord.ts'
import { a, nameServer } from './name-server.ts'
import { type Behaviour, context, page, peer, replying, tlsPeer } from './peers.ts'
import { speaking } from './talk-table.ts'

interface Row {
  readonly name: string
  /** The port it listens on. */
  readonly server: (t: TestContext) => Promise<number>
  readonly theirs: (port: number) => LdirectordCheck
  readonly monitor: string
  readonly options: (port: number) => unknown
  readonly verdict: 'up' | 'down'
  /** What ldirectord says instead, and why that is wrong. */
  readonly wrongly?: readonly [verdict: string, why: string]
}

const plain =
  (behaviour: Behaviour) =>
  (t: TestContext): Promise<number> =>
    peer(t, behaviour)
const secure =
  (behaviour: Behaviour) =>
  (t: TestContext): Promise<number> =>
    tlsPeer(t, 'good.pem', behaviour)
const gone = async (): Promise<number> => 1

const site = replying((request) => {
  const [, path = ''] = /^\w+ (\S+)/.exec(request) ?? []
  const [, name = ''] = /^host: *(\S+)/im.exec(request) ?? []
  if (path === '/hello') return page('<p>hello\nworld</p>\n')
  if (path === '/host') return page(name.replace(/:\d+$/, ''))
  if (path === '/busy') return page('hello', 'HTTP/1.1 503 Service Unavailable')
  if (path === '/gone') return page('hello', 'HTTP/1.1 301 Moved\r\nLocation: /hello')
  if (path === '/loop') return page('hello', 'HTTP/1.1 302 Found\r\nLocation: /loop')
  if (path === '/created') return page('', 'HTTP/1.1 201 Created')
  if (path === 'http://www.example.com/page') return page(`by proxy for ${name}`)
  return page('no', 'HTTP/1.1 404 Not Found')
})

interface Web {
  readonly tls?: true
  readonly virtualhost?: string
  readonly method?: 'HEAD'
}

function web(name: string, path: string, receive: string, verdict: Row['verdict'], how: Web = {}): Row {
  const scheme = how.tls === true ? 'https' : 'http'
  const service = { service: scheme, httpmethod: how.method ?? 'GET' }
  return {
    name: `${scheme}: ${name}`,
    server: how.tls === true ? secure(site) : plain(site),
    theirs: (port) => ({
      check: 'check_http',
      service: how.virtualhost === undefined ? service : { ...service, virtualhost: how.virtualhost },
      real: { port, url: `${scheme}://127.0.0.1:${port}${path}`, receive },
    }),
    monitor: 'http',
    options: (port) => ({
      port,
      timeout: 3,
      url: [path],
      method: how.method ?? 'GET',
      status: '200-299',
      follow: 7,
      hostHeader: how.virtualhost ?? '127.0.0.1',
      receive,
      ...(how.tls === true ? { tls: true } : {}),
    }),
    verdict,
  }
}

const proxy = (name: string, url: string, receive: string, verdict: Row['verdict']): Row => ({
  name: `http_proxy: ${name}`,
  server: plain(site),
  theirs: (port) => ({ check: 'check_http', service: { service: 'http_proxy' }, real: { port, url, receive } }),
  monitor: 'http',
  options: (port) => ({ port, timeout: 3, proxy: true, url: [url], status: '200-299', follow: 7, receive }),
  verdict,
})

const MAIL = { anna: { user: 'anna', password: 'xyzzy' }, nobody: {} } as const

function mailbox(
  service: 'pop' | 'pops' | 'imap' | 'imaps',
  name: string,
  behaviour: Behaviour | null,
  who: keyof typeof MAIL,
  verdict: Row['verdict'],
  wrongly?: Row['wrongly'],
): Row {
  const tls = service.endsWith('s')
  const pop = service.startsWith('pop')
  const login = who === 'anna' ? { login: 'anna', passwd: 'xyzzy' } : { login: '', passwd: '' }
  return {
    name: `${service}: ${name}`,
    server: behaviour === null ? gone : tls ? secure(behaviour) : plain(behaviour),
    theirs: (port) => ({
      check: pop ? 'check_pop' : `check_${service}`,
      more: pop ? [tls ? 1 : 0] : [],
      service: { service, ...login },
      // Its library for IMAP forgets a port that does not stand behind the address.
      real: pop ? { port } : { port, server: `127.0.0.1:${port}` },
    }),
    monitor: pop ? 'pop3' : 'imap',
    options: (port) => ({
      port: String(port),
      timeout: 3,
      goodbye: false,
      ...(pop ? {} : { anonymous: false }),
      ...MAIL[who],
      ...(tls ? { tls } : {}),
    }),
    verdict,
    ...(wrongly === undefined ? {} : { wrongly }),
  }
}

const OK = '+OK\r\n'
const popServer = speaking('+OK ready\r\n', {
  user: OK,
  pass: OK,
  stat: '+OK 0 0\r\n',
  capa: '-ERR\r\n',
  quit: { last: OK },
})
const popStrict = speaking('+OK ready\r\n', { user: OK, pass: '-ERR no\r\n', capa: '-ERR\r\n', quit: { last: OK } })

/** Tags are whatever the client makes of them. */
const imapServer =
  (greeting: string, login: string): Behaviour =>
  (socket) => {
    socket.write(greeting)
    let rest = ''
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [tag = '', word = ''] = line.split(' ')
        if (/^login$/i.test(word)) socket.write(`${tag} ${login}\r\n`)
        else if (/^logout$/i.test(word)) socket.end(`* BYE\r\n${tag} OK done\r\n`)
        else socket.write(`${tag} OK done\r\n`)
      }
    })
  }
const IMAP_READY = '* OK IMAP4rev1 ready\r\n'

const smtpRow = (name: string, behaviour: Behaviour | null, verdict: Row['verdict']): Row => ({
  name: `smtp: ${name}`,
  server: behaviour === null ? gone : plain(behaviour),
  theirs: (port) => ({ check: 'check_smtp', service: { service: 'smtp' }, real: { port } }),
  monitor: 'smtp',
  options: (port) => ({ port: String(port), timeout: 3, ehlo: true, goodbye: false }),
  verdict,
})

const nntpRow = (name: string, behaviour: Behaviour | null, verdict: Row['verdict']): Row => ({
  name: `nntp: ${name}`,
  server: behaviour === null ? gone : plain(behaviour),
  theirs: (port) => ({ check: 'check_nntp', service: { service: 'nntp' }, real: { port } }),
  monitor: 'nntp',
  options: (port) => ({ port: String(port), timeout: 3, greetingOnly: true }),
  verdict,
})

/** Answers when the client has finished speaking. */
const parrot: Behaviour = (socket) => {
  const pieces: Buffer[] = []
  socket.on('data', (bytes) => pieces.push(bytes))
  socket.on('end', () => socket.end(`hello\n${Buffer.concat(pieces).toString()}\nend without a line end`))
}

const tcpRow = (name: string, request: string, receive: string, verdict: Row['verdict']): Row => ({
  name: `simpletcp: ${name}`,
  server: plain(parrot),
  theirs: (port) => ({
    check: 'check_simpletcp',
    service: { service: 'simpletcp' },
    real: { port, request: `/${request}`, receive },
  }),
  monitor: 'simpletcp',
  options: (port) => ({ port, timeout: 3, request, receive }),
  verdict,
})

const dnsRow = (
  name: string,
  request: string,
  receive: string,
  protocol: 'udp' | 'tcp',
  verdict: Row['verdict'],
): Row => ({
  name: `dns over ${protocol}: ${name}`,
  async server(t) {
    const zone = await nameServer(t, ['127.0.0.1'], () => (question) => {
      const { name: asked, type } = question
      if (type === 'A' && asked === 'www.example') return { answers: [a(asked, '192.0.2.1'), a(asked, '192.0.2.20')] }
      if (type === 'A' && asked === 'alias.example') {
        const alias = { type: 'CNAME', name: asked, ttl: 60, data: 'www.example' } as const
        return { answers: [alias, a('www.example', '192.0.2.1')] }
      }
      if (type === 'PTR' && asked === '1.2.0.192.in-addr.arpa') {
        return { answers: [{ type: 'PTR', name: asked, ttl: 60, data: 'www.example' }] }
      }
      return { rcode: 3 }
    })
    return zone.port
  },
  theirs: (port) => ({ check: 'check_dns', service: { service: 'dns', protocol }, real: { port, request, receive } }),
  monitor: 'dns',
  options: (port) => ({ port, timeout: 3, name: request, receive, ...(protocol === 'tcp' ? { tcp: true } : {}) }),
  verdict,
})

const FILES = { user: 'anna', password: 'xyzzy', files: { '/motd': 'all is well\nhere\n' } }

const ftpRow = (name: string, path: string, receive: string, verdict: Row['verdict'], password = 'xyzzy'): Row => ({
  name: `ftp: ${name}`,
  server: (t) => fileServer(t, FILES),
  theirs: (port) => ({
    check: 'check_ftp',
    service: { service: 'ftp', login: 'anna', passwd: password },
    real: { port, request: path, receive },
  }),
  monitor: 'ftp',
  options: (port) => ({ port: String(port), timeout: 3, user: 'anna', password, path, receive }),
  verdict,
})

const sipAnswer =
  (status: string): Behaviour =>
  (socket) =>
    socket.once('data', (bytes) => {
      const [, id = ''] = /^Call-ID: *(.*?)\r$/im.exec(bytes.toString('latin1')) ?? []
      socket.end(`SIP/2.0 ${status}\r\nCall-ID: ${id}\r\nContent-Length: 0\r\n\r\n`)
    })

const sipRow = (status: string, verdict: Row['verdict']): Row => ({
  name: `sip over tcp: ${status}`,
  server: plain(sipAnswer(status)),
  theirs: (port) => ({ check: 'check_sip', service: { service: 'sip', login: 'a@b.example' }, real: { port } }),
  monitor: 'sip',
  options: (port) => ({ port, timeout: 3, login: 'a@b.example' }),
  verdict,
})

const rows: readonly Row[] = [
  web('a page with the text', '/hello', 'hello', 'up'),
  web('any page', '/created', '', 'up'),
  web('a page without the text', '/hello', 'goodbye', 'down'),
  web('capital letters count', '/hello', 'HELLO', 'down'),
  web('unless the pattern says otherwise', '/hello', '(?i)HELLO', 'up'),
  web('a dot is no line end', '/hello', 'hello.world', 'down'),
  web('a pattern over two lines', '/hello', 'hello\\nworld', 'up'),
  web('the end of the page, before its last line end', '/hello', 'p>$', 'up'),
  web('an error page with the text', '/busy', 'hello', 'down'),
  web('a redirect', '/gone', 'world', 'up'),
  web('redirects without end', '/loop', 'hello', 'down'),
  web('a virtual host', '/host', '^www\\.example$', 'up', { virtualhost: 'www.example' }),
  web('the address as host', '/host', '^127\\.0\\.0\\.1$', 'up'),
  web('HEAD', '/hello', '', 'up', { method: 'HEAD' }),
  web('a page with the text', '/hello', 'hello', 'up', { tls: true }),
  {
    ...web('a certificate signed by itself', '/hello', 'hello', 'up', { tls: true }),
    server: (t) => tlsPeer(t, 'self-signed.pem', site),
    wrongly: ['down', 'told to compare no names, its library still verifies the chain'],
  },
  proxy('a page behind it', 'http://www.example.com/page', 'for www.example.com$', 'up'),
  proxy('no such page', 'http://www.example.com/other', '', 'down'),
  smtpRow('one that answers', speaking('220 a\r\n', { ehlo: '250-a\r\n250 b\r\n', quit: { last: '221 c\r\n' } }), 'up'),
  smtpRow(
    'HELO alone',
    speaking('220 a\r\n', { ehlo: '500 what\r\n', helo: '250 b\r\n', quit: { last: '221\r\n' } }),
    'up',
  ),
  smtpRow('the end instead of a goodbye', speaking('220 a\r\n', { ehlo: '250 b\r\n', quit: { last: '' } }), 'up'),
  smtpRow('neither', speaking('220 a\r\n', { ehlo: '500 what\r\n', helo: '500 what\r\n' }), 'down'),
  smtpRow('one that is not in the mood', speaking('554 go away\r\n', { quit: { last: '221\r\n' } }), 'down'),
  smtpRow('nobody', null, 'down'),
  mailbox('pop', 'without a login', popServer, 'nobody', 'up'),
  mailbox('pop', 'a login', popServer, 'anna', 'up'),
  mailbox('pop', 'a refused login', popStrict, 'anna', 'down'),
  mailbox('pop', 'nobody listens, and nobody logs in', null, 'nobody', 'down', [
    'up',
    'it does not look whether it is connected',
  ]),
  mailbox('pop', 'nobody listens', null, 'anna', 'down'),
  mailbox('pops', 'a login', popServer, 'anna', 'up'),
  mailbox('imap', 'without a login', imapServer(IMAP_READY, 'OK'), 'nobody', 'up'),
  mailbox('imap', 'a login', imapServer(IMAP_READY, 'OK in'), 'anna', 'up'),
  mailbox('imap', 'a refused login', imapServer(IMAP_READY, 'NO who'), 'anna', 'down'),
  mailbox('imap', 'nobody listens', null, 'nobody', 'down'),
  mailbox('imaps', 'a login', imapServer(IMAP_READY, 'OK in'), 'anna', 'up'),
  mailbox('imaps', 'a refused login', imapServer(IMAP_READY, 'NO who'), 'anna', 'down'),
  nntpRow('posting allowed', speaking('200 ready\r\n'), 'up'),
  nntpRow('posting prohibited', speaking('201 ready\r\n'), 'up'),
  nntpRow('out of service', speaking('400 later\r\n'), 'down'),
  nntpRow('nobody', null, 'down'),
  tcpRow('what was sent comes back', 'ping', '^ping$', 'up'),
  tcpRow('a line end in the request', 'one\\ntwo', '^two$', 'up'),
  tcpRow('the last line has no end', '', 'a line end$', 'up'),
  tcpRow('no line is like it', 'ping', 'pong', 'down'),
  tcpRow('a pattern does not reach over lines', 'one\\ntwo', 'one\\ntwo', 'down'),
  ...(['udp', 'tcp'] as const).flatMap((protocol) => [
    dnsRow('an address', 'www.example', '^192\\.0\\.2\\.20$', protocol, 'up'),
    dnsRow('another address', 'www.example', '^10\\.', protocol, 'down'),
    dnsRow('behind an alias', 'alias.example', '192.0.2.1', protocol, 'up'),
    dnsRow('the name of an address', '192.0.2.1', '^www\\.example$', protocol, 'up'),
    dnsRow('no such name', 'nobody.example', '.', protocol, 'down'),
  ]),
  ftpRow('a file with the text', '/motd', 'well\\nhere', 'up'),
  ftpRow('a file without it', '/motd', 'ill', 'down'),
  {
    ...ftpRow('a server that names an address that is not its own', '/motd', 'well', 'up'),
    server: (t) => fileServer(t, { ...FILES, says: '192,0,2,1' }),
  },
  ftpRow('no such file', '/nothing', 'well', 'down'),
  ftpRow('a refused login', '/motd', 'well', 'down', 'wrong'),
  sipRow('200 OK', 'up'),
  sipRow('404 Not Found', 'down'),
]

for (const { name, server, theirs, monitor, options, verdict, wrongly } of rows) {
  test(`${monitor} says ${verdict} of ${name}`, async (t) => {
    const port = await server(t)
    const result = await monitors.get(monitor)?.check([host('127.0.0.1')], options(port), context)
    assert.equal(result?.hosts[0]?.kind, verdict, result?.detail)
  })

  const same =
    wrongly === undefined
      ? `ldirectord says the same of ${name}`
      : `ldirectord says ${wrongly[0]} of ${name}: ${wrongly[1]}`
  test(same, LDIRECTORD, async (t) => {
    const port = await server(t)
    assert.equal(await ldirectordSays(theirs(port)), wrongly?.[0] ?? verdict)
  })
}
