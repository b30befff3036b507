import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendar } from '../../src/daemon/calendar.ts'

test('a calendar schedule calls back at its dates, and no more after it was ended', async () => {
  let calls = 0
  let end = (): void => {}
  await new Promise<void>((resolve) => {
    end = calendar('* * * * * *', () => {
      calls += 1
      if (calls === 2) resolve()
    })
  })
  end()
  // Another schedule of the same rhythm shows that a further date has come and gone.
  await new Promise<void>((resolve) => {
    const endOther = calendar('* * * * * *', () => {
      endOther()
      resolve()
    })
  })
  assert.equal(calls, 2)
})
