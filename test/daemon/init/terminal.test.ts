/** The dialogue on a terminal: Enter, Ctrl-C and the end of input. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { runInit } from '../../../src/daemon/init.ts'

/** Types each line when its question has been asked; a `null` ends the input. */
async function typed(t: TestContext, lines: readonly (string | null)[]) {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-init-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'mon.cf')
  const input = new PassThrough()
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
  const left = [...lines]
  let [shown, err] = ['', '']
  output.on('data', (chunk: Buffer) => {
    shown += String(chunk)
    if (!/: $/.test(shown.replace(/\u001b\[[0-9;]*[A-Z]/g, ''))) return
    const line = left.shift()
    if (line === null) input.end()
    else if (line !== undefined) input.write(line === '\u0003' || line === '\u0004' ? line : `${line}\r`)
  })
  const doors = {
    input,
    output,
    isTerminal: true,
    complain(text: string) {
      err += text
    },
  }
  const status = await runInit({ output: file, checks: false }, doors)
  return { status, err, text: existsSync(file) ? readFileSync(file, 'utf8') : null }
}

test('a few answers at a terminal make a file', async (t) => {
  const answers = ['shop', '192.0.2.10', '', '', '', '10.1.1.2:8080 2', '10.1.1.3', '', '', '', '', '', 'none']
  const { status, text } = await typed(t, answers)
  assert.equal(status, 0)
  assert.match(text ?? '', /virtual shop\n[\s\S]*real 10\.1\.1\.2:8080 weight 2 check shop-8080\/http\n/)
})

for (const [what, key] of [
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
  ['the end of input', null],
] as const) {
  test(`${what} in the middle writes nothing, and says so`, async (t) => {
    const { status, err, text } = await typed(t, ['shop', '192.0.2.10', '', key])
    assert.equal(status, 130)
    assert.match(err, /nothing was written/)
    assert.equal(text, null)
  })
}
