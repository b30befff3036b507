/**
 * How often a checker asks, how long it waits, and how many answers count: said once in the virtual_server where most of
 * its checkers agree, and in a checker where it is another. What keepalived takes where nothing is written is not written.
 * Source: keepalived.conf(5), "Healthchecker"; parse/keepalived/resolve/checks.ts is the way back.
 */
import type { Timing } from '../../model/model.ts'
import { CHECKER_TIMES } from '../../parse/keepalived/checker-times.ts'
import { type Checker, subjectOf } from './checker.ts'
import type { Losses } from './losses.ts'
import { secondsText } from './quoting.ts'

/** What a virtual_server says for all checkers in it. */
export interface Shared {
  readonly delay_loop: number
  readonly retry: number | null
  readonly delay_before_retry: number | null
  readonly warmup: number | null
  readonly connect_timeout: number | null
}

type Shareable = Exclude<keyof Shared, 'delay_loop'>

/** keepalived.conf(5): milliseconds. */
const USUAL_LOOP = 60_000
const USUAL_TIMEOUT = 5000
/** How often parse/keepalived/resolve/checks.ts has such a file read. */
const FILE_INTERVAL = 1000

/** FILE_CHECK has no words of its own for its times, and is told when the file changes. */
const isFixed = ({ kind }: Checker) => kind === 'FILE_CHECK'

export function sharedBy(checkers: readonly Checker[]): Shared {
  const loops = checkers.filter((one) => !isFixed(one)).map(({ service }) => loopOf(service.timing))
  const loop = mostCommon(loops) ?? USUAL_LOOP
  const share = (word: Shareable) => sharedValue(word, checkers, loop)
  return {
    delay_loop: loop,
    retry: share('retry'),
    delay_before_retry: share('delay_before_retry'),
    warmup: share('warmup'),
    connect_timeout: share('connect_timeout'),
  }
}

/** Those of the virtual_server itself. */
export function sharedLines(shared: Shared): string[] {
  const lines = [`delay_loop ${secondsText(shared.delay_loop)}`]
  for (const word of WORDS) {
    const value = shared[word]
    if (value !== null) lines.push(`${word} ${valueText(word, value)}`)
  }
  return lines
}

/** Those of a checker in it. */
export function ownLines(checker: Checker, shared: Shared): string[] {
  if (isFixed(checker)) return []
  const lines: string[] = []
  const loop = loopOf(checker.service.timing)
  if (loop !== shared.delay_loop) lines.push(`delay_loop ${secondsText(loop)}`)
  for (const word of WORDS) {
    const value = needOf(word, checker)
    const inherited = shared[word] ?? usualOf(word, checker, loop)
    if (value !== 'any' && value !== null && value !== inherited) lines.push(`${word} ${valueText(word, value)}`)
  }
  const { service, kind } = checker
  if (service.rise === 1 && CHECKER_TIMES[kind].rise === 2) lines.push('fast_recovery')
  return lines
}

const WORDS: readonly Shareable[] = ['connect_timeout', 'retry', 'delay_before_retry', 'warmup']

const valueText = (word: Shareable, value: number) => (word === 'retry' ? `${value}` : secondsText(value))

const loopOf = (timing: Timing | null): number => (timing?.kind === 'every' ? timing.interval : USUAL_LOOP)

/** What the check must come to: a number, `null` where nothing may be written, `any` where it does not matter. */
function needOf(word: Shareable, { service, timeout }: Checker): number | null | 'any' {
  const { fall, retryInterval, timing, warmup } = service
  switch (word) {
    case 'retry':
      return fall - 1
    case 'delay_before_retry':
      return fall > 1 ? (retryInterval ?? loopOf(timing)) : 'any'
    case 'warmup':
      return warmup
    case 'connect_timeout':
      return timeout ?? 'any'
  }
}

/** What it is where nothing is written. */
function usualOf(word: Shareable, { kind }: Checker, loop: number): number | null {
  switch (word) {
    case 'retry':
      return CHECKER_TIMES[kind].retry
    case 'delay_before_retry':
      return CHECKER_TIMES[kind].delay ?? loop
    case 'warmup':
      return null
    case 'connect_timeout':
      return USUAL_TIMEOUT
  }
}

