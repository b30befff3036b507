/**
 * The LVS-HOWTO's way of setting up: most of the file commented out, and one part after the other taken in. A comment sign
 * before a service or an alert does what disabling it does: nobody is told of it, and everything else goes on.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DaemonProcess, Web } from './daemon-process.ts'

/** A comment sign before each line. */
const out = (part: string): string => part.replaceAll(/^/gm, '#')

test('a service or an alert behind a comment sign is told of to nobody, as one that is disabled, and is back without the sign', async (t) => {
  const web = await new Web('127.0.0.1').start(t)
  web.answer = 503
  const daemon = new DaemonProcess(t)
  const path = (name: string): string => join(daemon.directory, name)
  const told = (name: string): number => {
    const lines = existsSync(path(name)) ? readFileSync(path(name), 'utf8').split('\n') : []
    return lines.filter(Boolean).length
  }
  const alert = (name: string): string => `            alert file --path ${path(name)}`
  const service = (name: string, alerts: readonly string[]): string =>
    [`    service ${name}`, '        interval 1s', `        monitor http -p ${web.port}`, '        period wd {Sun-Sat}']
      .concat(alerts)
      .join('\n')
  const text = (...services: readonly string[]): string =>
    ['database = none', 'randstart = 1s', 'hostgroup web 127.0.0.1', '', 'watch web', ...services].join('\n')
  const reload = async (...services: readonly string[]): Promise<void> => {
    const from = daemon.output.length
    daemon.configure(text(...services))
    daemon.signal('SIGHUP')
    await daemon.said(/was read again/, from)
  }
  /** Waits until `goes` was told of twice more; of these nobody hears meanwhile, but for what was under way. */
  const silentBeside = async (goes: string, silent: readonly string[]): Promise<void> => {
    const more = async () => {
      const from = daemon.output.length
      await daemon.said(new RegExp(`"file --path ${path(goes)}" is done`), from)
    }
    await more()
    const before = silent.map(told)
    await more()
    await more()
    assert.deepEqual(silent.map(told), before)
  }

  const [one, two, three] = [alert('one'), alert('two'), alert('three')]
  daemon.configure(text(service('first', [out(one), two]), out(service('second', [three]))))
  daemon.start()
  await daemon.said(/"file --path \S+two" is done/)
  await silentBeside('two', ['one', 'three'])
  assert.deepEqual([told('one'), told('three')], [0, 0])

  await reload(service('first', [one, two]), service('second', [three]))
  await silentBeside('one', [])
  await silentBeside('three', [])

  // The same silence by an operator's word.
  await daemon.ask({ command: 'disable', subject: 'web/second' })
  await silentBeside('one', ['three'])
  await reload(service('first', [one, two]), out(service('second', [three])))
  await silentBeside('one', ['three'])
})
