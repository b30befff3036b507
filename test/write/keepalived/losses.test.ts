/** What a mon.cf says and keepalived has no words for: each is told at its place, with what comes nearest. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../../../src/model/model.ts'
import { keepalivedText } from '../../../src/write/keepalived/keepalived-text.ts'
import { textOf } from '../../../src/write/written.ts'
import { needs } from '../../needs.ts'
import { base, readBack } from '../world.ts'
import { complaints, sound } from './world.ts'

interface Parts {
  readonly globals?: string
  readonly service?: string
  readonly monitor?: string
  readonly virtual?: string
  readonly real?: string
  readonly more?: string
}

/** A farm of two servers, and in it what is asked about. An empty line would end a block. */
const farm = ({ globals = '', service, monitor = 'tcp -p 80', virtual, real = '', more = '' }: Parts): Model => {
  const when = service?.includes('cron ') === true ? [] : ['    interval 10s']
  const watch = [
    'watch web',
    '  service tcp',
    ...when,
    `    monitor ${monitor}`,
    ...(service === undefined ? [] : [service]),
  ]
  const pool = [
    'virtual shop',
    '  address 192.0.2.10:80',
    ...(virtual === undefined ? [] : [virtual]),
    `  real @web:80 ${real} check web/tcp`,
  ]
  return readBack([globals, 'hostgroup web 10.1.1.2 10.1.1.3', watch.join('\n'), pool.join('\n'), more].join('\n\n'))
}

const toldOf = (model: Model) => keepalivedText(model, { file: 'mon.cf', base })

/** Those that every farm has: neither a virtual server nor a check has a name in keepalived. */
const ALWAYS = ['web/tcp', 'virtual shop']

const cases: readonly (readonly [what: string, parts: Parts, told: readonly string[], why: RegExp])[] = [
  ['a backup server', { virtual: '  real 10.1.1.9:80 backup' }, ['real 10.1.1.9:80'], /sorry_server/],
  ['a slow start', { virtual: '  slow_start 30s' }, ['virtual shop: slow_start'], /slow_start 30/],
  ['doubling', { virtual: '  doubling 32 20s' }, ['virtual shop: doubling'], /slow_start/],
  ['feedback of the load', { virtual: '  load_feedback 20s' }, ['virtual shop: load_feedback'], /misc_dynamic/],
  ['a quorum of servers', { virtual: '  quorum 2 servers' }, ['virtual shop: quorum 2 servers'], /counts weight/],
  ['its own stop', { virtual: '  on_stop clear' }, ['virtual shop: on_stop clear'], /lvs_flush_on_stop/],
  [
    'advice',
    { virtual: '  real 10.1.1.9:80 advice web/tcp via 10.1.1.2' },
    ['advice web/tcp: monitor tcp -p 80'],
    /misc_dynamic/,
  ],
  [
    'a state at the start',
    { virtual: '  initial up' },
    ['real 10.1.1.2:80: initial (and 1 more of the same kind)'],
    /alpha/,
  ],
  [
    'alerts of a service',
    { service: '    period\n      alert mail ops@example.com' },
    ['web/tcp: period'],
    /ops@example.com/,
  ],
  [
    'a dependency',
    { service: '    depend web:ping\n  service ping\n    interval 10s\n    monitor ping' },
    ['web/tcp: depend web:ping', 'web/ping'],
    /judged alone|real servers/,
  ],
  [
    'a calendar',
    { service: '    cron */5 * * * *', monitor: 'tcp -p 80' },
    ['web/tcp: cron */5 * * * *'],
    /delay_loop 60/,
  ],
  ['flapping', { service: '    flap 5 30m' }, ['web/tcp: flap'], /retry/],
  ['a rule of counting', { service: '    fall 2' }, ['web/tcp: fall 2', 'web/tcp: retries_while_down'], /./],
  ['several good answers', { service: '    rise 3' }, ['web/tcp: rise 3'], /one good answer/],
  [
    'another protocol',
    { monitor: 'imap -p 143' },
    ['web/tcp: monitor imap -p 143'],
    /TCP_CHECK that asks only whether port 143 accepts/,
  ],
  [
    'a certificate',
    { monitor: 'http --tls --verify --url /' },
    ['web/tcp: monitor http --tls --verify --url /'],
    /certificate/,
  ],
  ['a redirect', { monitor: 'http --follow 3' }, ['web/tcp: monitor http --follow 3'], /status_code 301-308/],
  ['headers', { monitor: 'http --header "A: b"' }, ['web/tcp: monitor http --header "A: b"'], /TCP_CHECK/],
  ['two protocols', { virtual: '  address 192.0.2.10:80/udp' }, ['virtual shop'], /one protocol/],
  ['a receiver', { more: 'receiver oncall\n  alert mail ops@example.com\n' }, ['receiver oncall'], /notify_fifo/],
  [
    'maintenance',
    { more: 'maintenance night\n  cover *\n  cron 0 3 * * *\n  lasts 1h\n' },
    ['maintenance night'],
    /smtp_alert no/,
  ],
  ['a policy of drift', { globals: 'drift = own' }, ['drift = own'], /never looks/],
  ['a database', { globals: 'database = none' }, ['database = none'], /director = PATH/],
  ['a view', { more: 'view v web\n' }, ['v'], /clients/],
]

