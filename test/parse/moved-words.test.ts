/** Words by which mon.cf says what configurations of keepalived, Piranha and ldirectord can say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAIL_BODIES } from '../../src/model/keepalived-words.ts'
import type { Initial, Service, Virtual } from '../../src/model/model.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { modelOf, resolveText, world } from './world.ts'

const watches = 'hostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n  service http\n    interval 9s\n    monitor http\n'

const first = <T>(list: readonly T[] | undefined): T => {
  const [one] = list ?? []
  assert.ok(one)
  return one
}

const serviceOf = (line: string): Service => first(modelOf(`${watches}    ${line}\n`).services)

const virtualOf = (lines: string, codes: readonly string[] = []): Virtual => {
  const real = lines.includes('real 10') ? '' : '  real 10.1.1.2 check web/http\n'
  const address = lines.includes('address') ? '' : '  address 192.0.2.1:80\n'
  return first(modelOf(`${watches}\nvirtual shop\n${address}  ${lines}\n${real}`, codes).virtuals)
}

const services: readonly (readonly [line: string, is: Partial<Service>])[] = [
  ['retries_while_down yes', { retriesWhileDown: true }],
  ['retries_while_down', { retriesWhileDown: true }],
  ['retries_while_down no', { retriesWhileDown: false }],
  ['log_failures on', { logFailures: true }],
  ['warmup 0s', { warmup: serviceOf('retry_interval 0s\n    fall 2').retryInterval }],
  ['only_with 192.0.2.1 2001:DB8::1', { onlyWith: ['192.0.2.1', '2001:db8::1'] }],
  ['mail_words SMTP_CHECK', { mailBodies: MAIL_BODIES.SMTP_CHECK }],
]
for (const [line, is] of services) {
  test(`"${line}" of a service is read`, () => {
    const found = serviceOf(line)
    assert.deepEqual({ ...found, ...is }, found)
  })
}

test('lengths of time are as exact as keepalived’s, but no check comes oftener than each millisecond', () => {
  assert.equal(serviceOf('warmup 0.000001s').warmup, 0.001)
  assert.equal(serviceOf('timeout 1.234567s').timeout, 1234.567)
  const { problems } = resolveText(watches.replace('9s', '0.0001s'))
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['interval-zero'],
  )
})

const virtuals: readonly (readonly [line: string, of: (virtual: Virtual) => unknown, is: unknown])[] = [
  ['doubling 32 20s', ({ doubling }) => doubling, { share: 32, every: 20_000 }],
  ['load_feedback 20s', ({ loadFeedback }) => loadFeedback, { every: 20_000 }],
  ['on_stop drain', ({ onStop }) => onStop, 'drain'],
  ['omega yes', ({ omega }) => omega, true],
  ['keepalived_name [192.0.2.1]:tcp:80', ({ keepalivedName }) => keepalivedName, '[192.0.2.1]:tcp:80'],
  ['keepalived_name " a b "', ({ keepalivedName }) => keepalivedName, ' a b '],
  ['persistence 0', ({ settings }) => settings.persistenceSeconds, 0],
  ['real 10.1.1.2 weight 0 check web/http\n  quorum 0', ({ quorum }) => quorum, 0],
  [
    'real 10.1.1.2:8080 port_follows check web/http',
    (v) => [v.reals[0]?.id.port, v.reals[0]?.portFollows],
    [8080, true],
  ],
  ['sorry 10.9.9.9:81 port_follows', ({ sorry }) => [sorry?.id.port, sorry?.portFollows], [81, true]],
  ['real 10.1.1.2 check web/http initial last-known/down', ({ reals }) => reals[0]?.initial.unknown, 'down'],
]
for (const [line, of, is] of virtuals) {
  test(`"${line.replace('\n ', ',')}" of a virtual is read`, () => assert.deepEqual(of(virtualOf(line)), is))
}

const beginnings: readonly (readonly [words: string, is: readonly [boolean, Initial['unknown'], number | null]])[] = [
  ['up', [false, 'up', null]],
  ['wait', [false, 'wait', null]],
  ['wait 0s', [false, 'wait', 0]],
  ['wait/7s', [false, 'wait', 7000]],
  ['last-known', [true, 'wait', 5000]],
  ['last-known 7s', [true, 'wait', 7000]],
  ['last-known wait', [true, 'wait', null]],
  ['last-known wait 7s', [true, 'wait', 7000]],
  ['last-known up', [true, 'up', null]],
  ['last-known/down', [true, 'down', null]],
]
for (const [words, is] of beginnings) {
  test(`real servers begin as "${words}" says`, () => {
    const { remembered, unknown, waitMost } = first(virtualOf(`initial ${words}`).reals).initial
    assert.deepEqual([remembered, unknown, waitMost], is)
  })
}

test('a hysteresis is kept as it is written where that is asked for', () => {
  const virtual = virtualOf('quorum 2\n  hysteresis 1 always\n  real 10.1.1.2 weight 2 check web/http', ['hysteresis'])
  assert.equal(virtual.hysteresis, 1)
})

test('a check may only advise', () => {
  const { checks } = first(virtualOf('real 10.1.1.2 advice web/http').reals)
  assert.deepEqual(checks, [{ service: 'web/http', host: '10.1.1.2', advice: true }])
})

test('addresses of both families stand behind a pool that is reached by tunnels', () => {
  const { services: ids } = virtualOf(
    'address 192.0.2.1:80\n  address [2001:db8::1]:80\n  forward tun\n  real 10.1.1.2 check web/http',
  )
  assert.deepEqual(
    ids.map(({ family }) => family),
    [4, 6],
  )
})

test('who hears of a real server stands behind it, or before the first for all', () => {
  const lines =
    'realalert mail all@a\n  real 10.1.1.2 check web/http\n  realalert mail one@a\n  realupalert mail up@a\n  real 10.1.1.3 check web/http'
  const told = virtualOf(lines).reals.map(({ notices }) => [notices.down, notices.up].map((calls) => calls.length))
  assert.deepEqual(told, [
    [2, 1],
    [1, 0],
  ])
})

test('a receiver that hears of a real server hears that it is well again', () => {
  const text = `receiver ops\n  alert mail a@b\n\n${watches}\nvirtual v\n  address 192.0.2.1:80\n  real 10.1.1.2 check web/http\n  realalert to ops\n`
  const { up, down } = first(first(modelOf(text).virtuals).reals).notices
  assert.deepEqual([up.length, down.length], [1, 1])
})

test('a check says itself with which addresses it runs, whatever its virtual servers say', () => {
  const text = `${watches}    only_with 192.0.2.9\n\nvirtual v\n  address 192.0.2.1:80\n  ha_suspend yes\n  real 10.1.1.2 check web/http\n`
  assert.deepEqual(modelOf(text).services[0]?.onlyWith, ['192.0.2.9'])
})

test('the settings that keepalived.conf has are read', () => {
  const text = `router_id = LVS MAIN\nipvs_timeouts = 900 0 300\nnotify_fifo = /a\nnotify_fifo = "/b c" user u group g reader_user ru reader_group rg reader /bin/x reader 'y z'\ncallback = /bin/x 'a b'\ndirector = a.conf b.conf\nkeepalived = c.conf\n\n${watches}`
  const { settings } = modelOf(text)
  assert.equal(settings.routerId, 'LVS MAIN')
  assert.deepEqual(settings.table.timeouts, { tcp: 900, tcpfin: 0, udp: 300 })
  assert.deepEqual(settings.table.fifos, [
    { path: '/a', reader: null },
    { path: '/b c', user: 'u', group: 'g', reader: { command: ['/bin/x', 'reader', 'y z'], user: 'ru', group: 'rg' } },
  ])
  assert.deepEqual(settings.reload.callback, ['/bin/x', 'a b'])
  assert.deepEqual(
    settings.keepalived.map(({ path }) => path),
    ['a.conf', 'b.conf', 'c.conf'],
  )
})

const names: readonly (readonly [written: string, name: string])[] = [
  ['10.0.0.1:80', '10.0.0.1:80'],
  ['[2001:db8::1]:80', '[2001:db8::1]:80'],
  ['[2001:db8::1]:53/udp', '[2001:db8::1]:53/udp'],
  ['[G]-inet6', '[G]-inet6'],
  ['"a \\"b\\" #"', 'a "b" #'],
]
for (const [written, name] of names) {
  test(`${written} is the name of a hostgroup, a watch and a virtual`, () => {
    const text = `hostgroup ${written} 10.1.1.2\n\nwatch ${written}\n  service http\n    interval 9s\n    monitor http\n\nvirtual ${written}\n  address 192.0.2.1:80\n`
    const {
      groups,
      services: found,
      virtuals: pools,
    } = modelOf(
      `${text}${name.includes(' ') ? '' : `  real 10.1.1.2 check ${name}/http\n`}`,
      name.includes(' ') ? ['virtual-empty'] : [],
    )
    assert.deepEqual([groups[0]?.name, found[0]?.key, pools[0]?.name], [name, `${name}/http`, name])
    assert.equal(pools[0]?.reals[0]?.checks[0]?.service, name.includes(' ') ? undefined : `${name}/http`)
  })
}

test('with quirks a name is as long as mon takes it', () => {
  const text = 'hostgroup 10.0.0.1:80 h1\n\nwatch 10.0.0.1\n service s\n interval 1m\n monitor ping\n'
  const { model } = resolve(parseMon({ file: 'mon.cf', text }, [], { wanted: 'mon-1.3' }), world)
  assert.deepEqual(model?.groups[0]?.hosts, [':80', 'h1'])
})
