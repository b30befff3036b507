/** Plugins, right and wrong ones: a wrong one is refused with a sentence, and no plugin brings the daemon down. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer as createWebServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { alerts as builtInAlerts } from '../../alerts/index.ts'
import { monitors as builtInMonitors } from '../../monitors/index.ts'
import type { AlertContext, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import { milliseconds, seconds, wallTime } from '../../src/model/units.ts'
import { type LoadedPlugins, loadPlugins } from '../../src/runtime/plugins.ts'
import { folder, fresh } from '../scripts.ts'

const none = { monitors: new Set<string>(), alerts: new Set<string>() }
const place = { file: 'mon.cf', line: 1, column: 10 }
const load = (paths: readonly string[], taken = none, directory = folder): Promise<LoadedPlugins> =>
  loadPlugins(
    paths.map((path) => ({ path, place })),
    directory,
    taken,
  )

function plugin(text: string): string {
  const path = fresh('plugin.mjs')
  writeFileSync(path, text)
  return path
}
const schema = "schema: { type: 'object', properties: {}, additionalProperties: false }"
const monitorOf = (check: string): string =>
  plugin(`export const monitor = { name: 'own', question: '?', ${schema}, check: ${check} }`)

async function ask(path: string, signal?: AbortSignal, options: unknown = {}): Promise<CheckResult> {
  const { monitors, problems } = await load([path])
  assert.deepEqual(problems, [])
  const [monitor] = monitors.values()
  assert.ok(monitor)
  const context = { signal: signal ?? AbortSignal.timeout(10_000), timeout: seconds(10), environment: {} }
  return monitor.check([host('web1'), host('web2')], options, context)
}
const verdicts = ({ hosts }: CheckResult): string =>
  hosts.map((one) => `${one.host} ${one.kind}${one.kind === 'up' ? '' : ` ${one.code}`}`).join(', ')

const good = `({ exit: 1, summary: 'web2', detail: 'd', hosts: [{ kind: 'up', host: 'web1', text: 't', timings: { total: 3 } }, { kind: 'down', host: 'web2', code: 'c', text: 'x' }] })`

test('a monitor and an alert, by name or by default, one or a list', async () => {
  const m = (name: string): string => `{ name: '${name}', ${schema}, check() {} }`
  const a = (name: string): string => `{ name: '${name}', ${schema}, send() {} }`
  const paths = [
    plugin(`export default ${m('one')}`),
    plugin(`export default [${m('two')}, ${a('three')}]`),
    plugin(`export const monitors = [${m('four')}]; export const alert = ${a('five')}`),
    plugin(
      `export const alerts = [${a('six')}]; const same = ${m('seven')}; export { same as monitor, same as default }`,
    ),
  ]
  const { monitors, alerts, problems } = await load(paths)
  assert.deepEqual(problems, [])
  assert.deepEqual([...monitors.keys()], ['one', 'two', 'four', 'seven'])
  assert.deepEqual([...alerts.keys()], ['three', 'five', 'six'])
})

test('a path is relative to the directory of the configuration', async () => {
  const path = monitorOf('() => {}')
  const { monitors } = await load([path.slice(dirname(path).length + 1)], none, dirname(path))
  assert.ok(monitors.has('own'))
})

test('a monitor that starts programs may say so; one that says nothing starts none', async () => {
  const declared = (name: string, words: string): string =>
    plugin(`export default { name: '${name}', ${schema}, ${words} check() {} }`)
  const { monitors } = await load([
    declared('one', 'startsPrograms: true,'),
    declared('two', 'startsPrograms: false,'),
    declared('three', ''),
  ])
  assert.deepEqual(
    [...monitors.values()].map(({ startsPrograms }) => startsPrograms),
    [true, undefined, undefined],
  )
})

const wrong = [
  {
    name: 'a missing file',
    path: () => 'no/such.mjs',
    code: 'plugin-missing',
    says: /there is no plugin no\/such\.mjs/,
  },
  { name: 'a directory', path: () => folder, code: 'plugin-missing', says: /is not a file/ },
  {
    name: 'a mistake of syntax',
    text: 'export const = 1',
    code: 'plugin-load',
    says: /could not be loaded: Unexpected token/,
  },
  { name: 'an exception while loading', text: "throw new Error('boom')", code: 'plugin-load', says: /loaded: boom$/ },
  { name: 'a missing import', text: "import 'no-such-package'", code: 'plugin-load', says: /no-such-package/ },
  { name: 'no export', text: '', code: 'plugin-shape', says: /exports neither a monitor nor an alert/ },
  {
    name: 'something else',
    text: 'export default 7',
    code: 'plugin-shape',
    says: /neither an object with a check function/,
  },
  {
    name: 'no name',
    text: `export default { ${schema}, check() {} }`,
    code: 'plugin-shape',
    says: /its name, missing, is not a word/,
  },
  {
    name: 'a name with blanks',
    text: `export default { name: 'a b', ${schema}, check() {} }`,
    code: 'plugin-shape',
    says: /"a b", is not a word/,
  },
  {
    name: 'no schema',
    text: "export default { name: 'x', check() {} }",
    code: 'plugin-shape',
    says: /schema of x is missing/,
  },
  {
    name: 'an open schema',
    text: "export default { name: 'x', schema: { type: 'object', properties: {} }, check() {} }",
    code: 'plugin-shape',
    says: /additionalProperties: false/,
  },
  {
    name: 'a schema that is none',
    text: "export default { name: 'x', schema: { type: 'object', properties: { a: { type: 'string', description: 'd', minLength: 'no' } }, additionalProperties: false }, check() {} }",
    code: 'plugin-shape',
    says: /is not a JSON Schema: /,
  },
  {
    name: 'a property without description',
    text: "export default { name: 'x', schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }, check() {} }",
    code: 'plugin-shape',
    says: /does not give property a a type .* and a description/,
  },
  {
    name: 'a flag for nothing',
    text: `export default { name: 'x', ${schema}, flags: { p: 'port' }, check() {} }`,
    code: 'plugin-shape',
    says: /maps p to "port", which is no property/,
  },
  {
    name: 'a rest for nothing',
    text: `export default { name: 'x', ${schema}, rest: 'words', check() {} }`,
    code: 'plugin-shape',
    says: /rest of x is neither null nor/,
  },
  {
    name: 'a check that is no function',
    text: `export default { name: 'x', ${schema}, check: 1 }`,
    code: 'plugin-shape',
    says: /check of x is not a function/,
  },
  {
    name: 'a startsPrograms that is a word',
    text: `export default { name: 'x', ${schema}, startsPrograms: 'yes', check() {} }`,
    code: 'plugin-shape',
    says: /startsPrograms of x is neither true nor false/,
  },
  {
    name: 'a send that is no function',
    text: `export default { name: 'x', ${schema}, send: {} }`,
    code: 'plugin-shape',
    says: /send of x is not a function/,
  },
]
for (const { name, path, text, code, says } of wrong) {
  test(`a plugin is refused with a sentence and its place: ${name}`, async () => {
    const { monitors, problems } = await load([path?.() ?? plugin(text ?? '')])
    assert.equal(monitors.size, 0)
    assert.equal(problems.length, 1)
    assert.equal(problems[0]?.code, code)
    assert.match(problems[0]?.message ?? '', says)
    assert.deepEqual(problems[0]?.place, place)
  })
}

test('a name that is taken, by us or by another plugin, is refused', async () => {
  const taken = { ...none, monitors: new Set(['own']) }
  assert.match(
    (await load([monitorOf('() => {}')], taken)).problems[0]?.message ?? '',
    /exports the monitor own, and there is one/,
  )
  const twice = await load([monitorOf('() => {}'), monitorOf('() => {}')])
  assert.deepEqual([twice.monitors.size, twice.problems[0]?.code], [1, 'plugin-name'])
})

test('a file that has changed is loaded anew', async () => {
  const path = plugin(`export default { name: 'before', ${schema}, check() {} }`)
  assert.ok((await load([path])).monitors.has('before'))
  writeFileSync(path, `export default { name: 'afterwards', ${schema}, check() {} }`)
  assert.ok((await load([path])).monitors.has('afterwards'))
})

test('a right answer passes as it is', async () => {
  const result = await ask(monitorOf(`async () => ${good}`))
  assert.equal(verdicts(result), 'web1 up, web2 down c')
  assert.deepEqual([result.exit, result.summary, result.detail], [1, 'web2', 'd'])
  assert.equal(result.hosts[0]?.timings.total, 3)
})

test('a plugin may use this', async () => {
  const path = plugin(
    `export default { name: 'own', ${schema}, answer: ${good}, async check() { return this.answer } }`,
  )
  assert.equal(verdicts(await ask(path)), 'web1 up, web2 down c')
})

const misdeeds = [
  { name: 'throws', check: "() => { throw new Error('boom') }", code: 'plugin-threw', says: /own failed: boom/ },
  {
    name: 'rejects',
    check: "async () => { throw new TypeError('no\\n\\u001b[2Jway') }",
    code: 'plugin-threw',
    says: /failed: no \[2Jway/,
  },
  { name: 'throws nothing', check: '() => { throw undefined }', code: 'plugin-threw', says: /failed: undefined/ },
  { name: 'answers nothing', check: '() => {}', code: 'plugin-answer', says: /without summary and hosts/ },
  {
    name: 'answers rubbish',
    check: "() => ({ hosts: 'all', summary: 7 })",
    code: 'plugin-answer',
    says: /without summary and hosts/,
  },
  {
    name: 'forgets the hosts',
    check:
      "() => ({ exit: 0, summary: '', hosts: [null, { host: 'web9', kind: 'up' }, { host: 'web1', kind: 'fine' }] })",
    code: 'no-verdict',
    says: /said nothing about it/,
  },
]
for (const { name, check, code, says } of misdeeds) {
  test(`a plugin that ${name} makes its hosts unknown and its service fail`, async () => {
    const result = await ask(monitorOf(check))
    assert.equal(verdicts(result), `web1 unknown ${code}, web2 unknown ${code}`)
    assert.equal(result.exit, 1)
    assert.match(result.hosts[0]?.text ?? '', says)
  })
}

test('a plugin that never ends is cut off soon after its deadline', async () => {
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 10)
  const result = await ask(monitorOf('() => new Promise(() => {})'), abort.signal)
  assert.equal(verdicts(result), 'web1 unknown plugin-stuck, web2 unknown plugin-stuck')
})

test('a rejection that comes after the deadline does not end the daemon', async () => {
  let reject = (_: Error): void => {}
  const answer = new Promise((_, no) => {
    reject = no
  })
  const result = await ask(monitorOf('(hosts, options) => options.answer'), AbortSignal.abort(), { answer })
  assert.equal(verdicts(result), 'web1 unknown plugin-stuck, web2 unknown plugin-stuck')
  reject(new Error('late'))
  await assert.rejects(answer, /late/)
})

test('an alert that throws or answers rubbish has failed, and is tried again', async () => {
  for (const send of ["() => { throw new Error('boom') }", '() => 7', "async () => ({ kind: 'maybe' })"]) {
    const { alerts } = await load([plugin(`export default { name: 'tell', ${schema}, send: ${send} }`)])
    const outcome = await alerts.get('tell')?.send(message, {}, alertContext())
    assert.ok(outcome?.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /plugin tell (failed: boom|gave an answer that is neither sent nor failed)/)
  }
})

// The shipped examples, against servers that speak the bytes.

const builtIn = { monitors: new Set(builtInMonitors.keys()), alerts: new Set(builtInAlerts.keys()) }
const examples = fileURLToPath(new URL('../../examples/plugins/', import.meta.url))
const servers: { close(): unknown }[] = []
after(() => {
  for (const server of servers) server.close()
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function redis(behave: (socket: Socket) => void, timeout = 5): Promise<string> {
  const port = await listen(createServer((socket) => behave(socket.on('error', () => {}))))
  const { monitors, problems } = await load(['redis.mjs'], builtIn, examples)
  assert.deepEqual(problems, [])
  const context = { signal: AbortSignal.timeout(10_000), timeout: seconds(10), environment: {} }
  const result = await monitors.get('redis')?.check([host('127.0.0.1')], { port, timeout }, context)
  return `${result?.exit} ${result?.hosts[0]?.kind} ${result?.hosts[0]?.text}`
}
const answering = (text: string) => (socket: Socket) => {
  socket.once('data', (bytes) => socket.write(bytes.toString() === 'PING\r\n' ? text : '-ERR\r\n'))
}

const replies = [
  { text: '+PONG\r\n', says: '0 up answered PONG' },
  { text: '-NOAUTH Authentication required.\r\n', says: '0 up answered, and wants a password' },
  { text: '-LOADING \x1b[2J\r\n', says: '1 down answered "-LOADING ?[2J" where +PONG was expected' },
  { text: 'x'.repeat(600), says: '1 down answered something that is not Redis' },
]
for (const { text, says } of replies) {
  test(`the example redis: ${says}`, async () => assert.equal(await redis(answering(text)), says))
}

test('the example redis: silence, and a connection closed', async () => {
  assert.equal(await redis(() => {}, 0.1), '1 down did not answer within 0.1 s')
  assert.equal(await redis((socket) => socket.end()), '1 down closed the connection without an answer')
})

const group = groupName('web')
const service = serviceName('http')
const message: AlertMessage = {
  ...{ id: id('m1'), kind: 'failure', key: serviceKey(group, service), group, service, description: '' },
  ...{ hosts: [host('web1')], failing: [], exit: 1, summary: 'web1', detail: '', output: 'web1\n' },
  ...{ at: wallTime(0), firstFailure: null, lastFailure: null, lastSuccess: null, lasted: null, failures: 1 },
  ...{ acknowledged: null, pools: [], environment: {} },
}

function alertContext(): AlertContext {
  return {
    signal: AbortSignal.timeout(10_000),
    timeout: milliseconds(10_000),
    attempt: 1,
    mail: { server: 'smtp://127.0.0.1:25', from: 'upalert', hostname: 'director' },
    table: {
      where: 'memory',
      because: 'a test needs none',
      read: () => ({ kind: 'table', services: [] }),
      apply: () => ({ kind: 'ok' }),
      applyAll: () => [],
      close: () => {},
    },
  }
}

async function post(
  status: number,
): Promise<{ outcome: AlertOutcome | undefined; request: IncomingMessage; body: string }> {
  let seen: { request: IncomingMessage; body: string } | null = null
  const server = createWebServer(async (request, response) => {
    let body = ''
    for await (const bytes of request) body += bytes
    seen = { request, body }
    response.writeHead(status).end('thanks')
  })
  const port = await listen(server)
  const { alerts, problems } = await load(['post.mjs'], builtIn, examples)
  assert.deepEqual(problems, [])
  const outcome = await alerts.get('post')?.send(message, { url: [`http://127.0.0.1:${port}/x`] }, alertContext())
  server.closeAllConnections()
  assert.ok(seen)
  const { request, body }: { request: IncomingMessage; body: string } = seen
  return { outcome, request, body }
}

test('the example post posts the story, with the id by which a second one is known', async () => {
  const { outcome, request, body } = await post(204)
  assert.deepEqual(outcome, { kind: 'sent', text: 'posted, and answered 204' })
  assert.equal(request.headers['idempotency-key'], 'm1')
  const story = { id: 'm1', kind: 'failure', group: 'web', service: 'http', hosts: ['web1'], failing: [] }
  assert.deepEqual(JSON.parse(body), { ...story, summary: 'web1', at: '1970-01-01T00:00:00.000Z', failures: 1 })
})

test('the example post tries again when the receiver is in trouble, not when it refuses', async () => {
  assert.deepEqual((await post(503)).outcome, { kind: 'failed', retry: true, text: 'the address answered 503' })
  assert.deepEqual((await post(404)).outcome, { kind: 'failed', retry: false, text: 'the address answered 404' })
})
