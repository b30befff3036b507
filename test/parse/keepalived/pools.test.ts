/** virtual_server and real_server as pools: each word, and each repair that keepalived makes and how it is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LAST_KNOWN, type Real, type Virtual } from '../../../src/model/model.ts'
import { repairs } from './repairs.ts'
import { realOf, realText, resolved, said, sound, virtualOf, virtualText } from './world.ts'

const settings: readonly (readonly [words: string, expected: Partial<Virtual['settings']>])[] = [
  ['', { scheduler: 'rr', persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' }],
  ['lvs_sched mh', { scheduler: 'mh' }],
  ['lvs_sched sh\n sh-fallback', { schedulerFlags: 1 }],
  ['lvs_sched sh\n sh-port', { schedulerFlags: 2 }],
  ['lvs_sched mh\n mh-port\n mh-fallback', { schedulerFlags: 3 }],
  ['flag-1', { schedulerFlags: 1 }],
  ['flag-2\n flag-3', { schedulerFlags: 6 }],
  ['persistence_timeout 50', { persistenceSeconds: 50 }],
  ['persistence_timeout', { persistenceSeconds: 360 }],
  ['persistence_granularity 255.255.255.0', { persistenceSeconds: 360, prefix: 24 }],
  ['persistence_timeout 50\n persistence_engine sip', { persistenceSeconds: 50, engine: 'sip' }],
  ['protocol UDP\n ops', { onePacket: true }],
]
for (const [words, expected] of settings) {
  test(`"${words.replace(/\n\s*/g, ' ')}" sets ${JSON.stringify(expected)}`, () => {
    const found = virtualOf(words).settings
    assert.deepEqual({ ...found, ...expected }, found)
  })
}

const traits: readonly {
  readonly name: string
  readonly words: string
  readonly virtual?: string
  readonly is: Partial<Real>
}[] = [
  {
    name: 'a plain real server',
    words: '',
    is: {
      role: 'primary',
      weight: 1 as Real['weight'],
      forward: 'masq',
      onFail: 'remove',
      checks: [],
      initial: LAST_KNOWN,
    },
  },
  { name: 'its own weight', words: 'weight 0', virtual: 'weight 5', is: { weight: 0 as Real['weight'] } },
  { name: 'the weight of its virtual server', words: '', virtual: 'weight 5', is: { weight: 5 as Real['weight'] } },
  { name: 'thresholds', words: 'uthreshold 9\n lthreshold 3', is: { upperThreshold: 9, lowerThreshold: 3 } },
  { name: 'inhibit_on_failure', words: 'inhibit_on_failure', is: { onFail: 'drain' } },
  { name: 'inhibit_on_failure from above', words: '', virtual: 'inhibit_on_failure', is: { onFail: 'drain' } },
  {
    name: 'inhibit_on_failure switched off below',
    words: 'inhibit_on_failure no',
    virtual: 'inhibit_on_failure',
    is: { onFail: 'remove' },
  },
  { name: 'a backup server', words: 'backup', is: { role: 'backup' } },
  { name: 'no backup server', words: 'backup no', is: { role: 'primary' } },
  {
    name: 'alpha',
    words: 'TCP_CHECK {\n alpha\n}',
    is: { initial: { remembered: true, unknown: 'down', waitMost: null } },
  },
  {
    name: 'alpha from above',
    words: 'TCP_CHECK {\n}',
    virtual: 'alpha',
    is: { initial: { remembered: true, unknown: 'down', waitMost: null } },
  },
  {
    name: 'alpha switched off below',
    words: 'alpha off\n TCP_CHECK {\n}',
    virtual: 'alpha',
    is: { initial: LAST_KNOWN },
  },
  { name: 'alpha without a check', words: 'alpha', is: { initial: LAST_KNOWN } },
  {
    name: 'initial up',
    words: 'initial up',
    virtual: 'alpha',
    is: { initial: { remembered: false, unknown: 'up', waitMost: null } },
  },
  {
    name: 'initial down from above',
    words: '',
    virtual: 'initial down',
    is: { initial: { remembered: false, unknown: 'down', waitMost: null } },
  },
  { name: 'initial last-known', words: 'initial last-known', virtual: 'initial down', is: { initial: LAST_KNOWN } },
  {
    name: 'initial wait',
    words: 'initial wait',
    is: { initial: { remembered: false, unknown: 'wait', waitMost: null } },
  },
  {
    name: 'initial wait for so long',
    words: 'initial wait 2.5',
    is: { initial: { remembered: false, unknown: 'wait', waitMost: 2500 as NonNullable<Real['initial']['waitMost']> } },
  },
]
for (const { name, words, virtual, is } of traits) {
  test(`a real server has what is written: ${name}`, () => {
    const real = realOf(words, virtual)
    for (const [key, value] of Object.entries(is)) assert.deepEqual(real[key as keyof Real], value, key)
  })
}

