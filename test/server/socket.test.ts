import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask } from '../../src/cli/client.ts'
import type { Entry } from '../../src/model/entry.ts'
import { host } from '../../src/model/names.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import { milliseconds } from '../../src/model/units.ts'
import type { Daemon } from '../../src/server/commands.ts'
import { listenOn } from '../../src/server/socket.ts'
import { alertCall, at, checked, model, Run, result, service } from '../engine/build.ts'

const watched = service({ called: 'web/http', hosts: [host('10.1.1.1'), host('10.1.1.2')] })

const oncall: Receiver = {
  ...{ name: 'oncall', channels: [alertCall('mail')], second: null, digest: null, rate: null },
  ...{ groupWait: milliseconds(0), groupBy: 'receiver', place: { file: 'mon.cf', line: 1, column: 1 } },
}

async function listening(t: { after(callback: () => Promise<unknown>): void }) {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-'))
  const path = join(directory, 'upalert.sock')
  const run = new Run({ ...model([watched]), receivers: new Map([['oncall', oncall]]) })
  const entries: Entry[] = []
  const post: Daemon['post'] = (event) => {
    const written = run.post(event, at(60)).flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
    entries.push(...written)
    return written
  }
  post(checked(watched, result(watched.hosts, ['10.1.1.2']), milliseconds(12)))
  const daemon: Daemon = {
    now: () => at(90),
    state: () => run.state,
    post,
    entries: async ({ limit }) => entries.slice(-limit),
    doors: () => [{ door: 'IPVS', well: false, text: 'in memory' }],
    kept: async () => null,
    drainRemarks: () => ['clients are kept there by persistence'],
    plan: async (file) => ({ ok: false, text: `no plan for ${file}` }),
    render: () => 'a preview',
    outcomes: async () => [],
    reload: async () => ({ done: false, text: 'mon.cf has 1 error' }),
  }
  const socket = await listenOn(path, daemon)
  assert.equal(socket.kind, 'listening')
  t.after(async () => {
    if (socket.kind === 'listening') await socket.close()
    await rm(directory, { recursive: true })
  })
  return { path, directory, daemon, socket }
}

test('only its own user may open the socket', async (t) => {
  const { path } = await listening(t)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('status tells each service, its hosts and why it is not up', async (t) => {
  const { path } = await listening(t)
  const answer = await ask(path, { command: 'status' })
  assert.ok(answer.ok)
  const { services } = answer.data as { services: { service: string; verdict: string; why: string; for: number }[] }
  assert.deepEqual(
    services.map(({ service: name, verdict, why, for: length }) => [name, verdict, why, length]),
    [['web/http', 'down', '10.1.1.2 refused', 30_000]],
  )
})

test('why tells what is known of a host, and suggests a name for a mistyped one', async (t) => {
  const { path } = await listening(t)
  const answer = await ask(path, { command: 'why', subject: '10.1.1.2' })
  assert.ok(answer.ok)
  const { services, history } = answer.data as {
    services: { hosts: { next: string }[] }[]
    history: { text: string }[]
  }
  assert.equal(services[0]?.hosts[0]?.next, 'is up again after 1 passing check')
  assert.equal(history[0]?.text, '10.1.1.2 is DOWN for web/http: refused')
  assert.deepEqual(await ask(path, { command: 'why', subject: 'web/htp' }), {
    ok: false,
    text: 'nothing is called "web/htp"; did you mean web/http?',
  })
})

test('an acknowledgement is carried out, recorded with its author, and refused where nothing fails', async (t) => {
  const { path, daemon } = await listening(t)
  const answer = await ask(path, { command: 'ack', subject: 'web/http', text: 'on it', who: 'ann' })
  assert.deepEqual(answer, { ok: true, data: { text: 'alerts stop until the service has recovered' } })
  assert.equal(daemon.state().services[0]?.ack?.who, 'ann')
  assert.deepEqual(await ask(path, { command: 'ack', subject: 'web/ftp' }), {
    ok: false,
    text: 'there is no service web/ftp; did you mean web/http?',
  })
})

const misnamed = [
  { request: { command: 'ack', subject: 'web/htp' }, text: 'there is no service web/htp; did you mean web/http?' },
  { request: { command: 'unack', subject: 'web' }, text: 'there is no service web; web is a watch, with web/http' },
  { request: { command: 'ack', subject: 'shop' }, text: 'there is no service shop; services are web/http' },
  {
    request: { command: 'alert-route', subject: 'web' },
    text: 'there is no service web; web is a watch, with web/http',
  },
  {
    request: { command: 'alert-test', subject: 'oncal' },
    text: 'no receiver and no service that tells anybody is called "oncal"; did you mean oncall?',
  },
  {
    request: { command: 'alert-test', subject: 'nosuch' },
    text: 'no receiver and no service that tells anybody is called "nosuch"; receivers are oncall',
  },
  {
    request: { command: 'alert-test', subject: 'web/htp' },
    text: 'no receiver and no service that tells anybody is called "web/htp"; did you mean web/http?',
  },
]
for (const { request, text } of misnamed) {
  test(`${Object.values(request).join(' ')}: ${text}`, async (t) => {
    const { path } = await listening(t)
    assert.deepEqual(await ask(path, request), { ok: false, text })
  })
}

const bad = [
  { name: 'a line that is no JSON', line: 'status', text: /one JSON object/ },
  { name: 'JSON that is no request', line: '[1]', text: /needs a "command"/ },
  { name: 'a field of the wrong kind', line: '{"command":"log","limit":"all"}', text: /needs a "command"/ },
  { name: 'an unknown command', line: '{"command":"dance"}', text: /does not know the command "dance"/ },
]
for (const { name, line, text } of bad) {
  test(`${name} gets a sentence and disturbs nothing`, async (t) => {
    const { path } = await listening(t)
    const answer = await lineOf(path, `${line}\n`)
    assert.match(JSON.parse(answer).text, text)
    assert.equal((await ask(path, { command: 'status' })).ok, true)
  })
}

test('an endless request is refused and hung up on', async (t) => {
  const { path } = await listening(t)
  assert.match(await lineOf(path, 'x'.repeat(70_000)), /may have 65536 bytes/)
})

const lineOf = (path: string, sent: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(sent))
    let text = ''
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) socket.destroy()
    })
    socket.on('close', () => resolve(text))
  })

