/** The whole example of docs/receivers.md: it is sound, and the daemon that runs it says of it what the page says. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DaemonProcess } from '../daemon-process.ts'
import { upalert } from './rig.ts'

const page = readFileSync(new URL('../../../docs/receivers.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text = '']) => text)

test('the example has no problems, and is routed as the page shows it', async (t) => {
  const daemon = new DaemonProcess(t)
  const [example = '', session = ''] = blocks
  const slack = join(daemon.directory, 'slack')
  writeFileSync(slack, 'https://hooks.slack.com/services/T000/B000/XXXX\n', { mode: 0o600 })
  const here = (text: string): string => text.replaceAll('/etc/upalert/slack', slack)
  // In places where no line moves: nothing of it may leave this machine.
  const used = here(example)
    .replace('mailserver = smtp://mail.example.com', 'database = none')
    .replace('\n\nreceiver oncall', `\nstatedir = ${join(daemon.directory, 'var')}\nreceiver oncall`)
    .replace('10.1.1.2 10.1.1.3', '127.0.0.1')
    .replace('monitor http', 'monitor tcp -p 1')
    .replace('/var/log/upalert/', `${daemon.directory}/`)
  writeFileSync(daemon.file, used)
  const checked = await upalert(daemon, 'check')
  assert.deepEqual([checked.out, checked.status], [`${daemon.file}: no problems\n`, 0])

  daemon.start()
  await daemon.said(/ask it with/)
  const asked = await upalert(daemon, 'alert', 'route', 'web', 'http', '--at', '2026-11-23T10:00:00Z')
  const shown = here(session)
    .replaceAll('/etc/upalert/mon.cf', daemon.file)
    .split('\n')
    .slice(session.split('\n').findIndex((line) => line.startsWith('# upalert alert route')) + 1)
  const quoted = shown
    .slice(
      0,
      shown.findIndex((line) => line.startsWith('# ')),
    )
    .filter((line) => line.trim() !== '…')
  assert.ok(quoted.length > 8)
  const said = new Set(asked.out.split('\n'))
  for (const line of quoted) assert.ok(said.has(line), `${line}\nis not said:\n${asked.out}`)
})

test('every other piece of configuration on the page stands in the example, or is a line of it', () => {
  const [example = ''] = blocks
  const words = new Set(example.split('\n').map((line) => line.trim()))
  const pieces = blocks.filter((text) => /^ *(receiver|period|undelivered)\b/.test(text))
  assert.ok(pieces.length >= 3)
  for (const line of pieces
    .join('\n')
    .split('\n')
    .map((one) => one.trim()))
    if (line !== 'escalate 1h mail owner@example.com') assert.ok(words.has(line), line)
})