/** `null`: it is said checker by checker, which takes fewer lines or is the only way. */
function sharedValue(word: Shareable, checkers: readonly Checker[], loop: number): number | null {
  const needs = checkers.map((checker) => ({ checker, need: needOf(word, checker) }))
  const fixed = mostCommon(needs.flatMap(({ checker, need }) => (isFixed(checker) && isNumber(need) ? [need] : [])))
  const value = fixed ?? mostCommon(needs.map(({ need }) => need).filter(isNumber))
  // The least retry of a virtual_server is 1; a checker may have 0.
  if (value === null || (word === 'retry' && value === 0)) return null
  const isFree = (one: (typeof needs)[number]) =>
    one.need === value || one.need === 'any' || (isNumber(one.need) && !isFixed(one.checker))
  if (!needs.every(isFree)) return null
  const alone = needs.filter(({ checker, need }) => {
    const own = isFixed(checker) ? loop : loopOf(checker.service.timing)
    return need !== 'any' && need !== usualOf(word, checker, own)
  })
  const together = 1 + needs.filter(({ need }) => isNumber(need) && need !== value).length
  const forced = alone.some(({ checker }) => isFixed(checker))
  return forced || together < alone.length ? value : null
}

const isNumber = (need: number | null | 'any'): need is number => typeof need === 'number'

function mostCommon(values: readonly number[]): number | null {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: number | null = null
  for (const [value, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = value
  return best
}

/** Rules of a check that keepalived's checker of this kind cannot follow. */
export function loseRules(checker: Checker, shared: Shared, losses: Losses): void {
  const { kind, service } = checker
  const { rise, failsAtOnce, retriesWhileDown } = CHECKER_TIMES[kind]
  const { fall, timing, place } = service
  const lose = (text: string, why: string) => losses.add(place, `${subjectOf(service)}: ${text}`, why)
  if (timing?.kind === 'cron') {
    lose(
      `cron ${timing.expression}`,
      `keepalived asks every so often and knows no calendar: delay_loop ${USUAL_LOOP / 1000} is written`,
    )
  } else if (timing === null)
    lose('no interval', `keepalived asks by itself: delay_loop ${USUAL_LOOP / 1000} is written`)
  else if (timing.randskew !== null) lose('randskew', 'keepalived spreads checks by warmup alone')
  if (service.rise !== rise && !(service.rise === 1 && rise === 2)) {
    lose(
      `rise ${service.rise}`,
      `keepalived takes a server back after ${rise === 1 ? 'one good answer' : 'two good answers'}: misc_path with a script that counts comes nearest`,
    )
  }
  if (fall > 1 && (service.firstFall === 1) !== failsAtOnce) {
    const first = failsAtOnce
      ? 'a first failure after a start counts at once'
      : 'a first failure after a start is tried again like any other'
    lose(`fall ${fall}`, `in keepalived ${first}: alpha keeps a server out until it answers`)
  }
  if (fall > 1 && service.retriesWhileDown !== retriesWhileDown) {
    const how = retriesWhileDown ? 'in rounds of retry, too' : 'once each delay_loop'
    lose('retries_while_down', `${kind} asks a server that is down ${how}: another kind of checker does otherwise`)
  }
  for (const word of isFixed(checker) ? WORDS : []) {
    const need = needOf(word, checker)
    if (need === 'any' || need === (shared[word] ?? usualOf(word, checker, shared.delay_loop))) continue
    lose(
      word,
      'FILE_CHECK has no such word of its own, and the other checkers want another value: FILE_CHECK follows theirs',
    )
  }
  if (isFixed(checker) && timing?.kind === 'every' && timing.interval !== FILE_INTERVAL) {
    lose('interval', 'FILE_CHECK is told as soon as the file changes: it needs no delay_loop')
  }
  if (service.failureInterval !== null) {
    lose('failure_interval', 'keepalived asks as often while a server is down: write the shorter time in delay_loop')
  }
}