test('clients that cannot be accepted, one after the other, do not end the daemon', async (t) => {
  const listen = t.mock.method(Server.prototype, 'listen')
  const { path } = await listening(t)
  const server = listen.mock.calls[0]?.this
  assert.ok(server instanceof Server)
  for (let i = 0; i < 3; i += 1) server.emit('error', new Error('accept EMFILE'))
  assert.equal((await ask(path, { command: 'status' })).ok, true)
})

test('a request over which the daemon stumbles is answered, and so is the next', async (t) => {
  const { path, daemon } = await listening(t)
  daemon.entries = async () => {
    throw new Error('the disk is gone')
  }
  const answer = await ask(path, { command: 'log' })
  assert.match(answer.ok ? '' : answer.text, /stumbled over "log".*the disk is gone/)
  assert.equal((await ask(path, { command: 'status' })).ok, true)
})

test('a client that asks on and on is answered no faster than it reads, and completely', async (t) => {
  const { path, daemon } = await listening(t)
  const requests = 40
  let answered = 0
  daemon.reload = async () => {
    answered += 1
    return { done: true, text: 'x'.repeat(4_000_000) }
  }
  const socket = connect(path, () => socket.write('{"command":"reload"}\n'.repeat(requests)))
  t.after(() => socket.destroy())
  for (let i = 0; i < 50 || answered === 0; i += 1) assert.equal((await ask(path, { command: 'status' })).ok, true)
  assert.ok(answered < 3, `${answered} answers wait for a client that reads none`)
  let lines = 0
  for await (const chunk of socket) {
    lines += chunk.toString().split('\n').length - 1
    if (lines === requests) break
  }
  assert.equal(answered, requests)
})

test('a client that ends its side after asking gets all its answers', async (t) => {
  const { path } = await listening(t)
  const socket = connect(path, () => socket.end('{"command":"status"}\n{"command":"log"}\n'))
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.equal(text.split('\n').length - 1, 2)
})

test('a second daemon on the same socket is refused, and one left over by a crash is replaced', async (t) => {
  const { path, directory, daemon } = await listening(t)
  const second = await listenOn(path, daemon)
  assert.match(second.kind === 'failed' ? second.text : '', /another upalert answers on/)
  const stale = join(directory, 'stale.sock')
  await writeFile(stale, '')
  const third = await listenOn(stale, daemon)
  assert.equal(third.kind, 'listening')
  if (third.kind === 'listening') await third.close()
})

test('without a daemon the command line says how to start one', async (t) => {
  const { directory } = await listening(t)
  const answer = await ask(join(directory, 'none.sock'), { command: 'status' })
  assert.match(answer.ok ? '' : answer.text, /no upalert is running here.*upalert run -c FILE/)
})

test('a daemon that hangs up without a word is named', async (t) => {
  const { directory } = await listening(t)
  const path = join(directory, 'rude.sock')
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  const answer = await ask(path, { command: 'status' })
  assert.equal(answer.ok, false)
})

test('disabling a group by its name disables its watch', async (t) => {
  const { path, daemon } = await listening(t)
  assert.deepEqual(await ask(path, { command: 'disable', subject: 'web', text: 'work', who: 'ann' }), {
    ok: true,
    data: { text: 'nobody is told of its services' },
  })
  assert.equal(daemon.state().controls.watches.web?.reason, 'work')
  await ask(path, { command: 'enable', subject: 'web', who: 'ann' })
  assert.deepEqual(daemon.state().controls.watches, {})
})

test('what an operator writes stands on one line, without anything that moves a cursor, and is not endless', async (t) => {
  const { path, daemon } = await listening(t)
  const text = `work\n2026-11-21 18:00:00 all is well\u001b[2J ${'x'.repeat(100_000)}`.slice(0, 60_000)
  await ask(path, { command: 'disable', subject: 'web', text, who: 'ann' })
  const reason = daemon.state().controls.watches.web?.reason ?? ''
  assert.match(reason, /^work 2026-11-21 18:00:00 all is well\?\[2J/)
  assert(reason.length <= 500, `${reason.length} characters`)
})

test('a command that is not on disk yet says so', async (t) => {
  const { path, daemon } = await listening(t)
  daemon.kept = async () => 'no space is left on the disk'
  const answer = await ask(path, { command: 'disable', subject: 'web', text: 'work', who: 'ann' })
  assert.match(
    answer.ok ? String((answer.data as { text: string }).text) : '',
    /BUT: it is in memory only, and a crash forgets it: no space/,
  )
})
