/** Every limit of the engine, with its name, unit and reason. */
import { hours, milliseconds, minutes, seconds } from '../model/units.ts'

/** Notifications that may wait for delivery at once; beyond it new ones are recorded as not sent, so that memory is bounded. */
export const outboxLimit = 10_000
/** The same for one service: one that is told of each second must not take the others' room. */
export const serviceOutboxLimit = 500
/**
 * The end of what was announced finds room beyond these limits, up to these: there are no more ends than there were
 * beginnings, and whoever waits for one would wait for ever. What finds none even so is owed, and told at the next success.
 */
export const endsLimit = 2 * outboxLimit
export const serviceEndsLimit = 2 * serviceOutboxLimit
/** From here on what a second channel takes over is not tried by the first one any more: it takes its place. */
export const crowdedOutbox = outboxLimit / 2
export const serviceCrowded = serviceOutboxLimit / 2

/** Escalations, and handovers, of one event; the others have the next one, so that checks and pools have their turns. */
export const escalationsAtOnce = 200
export const handoversAtOnce = 200
/** An escalation that finds no room in the outbox is tried again after this. */
export const escalationRetry = minutes(5)
/** What is due but lies outside its period is looked at again after this: nobody knows when a period begins. */
export const periodLook = minutes(1)

/** The wait before the second attempt of a delivery; it doubles with every further one. */
export const firstRetry = seconds(5)
/** The longest wait between two attempts: a relay that returns is used within this time. */
export const longestRetry = minutes(15)
/** A receiver may ask for a longer wait (Retry-After), up to this. */
export const longestAsked = hours(1)
/** A notification that could not be delivered for this long is given up: nobody acts on a page of three days ago. */
export const deliveryAge = hours(72)

/** Characters of a monitor's output that are remembered for each event; the rest has no use in a mail or a page. */
export const outputKept = 16_384
/** Characters of a summary line that are remembered. */
export const summaryKept = 4_096

/** The greatest weight that the kernel knows (linux/ip_vs.h: a 32-bit number, used as a signed one). */
export const GREATEST_WEIGHT = 2_147_483_647
/** Between two alerts that somebody else changes a virtual server: two programs at odds change it every few seconds. */
export const driftAlertEvery = minutes(10)

/** A step of the wall clock smaller than this is drift that NTP slews, not a step. */
export const smallestClockStep = milliseconds(2_000)
