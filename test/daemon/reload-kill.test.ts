/** What a reload has dropped is told once, also when the daemon dies soon after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DaemonProcess } from './daemon-process.ts'

const watch = (name: string) =>
  `hostgroup ${name} 127.0.0.1\n\nwatch ${name}\n  service off\n    interval 1s\n    monitor off\n\n`

test('a service that a reload dropped is not dropped again after kill -9', async (t) => {
  const daemon = new DaemonProcess(t)
  daemon.configure(`database = none\n${watch('one')}${watch('two')}`)
  daemon.start()
  await daemon.said(/two\/off is DOWN/)
  daemon.configure(`database = none\n${watch('one')}`)
  await daemon.ask({ command: 'reload' })
  const told = await daemon.said(/two\/off is not watched any more/)
  // Answered from what the loop has done, so the snapshot is on its way to the disk before it.
  await daemon.status()
  await daemon.kill('SIGKILL')
  daemon.start()
  const again = await daemon.said(/upalert runs /, told)
  await daemon.said(/one\/off/, again)
  assert.doesNotMatch(daemon.output.slice(told), /is not watched any more/)
})
