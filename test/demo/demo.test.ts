import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type DemoStart, loadersOf, startDemo } from '../../src/demo/demo.ts'
import { MAILS_KEPT } from '../../src/demo/mailbox.ts'
import type { Rhythm } from '../../src/demo/messages.ts'
import { handOver } from '../../src/edge/mail/smtp.ts'
import type { DemoServer } from '../../src/model/model.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import type { Letter } from '../../src/wire/mail/letter.ts'

const place = { file: 'config/mon.cf', line: 12, column: 16 }
const calm: Rhythm = { round: seconds(900), failsAt: seconds(300), recoversAt: seconds(600) }
const server = (fails: boolean, port = 0): DemoServer => ({ address: '127.0.0.1', port, fails, place })
const mailbox = { address: '127.0.0.1', port: 0, place }

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'upalert-demo-'))
  t.after(() => rm(made, { recursive: true, force: true }))
  return made
}

function ready(t: TestContext, start: DemoStart): Extract<DemoStart, { kind: 'ready' }> {
  assert.equal(start.kind, 'ready', JSON.stringify(start))
  if (start.kind !== 'ready') throw new Error('unreachable')
  t.after(() => start.stop())
  return start
}

async function ask(port: number | undefined): Promise<{ status: number; body: string }> {
  const request = get({ host: '127.0.0.1', port, path: '/health', agent: false })
  const [response] = await once(request, 'response')
  let body = ''
  for await (const part of response) body += part
  return { status: response.statusCode, body }
}

/** Lines as they come, and a promise for the next one that matches. */
function lines() {
  const heard: string[] = []
  const waiting: { pattern: RegExp; resolve: (line: string) => void }[] = []
  const say = (line: string) => {
    heard.push(line)
    for (const one of waiting) if (one.pattern.test(line)) one.resolve(line)
  }
  const next = (pattern: RegExp): Promise<string> => {
    const already = heard.find((line) => pattern.test(line))
    return already === undefined
      ? new Promise((resolve) => waiting.push({ pattern, resolve }))
      : Promise.resolve(already)
  }
  return { say, next, heard }
}

test('the demonstration runs with the loaders of its parent and none of its other options', () => {
  const words = ['--inspect=9229', '--import', 'tsx', '--require=x.cjs', '--eval', 'startDemo()', '--test', '-e', '1']
  assert.deepEqual(loadersOf(words), ['--import', 'tsx', '--require=x.cjs'])
})

test('three web servers answer, and one of them fails and recovers', async (t) => {
  const { say, next } = lines()
  const rhythm: Rhythm = { round: seconds(900), failsAt: seconds(2), recoversAt: seconds(4) }
  const demo = ready(
    t,
    await startDemo({
      servers: [server(false), server(true), server(false)],
      mailbox: null,
      mailboxDir: '',
      say,
      rhythm,
    }),
  )
  const [first, second, third] = demo.ports
  assert.equal((await ask(second)).status, 200)
  await next(new RegExp(`^demo: web server 127\\.0\\.0\\.1:${second} answers 503 on purpose for 2 s$`))
  const failing = await ask(second)
  assert.deepEqual([failing.status, failing.body], [503, 'out of order for a moment, on purpose\n'])
  assert.equal((await ask(first)).status, 200)
  assert.equal((await ask(third)).status, 200)
  await next(/is well again$/)
  assert.equal((await ask(second)).status, 200)
})

test('a failing server fails again in the next round', async (t) => {
  const { say, next, heard } = lines()
  const rhythm: Rhythm = { round: milliseconds(300), failsAt: milliseconds(100), recoversAt: milliseconds(200) }
  ready(t, await startDemo({ servers: [server(true)], mailbox: null, mailboxDir: '', say, rhythm }))
  await next(/is well again$/)
  heard.length = 0
  await next(/answers 503/)
})

const letter = (subject: string | null, text = 'hello\n'): Letter => ({
  from: 'upalert@lb1',
  to: ['root@localhost'],
  shownTo: ['root@localhost'],
  subject,
  text,
  messageId: '<1@lb1>',
  threads: ['<t@lb1>'],
  date: new Date(0),
  headers: {},
})

