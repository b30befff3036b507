/** One mon.cf for the real mon and for upalert's server: both are asked the same afterwards. */
import assert from 'node:assert/strict'
import type { Model } from '../../../src/model/model.ts'
import { asMon13 } from '../../../src/model/quirks.ts'
import { loadMon } from '../../../src/parse/check.ts'
import { resolve } from '../../../src/parse/resolve.ts'
import { world } from '../../parse/world.ts'

export const CONFIG = `
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
export const FILES = {
  'mon.d/scr.monitor':
    '#!/bin/sh\n[ "$1" = ok ] && exit 0\nprintf \'h1 is "gone": 100%%\\nline a=b\\n\\tand more\\n\'\nexit 3\n',
  'alert.d/rec.alert': '#!/bin/sh\ncat >/dev/null\n',
}
export const SUMMARY = 'h1 is "gone": 100%'
export const DETAIL = 'line a=b\n\tand more\n'

/** As upalert reads it, deciding as mon does, with its programs in the directory. */
export function modelIn(directory: string): Model {
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
