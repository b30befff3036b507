/** Any answers come to a mon.cf without a problem that means what was answered, and to a file that says them again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Model } from '../../../src/model/model.ts'
import { endpointText } from '../../../src/model/table.ts'
import type { Answers } from '../../../src/write/init/answers.ts'
import { answersText, readAnswers } from '../../../src/write/init/answers-file.ts'
import { understood } from '../../../src/write/init/judge.ts'
import { monCf } from '../../../src/write/init/mon-cf.ts'
import { answers, around } from './world.ts'

const FORWARDS = { nat: 'masq', dr: 'route', tun: 'tunnel' } as const

test('any answers make a file that means them, and that "upalert check" has nothing to say about', () => {
  fc.assert(fc.property(answers, (given) => assertMeant(given, monCf(given, around))))
})

test('any answers come back from the file of answers', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const read = readAnswers('answers', Buffer.from(answersText(given, '/etc/upalert/mon.cf')), around)
      assert.deepEqual(read.problems, [])
      assert.deepEqual(read.answers, given)
      assert.equal(read.output, '/etc/upalert/mon.cf')
    }),
  )
})

function assertMeant(given: Answers, text: string): void {
  const { model, problems } = understood(text, around)
  assert.deepEqual(
    problems.map(({ code, message }) => `${code}: ${message}`),
    [],
  )
  assert.ok(model)
  assert.deepEqual(
    model.virtuals.map((virtual) => ({
      name: virtual.name,
      at: virtual.services,
      scheduler: virtual.settings.scheduler,
      reals: virtual.reals.map(({ id, weight, forward }) => ({ id: endpointText(id), weight, forward })),
    })),
    given.virtuals.map(({ name, family, address, port, protocol, scheduler, reals, forward }) => ({
      name,
      at: [{ kind: 'address', family, protocol, address, port }],
      scheduler: scheduler.split(' ')[0],
      reals: inGroups(given, name, reals).map((real) => ({
        id: endpointText(real),
        weight: real.weight,
        forward: FORWARDS[forward],
      })),
    })),
  )
  model.virtuals.forEach((virtual, i) => {
    for (const real of virtual.reals) assertChecked(model, real, given.virtuals[i]?.check ?? '')
  })
  assertTold(model, given)
}

/** Each real server follows one check, of its own address, by the monitor that was answered, at its own port. */
function assertChecked(model: Model, real: Model['virtuals'][number]['reals'][number], check: string): void {
  const [only, more] = real.checks
  assert.ok(only !== undefined && more === undefined)
  assert.equal(only.host, real.id.address)
  const service = model.services[model.serviceIndex.get(only.service) ?? -1]
  const [name = ''] = check.split(' ')
  assert.equal(service?.monitor?.text.split(' ')[0], name)
  const options = Object(service?.monitor?.options)
  const own = /(?:-p|--port)[ =](\d+)/.exec(check)?.[1]
  if ('port' in options) assert.equal(Number(options.port), Number(own ?? real.id.port))
}

function assertTold(model: Model, { mail, database }: Answers): void {
  assert.equal(model.settings.database, database)
  for (const service of model.services) {
    const told = service.periods.flatMap(({ alerts, upalerts }) => [...alerts, ...upalerts])
    assert.equal(told.length, mail.to.length === 0 ? 0 : 2)
    for (const { options } of told) assert.deepEqual(Object(options).recipients, mail.to)
  }
  if (mail.to.length === 0) return
  assert.equal(model.settings.mailserver, mail.relay)
  if (mail.from !== '') assert.equal(model.settings.mailfrom, mail.from)
}

/** Those that are asked in the same words stand together, in the order of the first of each. */
function inGroups<Real extends { readonly port: number }>(given: Answers, name: string, reals: readonly Real[]) {
  const check = given.virtuals.find((one) => one.name === name)?.check ?? ''
  const ported = !/(?:-p|--port)[ =]|^ping|^script|^\//.test(check)
  if (!ported) return reals
  const ports = [...new Set(reals.map(({ port }) => port))]
  return ports.flatMap((port) => reals.filter((real) => real.port === port))
}

test('hostgroups of one pool with several ports take no name of another virtual server', () => {
  const real = { family: 4, weight: 1 } as const
  const web = {
    name: 'web',
    family: 4,
    address: '192.0.2.1',
    port: 80,
    protocol: 'tcp',
    forward: 'nat',
    check: 'tcp',
    scheduler: 'wlc',
    reals: [
      { ...real, address: '10.1.1.2', port: 80 },
      { ...real, address: '10.1.1.2', port: 81 },
    ],
  } as const
  const other = { ...web, name: 'web-81', address: '192.0.2.2', reals: web.reals.slice(0, 1) }
  const mail = { to: [], from: '', relay: 'smtp://127.0.0.1:25' }
  const { model, problems } = understood(monCf({ mail, database: 'none', virtuals: [web, other] }, around), around)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    model?.groups.map(({ name }) => name),
    ['web-80', 'web-81-2', 'web-81'],
  )
})

test('a farm of 100,000 real servers is read, written and understood in linear time', () => {
  const hosts = Array.from({ length: 99_999 }, (_, i) => `real = 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  const head = 'mailto = none\nvirtual = web\naddress = 192.0.2.1\nport = 80\nforward = nat\ncheck = tcp\n'
  const { answers: read, problems } = readAnswers('answers', Buffer.from(`${head}${hosts.join('\n')}\n`), around)
  assert.deepEqual(problems, [])
  assert.ok(read)
  const { model } = understood(monCf(read, around), around)
  assert.equal(model?.virtuals[0]?.reals.length, hosts.length)
})
