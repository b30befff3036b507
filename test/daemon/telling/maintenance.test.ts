/** Times of maintenance: what they hide, and what is told when they are over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm, upalert } from './rig.ts'

/** A weekday on which nobody runs this test: today's maintenance would hide what it waits for. */
const farDay = (new Date().getUTCDay() + 3) % 7

test('a failure within it is not told, nor its end; one that lasts beyond it is told then, and its end', async (t) => {
  const it = await farm(
    t,
    (one) => `
receiver ops
    alert mail ops@example.com

maintenance backup
    cover web
    cron "0 2 * * ${farDay}"
    timezone Europe/Berlin
    lasts 2h
    reason the weekly backup

${one.watch(['http'], 'alert to ops\nalertevery 1h')}
`,
  )
  const { daemon, relay } = it
  const planned = await upalert(daemon, 'maintenance')
  assert.equal(planned.status, 0, planned.err)
  assert.match(planned.out, /No maintenance is in force/)
  const ofBackup = planned.out.split('\n').filter((line) => /^ {2}backup .*02:00 .*04:00 .*Europe\/Berlin/.test(line))
  assert.equal(ofBackup.length, 10, planned.out)
  assert.match(planned.out, /web \(1 service\).*the weekly backup/)

  await daemon.said(/web\/http is UP/)
  const begun = await upalert(daemon, 'maintenance', 'start', 'web/http', '--for', '1h', '--name', 'disks')
  assert.equal(begun.status, 0, begun.err)
  it.fail()
  const quiet = await daemon.said(/no alert for period "always".*maintenance/)
  it.mend()
  const up = await daemon.said(/web\/http is UP/, quiet)
  const ended = await upalert(daemon, 'maintenance', 'end', 'disks')
  assert.equal(ended.status, 0, ended.err)
  await daemon.said(/maintenance "disks" is over/, up)

  const before = daemon.output.length
  // As the command line asks it; a process of its own may take as long to end as this window lasts.
  await daemon.ask({ command: 'begin-maintenance', subjects: ['web'], lasts: 4000, who: 'ann' })
  it.fail()
  const hidden = await daemon.said(/no alert for period "always".*maintenance/, before)
  assert.deepEqual(relay.subjects(), [], 'neither of the first failure nor of its end')
  await daemon.said(/maintenance ".*" is over; failures are told again/, hidden)
  const told = await relay.mail(/^ALERT web\/http/)
  assert.match(told.text, /Sent because: .*maintenance/)
  it.mend()
  await relay.mail(/^UPALERT web\/http/)
  assert.equal(relay.mails.length, 2)
})
