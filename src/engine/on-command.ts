/** What an operator asks for. Every command leaves an entry, also a refused one. */
import type { Effect } from '../model/effect.ts'
import type { Command, Event } from '../model/event.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { onControl } from './command/control.ts'
import { onDrop } from './command/drop.ts'
import { onBeginMaintenance, onEndMaintenance, subjectWritten } from './command/maintenance.ts'
import { onEndOverride, onOverride, targetName } from './command/override.ts'
import { onService } from './command/service.ts'
import { onTestAlert } from './command/test-alert.ts'
import { onTestReceiver } from './command/test-receiver.ts'
import { awaited } from './on-time.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** What became of a command: a sentence, and what follows from it. */
export type Carried =
  | { readonly kind: 'done'; readonly text: string; readonly state: State; readonly effects: readonly Effect[] }
  | { readonly kind: 'refused'; readonly text: string }

export const done = (state: State, text: string, effects: readonly Effect[] = []): Carried => ({
  kind: 'done',
  text,
  state,
  effects,
})
export const refused = (text: string): Carried => ({ kind: 'refused', text })

export function onCommand(state: State, event: Extract<Event, { kind: 'command' }>, write: Scribe, now: Now): Decided {
  const { command, who } = event
  const carried = carryOut(state, command, who, write, now)
  const body = { kind: 'command' as const, who: who || 'somebody', command: nameOf(command) }
  const entry = record(write.entry({ ...body, outcome: carried.kind, text: carried.text }))
  if (carried.kind === 'refused') return { state, effects: [entry] }
  return { state: carried.state, effects: [entry, ...carried.effects] }
}

function carryOut(state: State, command: Command, who: string, write: Scribe, now: Now): Carried {
  switch (command.kind) {
    case 'ack':
    case 'unack':
    case 'disable':
    case 'enable':
    case 'clear-timers':
    case 'test-monitor':
    case 'set-opstatus':
      return onService(state, command, who, write, now)
    case 'test-alert':
      return onTestAlert(state, command, write, now)
    case 'test-receiver':
      return onTestReceiver(state, command, write, now)
    case 'disable-watch':
    case 'enable-watch':
    case 'disable-hosts':
    case 'enable-hosts':
    case 'stop':
    case 'start':
      return onControl(state, command, who, write, now)
    case 'override':
      return onOverride(state, command, who, write, now)
    case 'begin-maintenance':
      return waking(onBeginMaintenance(state, command, who, write, now))
    case 'end-maintenance':
      return onEndMaintenance(state, command, write, now)
    case 'drop-deliveries':
      return onDrop(state, command, who, write)
    case 'end-override':
      return onEndOverride(state, command, write, now)
  }
}

/** It may begin or end sooner than all that was waited for. */
function waking(carried: Carried): Carried {
  if (carried.kind === 'refused') return carried
  const { state, effects } = awaited(carried)
  return { ...carried, state, effects }
}

/** As it stands in the log: `ack web/http`, `disable-hosts 10.1.1.2 10.1.1.3`. */
function nameOf(command: Command): string {
  if (command.kind === 'override') return `${command.what.kind} ${targetName(command)}`
  if (command.kind === 'end-override') return `enable ${targetName(command)}`
  if (command.kind === 'drop-deliveries') return `drop ${command.delivery ?? command.service}`
  if (command.kind === 'test-receiver') return `alert test ${command.name}`
  if (command.kind === 'begin-maintenance') return `maintenance ${command.subjects.map(subjectWritten).join(' ')}`
  if (command.kind === 'end-maintenance') return `end maintenance ${command.name}`
  const subject =
    'service' in command
      ? command.service
      : 'group' in command
        ? command.group
        : 'hosts' in command
          ? command.hosts.join(' ')
          : 'scheduler'
  return `${command.kind} ${subject}`
}
