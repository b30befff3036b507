/** Generated contents of a state file. */
import fc from 'fast-check'
import { seconds } from '../../../src/model/units.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import type { PeriodValues, ServiceValues } from '../../../src/wire/mon/state-file.ts'
import { anyText, troubleText } from './texts.ts'

/** mon cannot tell 0 from never. */
const epoch = fc.integer({ min: 1, max: 4_000_000_000 }).map(atSecond)
const time = fc.option(epoch)
const count = fc.nat(100_000)
const status = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)

export const periodValues: fc.Arbitrary<PeriodValues> = fc.record({
  lastAlert: time,
  alertSent: count,
  firstFailTime: time,
  failcount: count,
})

/** With texts of the given kind. */
export const serviceValues = (text: fc.Arbitrary<string>): fc.Arbitrary<ServiceValues> =>
  fc.record({
    opStatus: status,
    failureCount: count,
    alertCount: count,
    lastSuccess: time,
    firstSuccess: time,
    consecFailures: count,
    lastFailure: time,
    firstFailure: time,
    lastSummary: text,
    lastFailureTime: time,
    lastFailureSummary: text,
    lastFailureDetail: text,
    lastDetail: text,
    ack: time,
    ackComment: text,
    lastTrap: time,
    lastTraphost: text,
    exitval: fc.option(
      fc.oneof(
        fc.nat(255).map(String),
        text.filter((word) => word !== 'undef'),
      ),
    ),
    lastCheck: time,
    lastOpStatus: status,
    failureOutput: text,
    trapTimer: fc.option(fc.integer({ min: -10, max: 100_000 }).map(seconds)),
  })

export const stateText = fc.oneof(anyText(), troubleText)