const forwards: readonly (readonly [words: string, expected: object])[] = [
  ['lvs_method NAT', { forward: 'masq' }],
  ['lvs_method DR', { forward: 'route', portFollows: true }],
  ['lvs_method TUN', { forward: 'tunnel', portFollows: true, tunnel: { type: 'ipip', port: 0, checksum: 'none' } }],
  ['lvs_method TUN type gue port 5555 remcsum', { tunnel: { type: 'gue', port: 5555, checksum: 'remote' } }],
  ['lvs_method TUN type gre csum', { tunnel: { type: 'gre', port: 0, checksum: 'checksum' } }],
]
for (const [words, expected] of forwards) {
  test(`${words} of the virtual server or of the real one`, () => {
    const real = 'real_server 10.1.1.2 80 {\n}'
    const [above] = virtualOf(words, real).reals
    const [own] = virtualOf('', real.replace('}', `${words}\n}`)).reals
    assert.deepEqual({ ...above, ...expected }, above)
    assert.deepEqual({ ...own, ...expected }, { ...own })
  })
}

for (const { name, text, said: expectedSaid, becomes, expected } of repairs) {
  test(name, () => {
    assert.deepEqual(said(text), expectedSaid)
    const [virtual] = resolved(text).virtuals
    assert.ok(virtual)
    if (becomes !== undefined) assert.deepEqual(becomes(virtual), expected)
  })
}

const errors: readonly (readonly [name: string, text: string, problem: string])[] = [
  [
    'ha_suspend with a group',
    `virtual_server_group G {\n 192.0.2.1 80\n}\n${virtualText('ha_suspend').replace('192.0.2.10 80', 'group G')}`,
    'error ha-suspend',
  ],
  ['two virtual servers with one address', virtualText('') + virtualText(''), 'error twice'],
  ['a real server of the other family', virtualText('', 'real_server 2001:db8::2 80 {\n}'), 'error real-family'],
  ['a sorry server of the other family', virtualText('sorry_server 2001:db8::2 80'), 'error sorry-family'],
  ['a lower threshold above the upper', virtualText('', realText('uthreshold 3\n lthreshold 9')), 'error thresholds'],
  ['an initial nobody knows', virtualText('initial wiat'), 'error value'],
  ['an initial that waits for nothing', virtualText('initial wait x'), 'error value'],
  ['a file without anything to do', 'global_defs {\n router_id x\n}\n', 'error config-empty'],
  ['an empty file', '', 'error config-empty'],
]
for (const [name, text, problem] of errors) {
  test(`${name} is an error`, () => assert.ok(said(text).includes(problem), said(text).join()))
}

test('VRRP is kept, and one warning says that it is not run', () => {
  const vrrp = (name: string) => `vrrp_instance ${name} {\n interface eth0\n virtual_router_id 3\n}\n`
  const { file, virtuals } = sound(vrrp('A') + vrrp('B'), ['vrrp-not-run'])
  assert.equal(file.kept.length, 2)
  assert.deepEqual(virtuals, [])
})

test('a sorry server, quorum, backup and slow start', () => {
  const words =
    'quorum 2\n hysteresis 1\n backup_below 2\n slow_start 30\n omega\n ha_suspend\n sorry_server 127.0.0.1 80\n sorry_server_inhibit\n sorry_server_lvs_method DR'
  const virtual = virtualOf(words, realText('weight 2\n backup'))
  assert.deepEqual([virtual.quorum, virtual.hysteresis, virtual.backupBelow, virtual.slowStart], [2, 1, 2, 30_000])
  assert.deepEqual([virtual.omega, virtual.haSuspend], [true, true])
  assert.deepEqual(virtual.sorry, {
    id: { family: 4, address: '127.0.0.1', port: 80 },
    forward: 'route',
    inhibit: true,
    portFollows: true,
  })
})

const belows: readonly (readonly [name: string, words: string, real: string, below: number])[] = [
  ['is the quorum', 'quorum 2', 'weight 2', 2],
  ['is 1 without a quorum', '', 'weight 2', 1],
  ['is the quorum that can be reached', 'quorum 5', 'weight 3', 3],
  ['is what is written', 'quorum 3\n backup_below 2', 'weight 3\n backup', 2],
  ['is 1 where all weights are 0', '', 'weight 0', 1],
]
for (const [name, words, real, below] of belows) {
  test(`the weight below which backup servers join ${name}`, () => {
    const [virtual] = resolved(virtualText(words, realText(real))).virtuals
    assert.equal(virtual?.backupBelow, below)
  })
}
