/** What an alert of a plugin may have besides `send`: it counts if it is right, and is a sentence and no crash if it is not. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert } from '../../src/model/alert.ts'
import { wallTime } from '../../src/model/units.ts'
import { loadPlugins } from '../../src/runtime/plugins.ts'
import { alertContext } from '../alerts/context.ts'
import { folder, fresh } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'

const place = { file: 'mon.cf', line: 1, column: 10 }
const schema =
  "schema: { type: 'object', properties: { to: { type: 'string', description: 'whom' } }, additionalProperties: false }"

async function loaded(members: string): Promise<{ alert: Alert | undefined; says: string }> {
  const path = fresh('plugin.mjs')
  writeFileSync(path, `export default { name: 'tell', ${schema}, send: async () => ({ kind: 'sent' }), ${members} }`)
  const none = { monitors: new Set<string>(), alerts: new Set<string>() }
  const { alerts, problems } = await loadPlugins([{ path, place }], folder, none)
  return { alert: alerts.get('tell'), says: problems.map(({ message }) => message).join() }
}

async function right(members: string): Promise<Alert> {
  const { alert, says } = await loaded(members)
  assert.equal(says, '')
  assert.ok(alert !== undefined)
  return alert
}

const to = { to: 'ops' }

test('all that an alert may have is taken over, with this', async () => {
  const alert = await right(`
    prefix: 'x ', keepAlive: true,
    receiver(o) { return this.prefix + o.to }, line: (o) => o.to, combines: () => true,
    render(m, o) { return this.prefix + m.key + '\\n' + o.to }, faults: (o) => [o.to + ' is away'],
    repeat: async (ms) => ({ kind: 'sent', text: ms.length + ' told' })`)
  assert.equal(alert.keepAlive, true)
  assert.equal(alert.receiver?.(to), 'x ops')
  assert.equal(alert.line?.(to), 'ops')
  assert.equal(alert.combines?.(to), true)
  assert.equal(alert.render?.(failure, to, alertContext('')), 'x web/http\nops')
  assert.deepEqual(alert.faults?.(to), ['ops is away'])
  assert.deepEqual(await alert.repeat?.([failure, failure], to, alertContext('')), { kind: 'sent', text: '2 told' })
})

test('what it has not, the alert has not either', async () => {
  const alert = await right('')
  const { receiver, line, combines, render, repeat, keepAlive } = alert
  assert.deepEqual([receiver, line, combines, render, repeat, keepAlive], Array(6).fill(undefined))
  assert.deepEqual(alert.faults?.(to), [])
})

for (const name of ['receiver', 'line', 'combines', 'render', 'faults', 'repeat'])
  test(`${name} that is no function is refused`, async () => {
    const { alert, says } = await loaded(`${name}: 'yes'`)
    assert.equal(alert, undefined)
    assert.match(says, new RegExp(`exports something else: ${name} of tell is not a function`))
  })

test('keepAlive that is neither true nor false is refused, and so is what throws when it is looked at', async () => {
  assert.match((await loaded('keepAlive: 1')).says, /keepAlive of tell is neither true nor false/)
  assert.match((await loaded(`get line() { throw new Error('boom') }`)).says, /cannot be looked at: boom/)
})

const misdeeds = [
  { does: "() => { throw new Error('boom\\n\\u001b[2J') }", says: /^X of the plugin tell failed: boom \[2J$/ },
  { does: '() => { throw Object.create(null) }', says: /^X of the plugin tell failed: it threw something that is no/ },
  { does: '() => ({})', says: /^X of the plugin tell gave no (text|true or false|list of sentences)$/ },
  { does: '() => undefined', says: /^X of the plugin tell gave no/ },
  {
    does: "async () => { throw new Error('late') }",
    says: /^X of the plugin tell gave a promise, and has to answer at once/,
  },
] as const

for (const { does, says } of misdeeds)
  test(`functions that are ${does} are a fault of the line, and as if they were not there`, async () => {
    for (const name of ['receiver', 'line', 'combines', 'faults']) {
      const alert = await right(`${name}: ${does}`)
      const faults = alert.faults?.(to) ?? []
      assert.equal(faults.length, 1)
      assert.match(faults[0]?.replace(name, 'X') ?? '', says)
      assert.equal(alert.receiver?.(to) ?? '{"to":"ops"}', '{"to":"ops"}')
      assert.equal(alert.line?.(to) ?? '', '')
      assert.equal(alert.combines?.(to) ?? false, false)
    }
    const alert = await right(`render: ${does}, repeat: ${does}`)
    assert.match(alert.render?.(failure, to, alertContext(''))?.replace('render', 'X') ?? '', says)
    const outcome = await alert.repeat?.([failure], to, alertContext(''))
    assert.ok(outcome?.kind === 'failed' && outcome.retry)
    assert.match(outcome.text, /^the plugin tell /)
  })

test('what is shown has its lines, no other control characters, and an end', async () => {
  const alert = await right(`render: () => 'a\\n\\u001b[2Jb\\t' + 'x'.repeat(1e6)`)
  const text = alert.render?.(failure, to, alertContext('')) ?? ''
  assert.ok(text.startsWith('a\n [2Jb\tx') && text.length <= 65_536)
})

test('whom an attempt reached and when to try again are kept, if they are what they have to be', async () => {
  const outcome = `({ kind: 'failed', text: 't', reached: ['a', 7, 'b'], after: 5000 })`
  const good = await right(`send: () => ${outcome}`)
  const kept = { kind: 'failed', retry: true, text: 't', reached: ['a', 'b'], after: 5000 }
  assert.deepEqual(await good.send({ ...failure, at: wallTime(0) }, to, alertContext('')), kept)
  const odd = await right(`send: () => ({ kind: 'failed', text: 't', reached: 'a', after: Number.NaN })`)
  assert.deepEqual(await odd.send(failure, to, alertContext('')), { kind: 'failed', retry: true, text: 't' })
})

test('whatever a plugin answers, nothing is thrown', async () => {
  const alert = await right(
    ['receiver', 'line', 'combines', 'render', 'faults'].map((name) => `${name}: () => globalThis.upalertTest`).join(),
  )
  fc.assert(
    fc.property(fc.anything(), (value) => {
      Reflect.set(globalThis, 'upalertTest', value)
      assert.equal(typeof alert.receiver?.(to), 'string')
      assert.equal(typeof alert.line?.(to), 'string')
      assert.equal(typeof alert.combines?.(to), 'boolean')
      assert.equal(typeof alert.render?.(failure, to, alertContext('')), 'string')
      for (const fault of alert.faults?.(to) ?? []) assert.equal(typeof fault, 'string')
    }),
  )
  Reflect.deleteProperty(globalThis, 'upalertTest')
})
