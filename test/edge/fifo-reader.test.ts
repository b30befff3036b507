/** The program that reads a FIFO runs as long as the daemon does, and not longer. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeFifos, openFifo, writeLine } from '../../src/edge/fifo/fifo.ts'
import { startFifoReader } from '../../src/edge/fifo/reader.ts'
import { hours, milliseconds } from '../../src/model/units.ts'
import { alive, fresh, pidsIn, shell } from '../scripts.ts'

const quick = { first: milliseconds(5), longest: milliseconds(20), steady: hours(1) }

function reading(t: TestContext, command: readonly string[]) {
  const path = fresh('fifo')
  assert.deepEqual(openFifo(path, null), { kind: 'open', remark: '' })
  const said: string[] = []
  const reader = startFifoReader({ command, path, as: null, ended: (text) => said.push(text), pauses: quick })
  t.after(async () => {
    await reader.stop()
    closeFifos()
  })
  return { path, said, reader }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

test('it gets the path as its last argument, and each line', async (t) => {
  const out = fresh('out')
  const { path } = reading(t, [
    shell(`echo "$1" >${out}; while read -r line; do echo "$line" >>${out}; done <"$2"`),
    'a b',
  ])
  writeLine(path, 'VS [192.0.2.10]:tcp:80 UP', null)
  await until(() => existsSync(out) && readFileSync(out, 'utf8').endsWith('UP\n'))
  assert.equal(readFileSync(out, 'utf8'), 'a b\nVS [192.0.2.10]:tcp:80 UP\n')
})

test('one that ends is started again, no line is lost meanwhile, and its end is told', async (t) => {
  const out = fresh('out')
  const { path, said } = reading(t, [shell(`read -r line <"$1"; echo "$line" >>${out}; echo enough; exit 3`)])
  for (const line of ['one', 'two', 'three']) {
    writeLine(path, line, null)
    await until(() => existsSync(out) && readFileSync(out, 'utf8').endsWith(`${line}\n`))
  }
  await until(() => said.length >= 3)
  assert.equal(readFileSync(out, 'utf8'), 'one\ntwo\nthree\n')
  const [text = ''] = said
  assert.equal(
    text.replace(/^\S+,/, 'it,'),
    `it, which reads ${path}, ended with exit status 3; it printed: enough; it is started again in 0.005 s`,
  )
  assert.match(said[2] ?? '', /started again in 0\.02 s$/)
})

test('one that is not there is tried again and again, with pauses', async (t) => {
  const { said } = reading(t, ['/nonexistent/reader'])
  await until(() => said.length >= 2)
  assert.match(said[0] ?? '', /^reader, which reads .*, could not be started: there is no file \/nonexistent\/reader; /)
})

test('at the stop it ends with its children, also if it ignores SIGTERM', async (t) => {
  const list = fresh('pids')
  const body = `trap '' TERM; sleep 600 & echo $$ $! >${list}.new; mv ${list}.new ${list}; while :; do sleep 600; done`
  const { reader, said } = reading(t, [shell(body)])
  const pids = await pidsIn(list)
  await reader.stop()
  assert.deepEqual(pids.map(alive), [false, false])
  assert.deepEqual(said, [])
})
