/** How a value stands in mon's state file, and the table of its fields; src/wire/mon/state-file.ts makes lines of them. */
import { opstatusNamed } from '../../model/opstatus.ts'
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { escapedWhole, unescaped } from './escape.ts'
import { atSecond, readCount, secondsLeft, secondsLong, wholeSeconds } from './seconds.ts'
import type { PeriodValues, SavedStatus, ServiceValues } from './state-file.ts'

/** One field of a record: its name in the file, and the way to the record and back. */
export interface Field<Values> {
  readonly name: string
  write(from: Values): string
  /** Sets the value; false, and nothing is set, if the text is none of its kind. */
  read(into: Writable<Values>, text: string): boolean
}

export type Writable<Values> = { -readonly [Key in keyof Values]: Values[Key] }

interface Kind<Value> {
  encode(value: Value): string
  /** `undefined` for a text that is not of this kind. */
  decode(text: string): Value | undefined
}

const CODES: readonly SavedStatus[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** A digit, or the word that mon's own `set` leaves in its state. */
const code: Kind<SavedStatus> = {
  encode: String,
  decode: (text) => CODES.find((one) => String(one) === text) ?? opstatusNamed(text) ?? undefined,
}

const count: Kind<number> = {
  encode: String,
  decode: (text) => (text === '' ? 0 : natural(text)),
}

/** mon has `0` for never in some of its times and nothing in others, and takes either for the other. */
const time = (never: '0' | ''): Kind<WallTime | null> => ({
  encode: (at) => (at === null ? never : String(wholeSeconds(at))),
  decode(text) {
    if (text === '' || text === '0') return null
    const epoch = natural(text)
    return epoch === undefined ? undefined : atSecond(epoch)
  },
})

const left: Kind<Milliseconds | null> = {
  encode: (of) => (of === null ? '' : String(secondsLeft(of))),
  decode: (text) => (text === '' ? null : (secondsLong(text) ?? undefined)),
}

const anyText: Kind<string> = { encode: escapedWhole, decode: unescaped }

const exit: Kind<string | null> = {
  encode: (value) => (value === null ? 'undef' : escapedWhole(value)),
  decode: (text) => (text === 'undef' ? null : unescaped(text)),
}

function natural(text: string): number | undefined {
  const read = readCount(text)
  return read === null || read < 0 ? undefined : read
}

/** A table's row, of which the key gives the type. */
function fieldOf<Values>() {
  return <Key extends keyof Values>(name: string, key: Key, kind: Kind<Values[Key]>): Field<Values> => ({
    name,
    write: (from) => kind.encode(from[key]),
    read(into, text) {
      const value = kind.decode(text)
      if (value === undefined) return false
      into[key] = value
      return true
    },
  })
}

const ofService = fieldOf<ServiceValues>()
const ofPeriod = fieldOf<PeriodValues>()

/** In mon's order. */
export const SERVICE_FIELDS: readonly Field<ServiceValues>[] = [
  ofService('op_status', 'opStatus', code),
  ofService('failure_count', 'failureCount', count),
  ofService('alert_count', 'alertCount', count),
  ofService('last_success', 'lastSuccess', time('0')),
  ofService('first_success', 'firstSuccess', time('')),
  ofService('consec_failures', 'consecFailures', count),
  ofService('last_failure', 'lastFailure', time('0')),
  ofService('first_failure', 'firstFailure', time('')),
  ofService('last_summary', 'lastSummary', anyText),
  ofService('last_failure_time', 'lastFailureTime', time('')),
  ofService('last_failure_summary', 'lastFailureSummary', anyText),
  ofService('last_failure_detail', 'lastFailureDetail', anyText),
  ofService('last_detail', 'lastDetail', anyText),
  ofService('ack', 'ack', time('0')),
  ofService('ack_comment', 'ackComment', anyText),
  ofService('last_trap', 'lastTrap', time('0')),
  ofService('last_traphost', 'lastTraphost', anyText),
  ofService('exitval', 'exitval', exit),
  ofService('last_check', 'lastCheck', time('')),
  ofService('last_op_status', 'lastOpStatus', code),
  ofService('failure_output', 'failureOutput', anyText),
  ofService('trap_timer', 'trapTimer', left),
]

export const PERIOD_FIELDS: readonly Field<PeriodValues>[] = [
  ofPeriod('last_alert', 'lastAlert', time('')),
  ofPeriod('alert_sent', 'alertSent', count),
  ofPeriod('1stfailtime', 'firstFailTime', time('')),
  ofPeriod('failcount', 'failcount', count),
]
