import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { HttpOptions } from '../../monitors/http.ts'
import { http } from '../../monitors/http.ts'
import { httpGet } from '../../monitors/http-get.ts'
import { ssl } from '../../monitors/ssl.ts'
import { tcp } from '../../monitors/tcp.ts'
import type { GetOptions } from '../../src/edge/http/get-options.ts'
import { genhash } from '../../src/genhash.ts'
import { host } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { certPath, context } from './peers.ts'

const local = [host('127.0.0.1')]
const BODY = 'hello from nginx\n'.repeat(2000)
const md5 = createHash('md5').update(BODY).digest('hex')

/** Server side includes make a page of unknown length, which nginx sends in chunks to HTTP/1.1 and up to the end to 1.0. */
const configuration = (dir: string, plain: number, secure: number): string => `
daemon off; master_process off; user root; pid ${dir}/pid; error_log stderr notice;
events { worker_connections 64; }
http {
  access_log off; gzip on; gzip_types text/plain; default_type text/plain;
  client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u;
  scgi_temp_path ${dir}/s;
  server {
    listen 127.0.0.1:${plain}; listen 127.0.0.1:${secure} ssl; server_name a.example; root ${dir};
    ssl_certificate ${certPath('chain.pem')}; ssl_certificate_key ${certPath('key.pem')};
    location /chunked { alias ${dir}/page; ssi on; ssi_types text/plain; }
    location /old { return 301 /page; }
    location /busy { return 503; }
  }
  server { listen 127.0.0.1:${plain}; server_name b.example; location / { return 200 "this is b\\n"; } }
}`

async function nginx(t: TestContext): Promise<{ plain: number; secure: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'upalert-nginx-'))
  await writeFile(join(dir, 'page'), BODY)
  const [plain, secure] = await twoFreePorts()
  await writeFile(join(dir, 'conf'), configuration(dir, plain, secure))
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit')
    await rm(dir, { recursive: true })
  })
  await listening(child)
  return { plain, secure }
}

/** nginx names the way it waits for events once its sockets are open. */
async function listening(child: ChildProcess): Promise<void> {
  assert(child.stderr !== null)
  const said: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('using the "')) return void child.stderr.resume()
    said.push(line)
  }
  assert.fail(`nginx did not start: ${said.join('\n')}`)
}

async function twoFreePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const [plain = 0, secure = 0] = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) await once(server.close(), 'close')
  return [plain, secure]
}

test('the monitors find a real nginx as it is', needs('nginx'), async (t) => {
  const { plain, secure } = await nginx(t)
  const vectors: { name: string; options: HttpOptions; says: RegExp }[] = [
    { name: 'plain', options: { url: ['/page'], digest: md5 }, says: /^answered 200 for \/page$/ },
    { name: 'HTTP/1.0', options: { url: ['/page'], digest: md5, http: '1.0' }, says: /^answered 200/ },
    { name: 'chunked', options: { url: ['/chunked'], digest: md5 }, says: /^answered 200/ },
    {
      name: 'really chunked',
      options: { url: ['/chunked'], match: 'Transfer-Encoding: chunked' },
      says: /^answered 200/,
    },
    { name: 'up to the end', options: { url: ['/chunked'], digest: md5, http: '1.0' }, says: /^answered 200/ },
    {
      name: 'TLS',
      options: { url: ['https://a.example/page'], digest: md5, port: secure, verify: true, ca: certPath('root.pem') },
      says: /^answered 200/,
    },
    { name: 'HEAD', options: { url: ['/page'], method: 'HEAD' }, says: /^answered 200/ },
    { name: 'virtual host', options: { hostHeader: 'b.example', regex: '^this is b' }, says: /^answered 200/ },
    { name: 'redirect', options: { url: ['/old status:200'], follow: 1, digest: md5 }, says: /^answered 200/ },
    {
      name: 'busy',
      options: { url: ['/busy'] },
      says: /^answered 503 \(Service Temporarily Unavailable\) where 200-399 was expected, asked for \/busy$/,
    },
    { name: 'plain HTTP to the TLS port', options: { port: secure }, says: /^answered 400 / },
    {
      name: 'TLS to the plain port',
      options: { tls: true },
      says: /^speaks something other than TLS on port \d+, asked for \/$/,
    },
  ]
  for (const { name, options, says } of vectors) {
    await t.test(name, async () => {
      const [result] = (await http.check(local, { port: plain, ...options }, context)).hosts
      assert.match(result?.text ?? '', says)
    })
  }
  await t.test('tcp and ssl', async () => {
    assert.equal((await tcp.check(local, { port: plain }, context)).exit, 0)
    const checked = await ssl.check(local, { port: secure, servername: 'a.example', ca: certPath('root.pem') }, context)
    assert.equal(checked.detail, '')
  })
})

