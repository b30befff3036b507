/** The globals about how people are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RELAYS_MOST } from '../../src/edge/mail/relays.ts'
import { KEEP_QUIET, type NotifySettings } from '../../src/model/notify-settings.ts'
import { days, hours, milliseconds, minutes } from '../../src/model/units.ts'
import { MOST_RELAYS } from '../../src/parse/defaults.ts'
import { modelOf } from './world.ts'

const watch = 'hostgroup web h1\n\nwatch web\n  service http\n    interval 1m\n    monitor http\n'
const settingsOf = (text: string, codes: readonly string[] = []) => modelOf(`${text}\n\n${watch}`, codes).settings

test('without any of them, people are told by single lines only', () => {
  assert.deepEqual(settingsOf('').notify, KEEP_QUIET)
})

const place = { file: 'mon.cf', line: 1, column: 15 }
const vectors: readonly (readonly [text: string, expected: Partial<NotifySettings>, codes?: readonly string[]])[] = [
  ['undelivered_after = 1h', { undeliveredAfter: hours(1) }],
  ['undelivered_after = 7d', { undeliveredAfter: days(7) }],
  ['page_listen = 127.0.0.1:2585', { pageListen: { address: '127.0.0.1', port: 2585, place } }],
  ['page_listen = [::1]:2585', { pageListen: { address: '::1', port: 2585, place } }],
  ['page_listen = 2585', { pageListen: { address: '127.0.0.1', port: 2585, place } }],
  ['page_listen = :2585', { pageListen: { address: '127.0.0.1', port: 2585, place } }],
  ['page_listen = 127.0.0.1:0', { pageListen: { address: '127.0.0.1', port: 0, place } }],
  ['page_listen = 0.0.0.0:2585', { pageListen: { address: '0.0.0.0', port: 2585, place } }, ['page-open']],
  ['page_listen = [::]:2585\npage_url = https://a.example.com', { pageUrl: 'https://a.example.com' }],
  ['page_listen = 1\npage_url = https://a.example.com:8443/up/', { pageUrl: 'https://a.example.com:8443/up' }],
  ['page_listen = 1\npage_url = http://127.0.0.1:2585', { pageUrl: 'http://127.0.0.1:2585' }],
  ['templates = templates of ours', { templates: 'templates of ours' }],
  ['list_id = upalert.example.com', { mailListId: 'upalert.example.com' }],
  ['list_id = up.localhost', { mailListId: 'up.localhost' }],
  [
    'dkim = example.com up.2026 /etc/keys/the key.pem',
    { dkim: { domain: 'example.com', selector: 'up.2026', keyFile: '/etc/keys/the key.pem' } },
  ],
  [
    'webhook_allow = 10.0.0.0/8 192.0.2.7 fd00::/8 2001:DB8:0::7 172.16.0.0/12',
    { webhookAllow: ['10.0.0.0/8', '192.0.2.7/32', 'fd00::/8', '2001:db8::7/128', '172.16.0.0/12'] },
  ],
  ['webhook_allow = ::/0', { webhookAllow: ['::/0'] }, ['webhook-allow']],
  ['keep_history = 800d\nkeep_rollups = 30d', { keepHistory: days(800), keepRollups: days(30) }],
  ['keep_history = forever\nkeep_rollups = 0', { keepHistory: milliseconds(0), keepRollups: milliseconds(0) }],
  ['keep_history = 0d\nkeep_rollups = 24h', { keepHistory: milliseconds(0), keepRollups: days(1) }],
]
for (const [text, expected, codes] of vectors) {
  test(text.replace('\n', ', '), () => {
    const { notify } = settingsOf(text, codes)
    assert.deepEqual({ ...notify, ...expected }, notify)
  })
}

test('undelivered names a way of telling, as an alert line does', () => {
  const { undelivered, undeliveredAfter } = settingsOf('undelivered = mail a@b').notify
  assert.deepEqual(
    undelivered.map(({ module, options, receiver }) => [module, options, receiver]),
    [['mail', { to: ['a@b'] }, undefined]],
  )
  assert.equal(undeliveredAfter, minutes(10))
})

test('several relays stand in the order in which they are tried', () => {
  const { mailserver } = settingsOf(
    'mailserver = smtp://a.example.com   smtps://u:p@b.example.com:465\tsmtp://[::1]:26',
  )
  assert.equal(mailserver, 'smtp://a.example.com smtps://u:p@b.example.com:465 smtp://[::1]:26')
  assert.equal(settingsOf('mailserver = smtp://a.example.com:587').mailserver, 'smtp://a.example.com:587')
})

test('as many relays may be written as are asked', () => {
  assert.equal(MOST_RELAYS, RELAYS_MOST)
})