for (const [what, parts, told, why] of cases) {
  test(`${what} is told`, () => {
    const { losses, lines } = toldOf(farm(parts))
    const own = losses.filter(({ text, why: reason }) => !ALWAYS.includes(text) || /one protocol/.test(reason))
    const texts = [...new Set(own.map(({ text }) => text))]
    for (const one of told) assert.ok(texts.includes(one), `${one}: ${JSON.stringify(losses, null, 1)}`)
    assert.ok(
      own.some((loss) => why.test(loss.why)),
      JSON.stringify(own),
    )
    for (const loss of losses) {
      assert.doesNotMatch(loss.why, /[.]$|undefined|NaN/, 'a sentence without its full stop')
      assert.ok(loss.place.line > 0 && loss.place.file !== '')
    }
    sound(textOf({ lines }))
  })
}

test('what ails all alike is told of the first, with how many there are', () => {
  const reals = Array.from({ length: 15 }, (_, i) => `  real 10.1.2.${i + 1}:80 check web/tcp via 10.1.1.2`)
  const { losses } = toldOf(farm({ virtual: ['  initial up', ...reals].join('\n') }))
  const initial = losses.filter(({ text }) => text.includes('initial'))
  assert.deepEqual(
    initial.map(({ text }) => text),
    ['real 10.1.2.1:80: initial (and 16 more of the same kind)'],
  )
})

test('what is told in other words is told by itself', () => {
  const second =
    'watch second\n  service tcp\n    interval 10s\n    rise 4\n    monitor tcp -p 81\n\nhostgroup second 10.1.1.4\n\n'
  const pool = 'virtual two\n  address 192.0.2.11:81\n  on_stop clear\n  real @second:81 check second/tcp\n'
  const { losses } = toldOf(farm({ service: '    rise 3', virtual: '  on_stop drain', more: second + pool }))
  const texts = losses.map(({ text }) => text)
  for (const one of [
    'web/tcp: rise 3',
    'second/tcp: rise 4',
    'virtual shop: on_stop drain',
    'virtual two: on_stop clear',
  ]) {
    assert.ok(texts.includes(one), `${one}: ${texts}`)
  }
})

test('mails of a check become those of its real servers, whoever else is told of the virtual server', () => {
  const service = '    period\n      numalerts 1\n      alert mail ops@example.com\n      upalert mail ops@example.com'
  const virtual = '  driftalert mail ops@example.com\n  real 10.1.1.9:80 weight 2'
  const { losses, lines } = toldOf(farm({ service, virtual }))
  const text = textOf({ lines })
  assert.match(text, /notification_email \{\n {8}ops@example\.com\n/)
  const quiet = (address: string) => new RegExp(`real_server ${address} 80 \\{[^}]*smtp_alert no`)
  assert.doesNotMatch(text, quiet('10.1.1.2'))
  assert.match(text, quiet('10.1.1.9'))
  const [told] = losses.filter((one) => one.text === 'web/tcp: period')
  assert.match(told?.why ?? '', /ops@example\.com get one mail when a real server goes and one when it comes/)
  const [, second] = sound(text).virtuals[0]?.reals ?? []
  assert.equal(second?.notices.down.length, 1)
})

test('a virtual server that is switched off stands there as comments, and loses nothing', () => {
  const model = farm({})
  const [virtual] = model.virtuals
  assert.ok(virtual)
  const off = { ...virtual, name: 'off', services: virtual.services.map((id) => ({ ...id, address: '192.0.2.11' })) }
  const dormant = [{ kind: 'virtual' as const, virtual: off, services: [] }]
  const { lines, losses } = keepalivedText(model, { base, dormant })
  const text = textOf({ lines })
  assert.match(text, /^# Switched off:\n# # off\n# virtual_server 192\.0\.2\.11 80 \{\n {4}# delay_loop 10\n/m)
  assert.deepEqual(losses, keepalivedText(model, { base }).losses)
  assert.equal(sound(text).virtuals.length, 1)
})

test('keepalived takes all of them', needs('keepalived'), () => {
  assert.deepEqual(complaints(cases.map(([, parts]) => textOf(toldOf(farm(parts))))), [])
})

test('a mon.cf of the plainest kind is a keepalived.conf that an operator would write', () => {
  const model = farm({
    service: '    timeout 5s\n    period\n      alert mail ops@example.com',
    monitor: 'tcp -p 80 -t 3',
    virtual: '  scheduler wrr\n  forward dr\n  sorry 127.0.0.1:80 local',
    globals: 'mailserver = smtp://10.0.0.9:587\nmailfrom = lvs@example.com',
  })
  const text = textOf(toldOf(model))
  assert.equal(
    text,
    `global_defs {
    router_id director
    notification_email {
        ops@example.com
    }
    notification_email_from lvs@example.com
    smtp_server 10.0.0.9 587
}

# shop
virtual_server 192.0.2.10 80 {
    delay_loop 10
    connect_timeout 3
    lvs_sched wrr
    lvs_method DR
    protocol TCP
    sorry_server 127.0.0.1 80

    real_server 10.1.1.2 80 {
        weight 1
        TCP_CHECK {
            retry 0
        }
    }

    real_server 10.1.1.3 80 {
        weight 1
        TCP_CHECK {
            retry 0
        }
    }
}
`,
  )
})
