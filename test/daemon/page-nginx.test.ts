/** The page behind a real nginx with TLS, which keeps the path of page_url or takes it away, as docs/acknowledging.md has it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { certPath } from '../monitors/peers.ts'
import { needs } from '../needs.ts'
import { PageRig } from './page-rig.ts'

const configuration = (dir: string, port: number, page: number): string => `
daemon off; master_process off; user root; pid ${dir}/pid; error_log stderr notice;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u;
  scgi_temp_path ${dir}/s;
  limit_req_zone $binary_remote_addr zone=upalert:1m rate=5r/s;
  server {
    listen 127.0.0.1:${port} ssl; server_name director.example.com;
    ssl_certificate ${certPath('chain.pem')}; ssl_certificate_key ${certPath('key.pem')};
    location /upalert/ack/ {
      limit_req zone=upalert burst=20 nodelay;
      client_max_body_size 16k;
      access_log off;
      proxy_pass http://127.0.0.1:${page};
    }
    location /stripped/ { proxy_pass http://127.0.0.1:${page}/; }
  }
}`

async function nginx(t: TestContext, page: number): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'upalert-nginx-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await once(probe.close(), 'close')
  await writeFile(join(dir, 'conf'), configuration(dir, port, page))
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit')
    await rm(dir, { recursive: true })
  })
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.includes('using the "')) continue
    child.stderr.resume()
    return port
  }
  assert.fail('nginx did not start')
}

/** Status of a request by TLS; its certificate is for another name, which is not what is tried here. */
async function status(url: string, body = ''): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const asked = request(url, { method: body === '' ? 'GET' : 'POST', headers, rejectUnauthorized: false, agent: false })
  asked.end(body)
  const [response] = await once(asked, 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

for (const path of ['/upalert', '/stripped']) {
  test(`behind nginx a link with the path ${path} is looked at and acknowledges`, needs('nginx'), async (t) => {
    const rig = new PageRig(t)
    await rig.open()
    const port = await nginx(t, rig.port)
    const link = rig.fails(`https://127.0.0.1:${port}${path}`)
    assert.equal(await status(link), 200)
    assert.equal(rig.acked(), null)
    assert.equal(await status(`${link.slice(0, -1)}${link.endsWith('a') ? 'b' : 'a'}`), 410)
    assert.equal(await status(link, `comment=${'x'.repeat(10_000)}`), 413)
    assert.equal(await status(link, 'who=Ann&comment=on+it'), 200)
    assert.equal(rig.acked()?.who, 'Ann (by a link)')
    assert.equal(await status(link, 'who=Ann'), 410)
  })
}
