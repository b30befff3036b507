/** Much that fails at once is few messages: groups, digests and rates, each for a receiver of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { farm, type Mail } from './rig.ts'

const names = ['a', 'b', 'c', 'd', 'e']
const keys = names.map((name) => `web/${name}`)

test('five services that fail together are one mail, a digest behind two, and what is left of a rate', async (t) => {
  const it = await farm(
    t,
    (one) => `
receiver grouped
    alert mail grouped@example.com
    group_wait 5s
    group_by watch

receiver digested
    alert mail digested@example.com
    digest 2 5s

receiver capped
    alert mail capped@example.com
    rate 1 5s

${one.watch(names, 'alert to grouped digested capped\nalertevery 1h')}
`,
  )
  const { relay, daemon } = it
  const mailsTo = (who: string): readonly Mail[] => relay.mails.filter(({ to }) => to.includes(`${who}@example.com`))
  /** Waits until each service was named behind this word to this receiver, and answers the mails. */
  const toldOfAll = (who: string, word: 'ALERT' | 'UPALERT') =>
    relay.until(`${word} of all to ${who}`, () => {
      const mails = mailsTo(who)
      const all = mails.map(({ text }) => text).join('\n')
      return keys.every((key) => new RegExp(`^${word} ${key}\\b`, 'm').test(all)) ? mails : undefined
    })
  for (const key of keys) await daemon.said(new RegExp(`${key} is UP`))

  it.fail()
  const digested = await toldOfAll('digested', 'ALERT')
  const capped = await toldOfAll('capped', 'ALERT')
  const grouped = await toldOfAll('grouped', 'ALERT')
  assert.deepEqual(
    grouped.map(({ subject }) => subject.replace(/web\/\w.*/, '…')),
    ['ALERT 5 services fail: …'],
  )
  assert.equal(digested.length, 3)
  assert.match(digested[2]?.subject ?? '', /^ALERT 3 services fail: /)
  assert.match(digested[2]?.text ?? '', /Sent because: .*more than 2 fired within 5 s/)
  assert.equal(capped.length, 2)
  assert.match(capped[1]?.subject ?? '', /^ALERT 4 services fail: /)
  assert.match(capped[1]?.text ?? '', /Sent because: .*at most 1 messages? in 5 s/)

  it.mend()
  for (const who of ['grouped', 'digested', 'capped']) await toldOfAll(who, 'UPALERT')
  assert.equal(mailsTo('grouped').length, 2)
})
