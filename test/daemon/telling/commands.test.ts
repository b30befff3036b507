/** What operators ask before and after: whom a failure would reach, whether a receiver is reached, what waits, what was told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok, startReceiver } from '../../peers/alertmanager.ts'
import { type Farm, farm, upalert } from './rig.ts'

const routes = (one: Farm): string => `
receiver oncall
    alert mail ops@example.com
    second 5m pager 0170555@sms.example.com
    group_wait 10s

receiver night
    alert mail night@example.com

maintenance backup
    cover web
    cron "0 2 * * *"
    timezone UTC
    lasts 1h

hostgroup web 127.0.0.1

watch web
    service http
        interval 1s
        timeout 0.9s
        monitor http -p ${one.web.port}
        period day: hr {8am-5pm}
            alert to oncall
            escalate 15m mail boss@example.com
        period night: hr {6pm-7am}
            alertevery 1h
            alert to night
        period broken:
            alertexitrange 2-9
            alert mail broken@example.com
`

interface Asked {
  readonly title: string
  readonly words: readonly string[]
  readonly status: number
  readonly says: readonly RegExp[]
}

const asked: readonly Asked[] = [
  {
    title: 'by day',
    words: ['--at', '2027-03-01 10:00'],
    status: 0,
    says: [
      /^A failure of web\/http with exit status 1 at 2027-03-01 10:00:00:\n/,
      /^ {2}oncall by mail ops@example\.com {2}hears of it, and of its end: period "day" \(.*mon\.cf:\d+\)\n {6}waits 10 s for others \(group_wait\)\n {6}after 5 min without delivery pager 0170555@sms\.example\.com \(second\)$/m,
      /^ {2}mail boss@example\.com {2}hears of it, and of its end: period "day": escalate, if nobody has acknowledged it 15 min/m,
      /^ {2}night by mail night@example\.com {2}does NOT: period "night" does not include that time \(.*\)$/m,
      /^ {2}mail broken@example\.com {2}does NOT: alertexitrange of period "broken" leaves out 1 \(/m,
    ],
  },
  {
    title: 'by night, with another exit status',
    words: ['--at', '2027-03-01 22:00', '--exit', '3'],
    status: 0,
    says: [
      /night by mail night@example\.com {2}hears of it, and of its end: period "night".*\n {6}once in 1 h \(alertevery\)/,
      /oncall by mail ops@example\.com {2}does NOT: period "day" does not include that time/,
      /mail broken@example\.com {2}hears of it, and not of its end: period "broken"/,
    ],
  },
  {
    title: 'in maintenance',
    words: ['--at', '2027-03-01 02:30'],
    status: 1,
    says: [
      /nobody hears of it: it is in maintenance then: backup/,
      /night by mail .* does NOT: period "night", but it is in maintenance then: backup/,
    ],
  },
]

test('alert route says who hears, by which rule, and why others do not', async (t) => {
  const it = await farm(t, routes)
  const { daemon } = it
  for (const { title, words, status, says } of asked) {
    const ran = await upalert(daemon, 'alert', 'route', 'web', 'http', ...words)
    for (const words of says) assert.match(ran.out, words, title)
    assert.equal(ran.status, status, `${title}: ${ran.out}${ran.err}`)
  }
  const json = JSON.parse(
    (await upalert(daemon, 'alert', 'route', 'web/http', '--at', '2027-03-01 10:00', '--json')).out,
  )
  assert.deepEqual(
    json.lines.filter(({ hears }: { hears: boolean }) => hears).map(({ who }: { who: string }) => who),
    ['oncall by mail ops@example.com', 'mail boss@example.com'],
  )
  const unknown = await upalert(daemon, 'alert', 'route', 'web', 'htpt')
  assert.deepEqual(
    [unknown.status, unknown.err],
    [3, 'upalert: there is no service web/htpt; did you mean web/http?\n'],
  )

  await daemon.said(/web\/http is UP/)
  it.fail()
  await daemon.said(/web\/http is DOWN/)
  await daemon.ask({ command: 'ack', subject: 'web/http', text: 'on my way', who: 'ann' })
  const acked = await upalert(daemon, 'alert', 'route', 'web', 'http', '--at', '2027-03-01 10:00')
  assert.match(acked.out, /nobody hears of it: the failure there is now is acknowledged by ann/)
  assert.equal(acked.status, 1)
})

test('alert test shows and sends; a dead channel is said with its reason; outbox and log tell of it', async (t) => {
  const hook = await startReceiver(t, ok)
  const it = await farm(
    t,
    (one) => `
webhook_allow = 127.0.0.0/8
receiver oncall
    alert mail ops@example.com
    alert webhook --url ${hook.url}/

${one.watch(['http'], 'alert to oncall\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  const shown = await upalert(daemon, 'alert', 'test', 'oncall')
  assert.equal(shown.status, 0, shown.err)
  assert.match(shown.out, /^== oncall by mail ops@example\.com\n/)
  assert.match(shown.out, /^Subject: TEST ALERT upalert\/test: /m)
  assert.match(shown.out, /^== oncall by webhook --url http:\/\/127\.0\.0\.1:\d+\/\n/m)
  assert.match(shown.out, /Nothing was sent; "--send" sends it\.\n$/)
  assert.deepEqual([relay.mails.length, hook.heard.length], [0, 0])

  const sent = await upalert(daemon, 'alert', 'test', 'oncall', '--send')
  assert.equal(sent.status, 0, sent.out)
  assert.match(sent.out, /upalert\/test: ".*mail ops@example\.com" is done/)
  assert.match(sent.out, /upalert\/test: ".*webhook .*" is done/)
  await relay.mail(/^TEST ALERT upalert\/test/)
  assert.equal(JSON.parse((await hook.nth(0)).body).test, true)
  const up = await upalert(daemon, 'alert', 'test', 'oncall', '--send', '--up')
  assert.equal(up.status, 0, up.out)
  await relay.mail(/^TEST UPALERT upalert\/test/)
  const empty = await upalert(daemon, 'outbox')
  assert.deepEqual([empty.status, empty.out.startsWith('Nothing waits')], [0, true])

  relay.mood = 'refuses'
  const dead = await upalert(daemon, 'alert', 'test', 'oncall', '--send')
  assert.equal(dead.status, 1, dead.out)
  assert.match(dead.out, /upalert\/test: ".*mail ops@example\.com" is GIVEN UP: .*451 not now/)
  assert.match(dead.out, /upalert\/test: ".*webhook .*" is done/)
  assert.equal((await upalert(daemon, 'outbox')).status, 0, 'a test does not wait in front of alerts')

  await daemon.said(/web\/http is UP/)
  it.fail()
  await daemon.said(/web\/http: "mail ops@example\.com" has NOT got through/)
  const waiting = await upalert(daemon, 'outbox')
  assert.equal(waiting.status, 1)
  assert.match(waiting.out, /^\S+ +web\/http +failure +oncall by mail ops@example\.com .*tried .*451 not now/)
  const [id = ''] = waiting.out.split(' ')
  const dropped = await upalert(daemon, 'outbox', '--drop', id)
  assert.deepEqual([dropped.status, dropped.out], [0, 'it is not sent any more\n'])
  assert.equal((await upalert(daemon, 'outbox')).status, 0)
  const again = await upalert(daemon, 'outbox', '--drop', id)
  assert.deepEqual([again.status, again.err], [3, `upalert: no notification ${id} waits\n`])

  await daemon.said(/web\/http: no alert for period "always"/)
  const log = await upalert(daemon, 'log', '--alerts')
  assert.equal(log.status, 0, log.err)
  for (const says of [
    /upalert\/test: alert handed to ".*mail ops@example\.com"/,
    /web\/http: ".*mail ops@example\.com" is NOT SENT any more: .* took it out of the outbox/,
    /web\/http: alert handed to ".*mail ops@example\.com"/,
    /web\/http: ".*webhook .*" is done/,
    /web\/http: no alert for period "always", because alertevery allows one every 1 h/,
  ])
    assert.match(log.out, says)
  assert.doesNotMatch(log.out, /is UP|is DOWN/)
  const unknown = await upalert(daemon, 'alert', 'test', 'oncal')
  assert.equal(unknown.status, 3)
  assert.match(unknown.err, /no receiver and no service that tells anybody is called "oncal"; did you mean oncall\?/)
})
