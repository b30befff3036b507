/** Our traps change what the real mon thinks of a service, and make it tell people. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { trap } from '../../alerts/trap.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, serviceName } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { type Mon, startMon } from '../peers/mon/daemon.ts'
import { fresh } from '../scripts.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const config = (directory: string) => `
hostgroup shop shop1

watch shop
  service disk
    period
      alert rec.alert ${directory}/told
      upalert rec.alert ${directory}/told

watch default
  service default
    period
      alert rec.alert ${directory}/told
`

/** Written whole, or not at all: its last word is the file. */
const recorder = `#!/bin/sh
for told; do :; done
{ echo "$MON_ALERTTYPE $MON_GROUP/$MON_SERVICE $MON_RETVAL $MON_TRAP_INTENDED"; cat; } >"$told.new"
mv "$told.new" "$told"
`

/** The hash is crypt(3)'s of "secret". */
const auth = `command section
list: all

trap section
127.0.0.1 ann $5$upalert$NIu1tPm5r1VKicxB9GQoJVkV7L9Hv7Gw29dhkHwhKB5
`

/** How long, in milliseconds, mon may take to tell somebody. */
const PATIENCE = 20_000

async function told({ directory }: Mon): Promise<string> {
  const path = join(directory, 'told')
  for (const end = Date.now() + PATIENCE; !existsSync(path); await sleep(5)) {
    assert.ok(Date.now() < end, 'mon told nobody')
  }
  const text = readFileSync(path, 'utf8')
  rmSync(path)
  return text
}

/** What `list opstatus` says of `group,service`. */
async function status(mon: Mon, service: string): Promise<string> {
  const { lines } = await mon.command(`list opstatus ${service}`)
  const field = (name: string): string => new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(lines[0] ?? '')?.[1] ?? ''
  return `${field('opstatus')} ${field('last_summary')}`
}

const message: AlertMessage = {
  ...failure,
  group: groupName('shop'),
  service: serviceName('disk'),
  output: "/var it's full\n/var 100 % \\ é\n",
  environment: { MON_RETVAL: '3', MON_OPSTATUS: '0' },
}
const up: AlertMessage = {
  ...message,
  kind: recovery.kind,
  output: '',
  environment: { MON_RETVAL: '0', MON_OPSTATUS: '1' },
}

test(
  'our traps make a service of the real mon fail and recover, and people are told of both',
  needs('mon'),
  async (t) => {
    const mon = await startMon(t, { config, auth, files: { 'alert.d/rec.alert': recorder } })
    const password = fresh('password')
    writeFileSync(password, 'secret\n', { mode: 0o600 })
    const options = { hosts: ['127.0.0.1'], port: mon.trapPort, user: 'ann', passwordFile: password }
    const send = async (one: AlertMessage) => {
      const outcome = await trap.send(one, options, alertContext(''))
      assert.equal(outcome.kind, 'sent', outcome.text)
      return told(mon)
    }

    assert.equal(await status(mon, 'shop,disk'), '7 ')
    assert.equal(await send(message), "trap shop/disk 3 \n/var it's full\n\n/var 100 % \\ é")
    assert.equal(await status(mon, 'shop,disk'), '0 /var\\20it\\27s\\20full')
    assert.equal(await send(up), "up shop/disk 0 \n/var it's full\n\n/var 100 % \\ é")
    assert.equal(await status(mon, 'shop,disk'), '1 ')

    const unknown = await send({ ...message, group: groupName('elsewhere') })
    assert.match(unknown, /^trap default\/default 3 elsewhere:disk\n/)

    // A wrong password changes nothing; the trap after it shows that mon had read that one.
    writeFileSync(password, 'guess\n')
    await trap.send(message, options, alertContext(''))
    writeFileSync(password, 'secret\n')
    assert.match(await send({ ...message, output: 'once more\n' }), /^trap shop\/disk 3 \nonce more\n/)

    await mon.stop()
    const gone = await trap.send(message, options, alertContext(''))
    assert.equal(gone.kind, 'failed')
    assert.match(gone.text, /127\.0\.0\.1 refused it: no program listens on that UDP port$/)
  },
)
