/** One mon.cf for the real mon and for upalert's server: both are asked the same afterwards. */
import assert from 'node:assert/strict'
import type { Model } from '../../../src/model/model.ts'
import { asMon13 } from '../../../src/model/quirks.ts'
import { loadMon } from '../../../src/parse/check.ts'
import { resolve } from '../../../src/parse/resolve.ts'
import { checked, result } from '../../engine/build.ts'
import { world } from '../../parse/world.ts'
import { type Cleaning, type Mon, startMon } from '../../peers/mon/daemon.ts'
import { FakeDaemon } from './fake-daemon.ts'
import { startServer } from './world.ts'

const CONFIG = `
hostgroup g h1 h2

hostgroup solo h7

view front g:s

view everything g solo

alias help
  Whom to call
  service s
    watch g service s items h1

watch g
  service s
    description the "front" page, 100%
    interval 1h
    monitor scr.monitor -x 100 'a b'
    period p1: wd {Sun-Sat}
      alertevery 1h
      alert rec.alert a b
      upalert rec.alert up
      ackalert rec.alert ack
  service s2
    interval 1h
    monitor scr.monitor ok
    depend SELF:s && solo:s
    traptimeout 2h
    period wd {Sun-Sat}
      alert rec.alert c

watch solo
  service s
    description
    interval 90m
    randskew 5s
    monitor scr.monitor ok
    exclude_hosts h8
    exclude_period wd {Sun} hr {3am-4am}
    period
      alert rec.alert d
  service trapped
    period
      alert rec.alert e
`

/** `-x`: fails and names h1. */
const FILES = {
  'mon.d/scr.monitor':
    '#!/bin/sh\n[ "$1" = ok ] && exit 0\nprintf \'h1 is "gone": 100%%\\nline a=b\\n\\tand more\\n\'\nexit 3\n',
  'alert.d/rec.alert': '#!/bin/sh\ncat >/dev/null\n',
}
const SUMMARY = 'h1 is "gone": 100%'
const DETAIL = 'line a=b\n\tand more\n'

/** As upalert reads it, deciding as mon does, with its programs in the directory. */
function modelIn(directory: string): Model {
  const loaded = loadMon('mon.cf', new TextEncoder().encode(CONFIG))
  assert.ok(loaded.kind === 'parsed')
  const programs = {
    monitors: new Map([['scr.monitor', `${directory}/mon.d/scr.monitor`]]),
    alerts: new Map([['rec.alert', `${directory}/alert.d/rec.alert`]]),
  }
  const { model, problems } = resolve(loaded.file, { ...world, programs })
  assert.ok(model !== null, JSON.stringify(problems))
  return { ...model, settings: { ...model.settings, quirks: asMon13 } }
}

export interface BothSides {
  readonly mon: Mon
  readonly ours: Awaited<ReturnType<typeof startServer>>
  readonly daemon: FakeDaemon
}

/** Both over this configuration; the monitor of g/s has failed once. */
export async function bothSides(t: Cleaning): Promise<BothSides> {
  const mon = await startMon(t, { config: CONFIG, files: FILES })
  const daemon = new FakeDaemon(modelIn(mon.directory))
  daemon.realTime = true
  daemon.passwords.set('joe', 'x')
  for (const { key, timing } of daemon.state().model.services) {
    const timer = timing?.kind === 'every' ? timing.interval : null
    daemon.runs.set(key, { timer, running: false, pid: null })
  }
  const ours = await startServer(t, daemon)
  assert.equal((await mon.command('test monitor g s')).status, '220 test monitor completed')
  while ((await mon.command('list failures')).lines.length === 0) await mon.command('servertime')
  const [first] = daemon.state().model.services
  assert.ok(first !== undefined)
  const detail = { exit: 3, summary: SUMMARY, detail: DETAIL, output: `${SUMMARY}\n${DETAIL}` }
  daemon.post(checked(first, result(first.hosts, ['h1'], detail)))
  return { mon, ours, daemon }
}