test('the mailbox keeps each mail as a file, and says its subject on one safe line', async (t) => {
  const { say, next } = lines()
  const mailboxDir = join(await folder(t), 'var', 'mailbox')
  const demo = ready(t, await startDemo({ servers: [], mailbox, mailboxDir, say, rhythm: calm }))
  const send = (what: Letter) =>
    handOver(`smtp://127.0.0.1:${demo.mailboxPort}`, what, { signal: AbortSignal.timeout(20_000), hostname: 'lb1' })
  const subjects = [
    'UPALERT web/http: up again — Grüße aus dem Maschinenraum, und noch ein langer Satz dahinter',
    'x\u202e\x1b[31m',
    null,
  ]
  for (const subject of subjects) assert.equal((await send(letter(subject))).kind, 'accepted')
  assert.match(
    await next(/UPALERT/),
    /^mailbox: UPALERT web\/http: up again — Grüße aus dem Maschinenraum, und noch ein langer Satz dahinter \(.*001-UPALERT-web-http-up-again-Gr-e-aus.*\.eml\)$/,
  )
  assert.match(await next(/002-/), /^mailbox: x\?\[31m \(/)
  assert.match(await next(/003-/), /^mailbox: \(no subject\) \(.*003-no-subject\.eml\)$/)
  assert.match(await readFile(join(mailboxDir, '003-no-subject.eml'), 'utf8'), /hello/)
})

test('a mail without end is refused, and the mailbox goes on', async (t) => {
  const { say, next } = lines()
  const demo = ready(t, await startDemo({ servers: [], mailbox, mailboxDir: await folder(t), say, rhythm: calm }))
  const send = (what: Letter) =>
    handOver(`smtp://127.0.0.1:${demo.mailboxPort}`, what, { signal: AbortSignal.timeout(20_000), hostname: 'lb1' })
  const outcome = await send(letter('big', 'x y z '.repeat(400_000)))
  assert.equal(outcome.kind, 'refused')
  if (outcome.kind === 'refused') assert.match(outcome.text, /552 .*at most 1048576 bytes/)
  assert.equal((await send(letter('small'))).kind, 'accepted')
  await next(/mailbox: small/)
})

test('the mailbox goes on counting behind the mails it finds, and removes the oldest', async (t) => {
  const mailboxDir = await folder(t)
  for (let i = 1; i <= MAILS_KEPT; i++) await writeFile(join(mailboxDir, `${String(i).padStart(3, '0')}-old.eml`), '')
  await writeFile(join(mailboxDir, 'notes.txt'), 'mine')
  const demo = ready(t, await startDemo({ servers: [], mailbox, mailboxDir, say: () => {}, rhythm: calm }))
  const sending = { signal: AbortSignal.timeout(20_000), hostname: 'lb1' }
  assert.equal((await handOver(`smtp://127.0.0.1:${demo.mailboxPort}`, letter('new'), sending)).kind, 'accepted')
  const names = await readdir(mailboxDir)
  assert.equal(names.length, MAILS_KEPT + 1)
  assert.ok(
    names.includes(`${MAILS_KEPT + 1}-new.eml`) && names.includes('notes.txt') && !names.includes('001-old.eml'),
  )
})

const settings = [
  { setting: 'demo_servers', of: (port: number) => ({ servers: [server(false), server(false, port)], mailbox: null }) },
  { setting: 'demo_mailbox', of: (port: number) => ({ servers: [server(false)], mailbox: { ...mailbox, port } }) },
]
for (const { setting, of } of settings) {
  test(`a port of ${setting} that is taken is named with its place and what to do`, async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    t.after(() => other.close())
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    const start = await startDemo({ ...of(address.port), mailboxDir: await folder(t), say: () => {} })
    const text = `config/mon.cf:12:16: ${setting}: 127.0.0.1:${address.port} is already in use by another program; change the port there, or stop the other program`
    assert.deepEqual(start, { kind: 'failed', text })
  })
}

test('an address that is not of this machine is named', async () => {
  const start = await startDemo({
    servers: [{ ...server(false), address: '192.0.2.77' }],
    mailbox: null,
    mailboxDir: '',
    say: () => {},
  })
  assert.equal(start.kind, 'failed')
  if (start.kind === 'failed')
    assert.match(start.text, /demo_servers: 192\.0\.2\.77:0 is not an address of this machine/)
})

test('a mailbox folder that cannot be made is named', async (t) => {
  const file = join(await folder(t), 'file')
  await writeFile(file, '')
  const start = await startDemo({ servers: [], mailbox, mailboxDir: join(file, 'mailbox'), say: () => {} })
  assert.equal(start.kind, 'failed')
  if (start.kind === 'failed')
    assert.match(start.text, /^config\/mon\.cf:12:16: demo_mailbox: the folder .* cannot be used/)
})

test('the demonstration ends when its parent is killed', async () => {
  const code = `
    const { startDemo } = await import(${JSON.stringify(new URL('../../src/demo/demo.ts', import.meta.url).href)})
    const place = { file: 'x', line: 1, column: 1 }
    await startDemo({ servers: [{ address: '127.0.0.1', port: 0, fails: false, place }], mailbox: null, mailboxDir: '' })
    console.log('ready')`
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  // The demonstration shares the parent's output, so this waits for both to be gone.
  await once(parent, 'close')
})

test('its end by itself is told', async (t) => {
  const { say, next } = lines()
  const demo = ready(t, await startDemo({ servers: [server(false)], mailbox: null, mailboxDir: '', say, rhythm: calm }))
  process.kill(demo.pid, 'SIGKILL')
  await next(/^demo: the demonstration has ended by itself/)
})
