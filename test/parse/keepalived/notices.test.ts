/** Who hears of a change, and what global_defs says of the table and of mail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertCall } from '../../../src/model/model.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { realText, resolved, said, sound, surroundings, virtualText } from './world.ts'

const globals = (words: string) => `global_defs {\n ${words}\n}\n`
const MAIL = 'notification_email {\n a@example.org\n b@example.org c@example.org\n }\n smtp_server 192.0.2.25'

const names = (calls: readonly AlertCall[] | undefined) => calls?.map(({ module, text }) => `${module}: ${text}`)

const mailed: readonly (readonly [
  name: string,
  globals: string,
  virtual: string,
  real: string,
  of: readonly [virtual: boolean, real: boolean],
])[] = [
  ['of servers, and not of a quorum', MAIL, '', '', [false, true]],
  ['of a quorum where it is asked for', MAIL, 'smtp_alert', '', [true, true]],
  ['of no server where it is switched off', MAIL, '', 'smtp_alert off', [false, false]],
  ['of both where all alerts are on', `${MAIL}\n smtp_alert`, '', '', [true, true]],
  ['of none where all alerts are off', `${MAIL}\n smtp_alert off`, '', '', [false, false]],
  [
    'as the checker setting says before all others',
    `${MAIL}\n smtp_alert off\n smtp_alert_checker on`,
    '',
    '',
    [true, true],
  ],
  [
    'as the server itself says before the globals',
    `${MAIL}\n smtp_alert_checker on`,
    'smtp_alert no',
    'smtp_alert no',
    [false, false],
  ],
  ['never without a relay', 'notification_email {\n a@example.org\n }', 'smtp_alert', 'smtp_alert', [false, false]],
  ['never without recipients', 'smtp_server 192.0.2.25', 'smtp_alert', 'smtp_alert', [false, false]],
]
for (const [name, global, virtual, real, [ofVirtual, ofReal]] of mailed) {
  test(`mail is sent ${name}`, () => {
    const [found] = sound(globals(global) + virtualText(virtual, realText(real))).virtuals
    const mail = ['mail: mail a@example.org b@example.org c@example.org']
    const both = (one: boolean) => ({ up: one ? mail : [], down: one ? mail : [] })
    const heard = (notices: { up: readonly AlertCall[]; down: readonly AlertCall[] } | undefined) => ({
      up: names(notices?.up),
      down: names(notices?.down),
    })
    assert.deepEqual(heard(found?.notices), both(ofVirtual))
    assert.deepEqual(heard(found?.reals[0]?.notices), both(ofReal))
  })
}

const driftMailed: readonly (readonly [name: string, globals: string, virtual: string, is: boolean])[] = [
  ['where there are recipients and a relay', MAIL, '', true],
  ['also where mail of a quorum is asked for', MAIL, 'smtp_alert', true],
  ['unless the virtual server says off', MAIL, 'smtp_alert off', false],
  ['unless all alerts are off', `${MAIL}\n smtp_alert off`, '', false],
  ['unless those of checkers are off', `${MAIL}\n smtp_alert_checker off`, '', false],
  ['never without a relay', 'notification_email {\n a@example.org\n }', '', false],
  ['never without recipients', 'smtp_server 192.0.2.25', 'smtp_alert', false],
]
for (const [name, global, virtual, is] of driftMailed) {
  test(`what others change in the table is told by mail ${name}`, () => {
    const [found] = sound(globals(global) + virtualText(virtual)).virtuals
    const mail = ['mail: mail a@example.org b@example.org c@example.org']
    assert.deepEqual(names(found?.driftAlerts), is ? mail : [])
  })
}

const accounts: readonly (readonly [
  name: string,
  globals: string,
  command: string,
  options: object,
  account?: string,
])[] = [
  ['the daemon', 'router_id x', '"/bin/true UP"', { command: ['/bin/true', 'UP'] }],
  [
    'the user behind the command',
    'script_user a b',
    '"/bin/true" nobody nogroup',
    { command: ['/bin/true'], user: 'nobody', group: 'nogroup' },
  ],
  [
    'script_user',
    'script_user nobody nogroup',
    '"/bin/true"',
    { command: ['/bin/true'], user: 'nobody', group: 'nogroup' },
  ],
  [
    'keepalived_script where this machine has it',
    'router_id x',
    '"/bin/true"',
    { command: ['/bin/true'], user: 'keepalived_script' },
    'keepalived_script',
  ],
  [
    'root, looked at before each run',
    'enable_script_security',
    '"/bin/true"',
    { command: ['/bin/true'], scriptSecurity: true },
  ],
]
for (const [name, global, command, options, scriptAccount = null] of accounts) {
  test(`a script runs as ${name}`, () => {
    const text =
      globals(global) +
      virtualText(
        `quorum_up ${command}\n quorum_down ${command}`,
        realText(`notify_up ${command}\n notify_down ${command}`),
      )
    const file = parseKeepalived({ file: 'keepalived.conf', text })
    const [virtual] = resolveKeepalived(file, { ...surroundings, scriptAccount }).virtuals
    const calls = [virtual?.notices, virtual?.reals[0]?.notices].flatMap((notices) => [
      ...(notices?.up ?? []),
      ...(notices?.down ?? []),
    ])
    assert.equal(calls.length, 4)
    for (const { module, options: found } of calls) {
      assert.equal(module, 'notify')
      const plain = { scriptSecurity: false, timeout: 60 }
      assert.deepEqual(found, { ...plain, ...options })
    }
  })
}

test('global_defs sets the relay, the sender, the name in subjects, the timeouts, what is cleared, and the FIFOs', () => {
  const words = `router_id LVS\n smtp_server 2001:db8::25 587\n notification_email_from k@example.org\n lvs_timeouts tcp 10 udp 5\n lvs_flush\n lvs_flush_on_stop\n notify_fifo /run/a\n lvs_notify_fifo /run/b`
  const { settings } = sound(globals(words) + virtualText(''), ['lvs-flush'])
  assert.deepEqual(settings, {
    mailserver: 'smtp://[2001:db8::25]:587',
    mailfrom: 'k@example.org',
    routerId: 'LVS',
    table: {
      onStart: 'clear',
      onStop: 'clear',
      timeouts: { tcp: 10, tcpfin: 0, udp: 5 },
      fifos: [
        { path: '/run/a', reader: null },
        { path: '/run/b', reader: null },
      ],
    },
  })
})

test('one FIFO under both names gets each line once', () => {
  const { settings } = sound(globals('notify_fifo /run/a\n lvs_notify_fifo /run/a') + virtualText(''))
  assert.deepEqual(settings, { table: { fifos: [{ path: '/run/a', reader: null }] } })
})

test('a FIFO has an owner, and a program that is kept reading it', () => {
  const words = 'notify_fifo /run/a root adm\n notify_fifo_script "/bin/cat -u" nobody'
  const { settings } = sound(globals(words) + virtualText(''))
  const reader = { command: ['/bin/cat', '-u'], user: 'nobody' }
  assert.deepEqual(settings, { table: { fifos: [{ path: '/run/a', user: 'root', group: 'adm', reader }] } })
})

const lost = [
  'rs_init_notifies',
  'startup_script /bin/true',
  'smtp_helo_name x',
  'lvs_sync_daemon eth0',
  'enable_snmp_checker',
  'checker_priority 3',
]
for (const words of lost) {
  test(`${words} is told to be lost`, () =>
    assert.deepEqual(said(globals(words) + virtualText('')), ['warning not-honoured']))
}

test('a recipient that is none is told where it stands', () => {
  const { problems } = resolved(
    globals('notification_email {\n "not an address"\n }\n smtp_server 192.0.2.25') + virtualText(''),
  )
  assert.deepEqual(problems.map(({ code, severity }) => [severity, code]).at(0), ['error', 'notice-value'])
})
