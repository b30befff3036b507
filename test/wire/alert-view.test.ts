import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { host } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { alertView } from '../../src/wire/mail/alert-view.ts'
import { failure, recovery } from './alert-message.ts'

const time = { full: () => '2026-06-04 14:02:11 Europe/Berlin (UTC+02:00)', clock: () => '14:02' }

const headlines = [
  { name: 'one failing host and why', message: failure, is: '10.1.1.3 answered 503 where 200-399 was expected' },
  {
    name: 'several failing hosts and why the first',
    message: { ...failure, failing: ['a', 'b'].map((name) => ({ host: host(name), text: 'refused' })) },
    is: '2 of 3 hosts (a, b): refused',
  },
  { name: 'a recovery and how long it took', message: recovery, is: 'up again after 4 min 30 s' },
  {
    name: 'a summary where no host is known',
    message: { ...failure, failing: [], summary: 'no route' },
    is: 'no route',
  },
  {
    name: 'an exit status where nothing else is known',
    message: { ...failure, failing: [], summary: '', exit: 9 },
    is: 'the check ended with exit status 9 and said nothing',
  },
]
for (const { name, message, is } of headlines) {
  test(`the headline tells ${name}`, () => assert.equal(alertView(message, 'lb1', time).headline, is))
}

test('every piece but the detail is one safe line, whatever the world answered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const message = {
        ...failure,
        summary: text,
        description: text,
        acknowledged: text,
        pools: [text],
        failing: [{ host: host(text), text }],
      }
      const view = alertView({ ...message, at: wallTime(0) }, text, time)
      const { detail: _several, ...rest } = view
      assert.doesNotMatch(JSON.stringify(rest), /\\u|\\[nrt]|\p{C}/u)
    }),
  )
})

test('a megabyte of reasons, hosts and output makes a view of bounded size', () => {
  const flood = 'x y '.repeat(250_000)
  const failing = Array.from({ length: 5_000 }, (_, i) => ({ host: host(`h${i}`), text: flood }))
  const message = {
    ...failure,
    failing,
    detail: flood,
    summary: flood,
    hosts: failing.map((one) => one.host),
    pools: Array(500).fill(flood),
  }
  const view = alertView(message, 'lb1', time)
  assert.ok(JSON.stringify(view).length < 200_000)
  assert.equal(view.more, 4_950)
})