test("genhash and keepalived's agree about a real nginx", needs('nginx', 'keepalived'), async (t) => {
  const { plain, secure } = await nginx(t)
  const forms = [
    ['-p', `${plain}`, '-u', '/page'],
    ['-p', `${plain}`, '-u', '/page', '-P', '1.1'],
    ['-p', `${plain}`, '-u', '/chunked', '-P', '1.1'],
    ['-p', `${plain}`, '-u', '/', '-V', 'b.example'],
    ['-p', `${secure}`, '-u', '/page', '-S', '-I', '-V', 'a.example'],
  ]
  for (const form of forms) {
    const args = ['-s', '127.0.0.1', ...form]
    const ours: (string | Buffer)[] = []
    const status = await genhash(args, { stdout: (text) => void ours.push(text), stderr: () => undefined })
    const { stdout } = await promisify(execFile)('genhash', args)
    assert.equal(ours.join(''), stdout, args.join(' '))
    assert.equal(status, 0)
  }
})

const digestForms: readonly { name: string; args: readonly string[]; options: GetOptions; path?: string }[] = [
  { name: 'plain', args: [], options: {} },
  { name: 'HTTP/1.0 with Connection: close', args: ['-P', '1.0c'], options: { http: '1.0C' } },
  { name: 'HTTP/1.1', args: ['-P', '1.1'], options: { http: '1.1' } },
  { name: 'chunked', args: ['-P', '1.1'], options: { http: '1.1' }, path: '/chunked' },
  { name: 'up to the end of the connection', args: [], options: {}, path: '/chunked' },
  { name: 'a virtual host', args: ['-V', 'b.example'], options: { virtualhost: 'b.example' }, path: '/' },
  { name: 'a page that is an error', args: [], options: {}, path: '/busy' },
  { name: 'TLS', args: ['-S'], options: { tls: true } },
  {
    name: 'TLS with SNI and a virtual host',
    args: ['-S', '-I', '-V', 'a.example'],
    options: { tls: true, sni: 'a.example', virtualhost: 'a.example' },
  },
  {
    name: 'TLS, chunked',
    args: ['-S', '-P', '1.1'],
    options: { tls: true, http: '1.1' },
    path: '/chunked',
  },
]

test(
  "a digest that keepalived's genhash prints is the one that http-get wants",
  needs('nginx', 'keepalived'),
  async (t) => {
    const { plain, secure } = await nginx(t)
    for (const { name, args, options, path = '/page' } of digestForms) {
      await t.test(name, async () => {
        const port = options.tls === true ? secure : plain
        const said = await promisify(execFile)('genhash', ['-s', '127.0.0.1', '-p', `${port}`, '-u', path, ...args])
        const digest = said.stdout.trim()
        assert.match(digest, /^[0-9a-f]{32}$/)
        const urls = (wanted: string) => ({ ...options, port, url: [{ path, digest: wanted, statusCodes: '100-599' }] })
        const right = await httpGet.check(local, urls(digest.toUpperCase()), context)
        assert.equal(right.detail, '')
        const other = '0'.repeat(32)
        const [wrong] = (await httpGet.check(local, urls(other), context)).hosts
        assert.match(
          wrong?.text ?? '',
          new RegExp(`MD5 digest ${digest} where ${other} was expected \\(status \\d+, \\d+ bytes`),
        )
      })
    }
  },
)
