/**
 * A checker of a real_server -> a check: what is asked, how often, and how many answers in a row change a verdict.
 * Source: keepalived.conf(5), "Healthchecker"; the first failure after a start counts at once (2.2.7 tried).
 */
import { MAIL_BODIES } from '../../../model/keepalived-words.ts'
import type { Call, Service } from '../../../model/model.ts'
import { type Milliseconds, milliseconds, seconds } from '../../../model/units.ts'
import { callOf } from '../../director/call.ts'
import { GRACE, PROGRAM_GRACE, plainCheck } from '../../director/check.ts'
import type { Check, NamedCheck } from '../../director/services.ts'
import { CHECKER_TIMES, type CheckerTimes } from '../checker-times.ts'
import type { Checker } from '../file.ts'
import { spanOf, type Word } from '../line.ts'
import type { Around } from './around.ts'
import { type Asked, type AskedOptions, asked } from './asked.ts'
import { type Levels, nearest } from './inherited.ts'
import { placeOfWord } from './place.ts'
import { questionOf } from './question.ts'

/** keepalived.conf(5), delay_loop and connect_timeout. */
const DEFAULT_DELAY_LOOP = seconds(60)
const DEFAULT_CONNECT_TIMEOUT = seconds(5)
/** keepalived is told of each change of a file; here it is read this often. */
const FILE_INTERVAL = seconds(1)
/** What a checker becomes; an SMTP_CHECK with old sub-blocks is several. */
export interface CheckAsked extends Asked {
  /** Nearest first: the checker's own words, its real server's, its virtual server's. */
  readonly levels: Levels
  readonly onlyWith: Service['onlyWith']
}

/** `null` after a mistake, which is then in the report. */
export function checkOf(question: CheckAsked, around: Around): NamedCheck | null {
  const { checker, levels } = question
  if (checker.kind === 'BFD_CHECK') return null
  const kind = CHECKER_TIMES[checker.kind]
  const interval = checker.kind === 'FILE_CHECK' ? FILE_INTERVAL : intervalOf(levels)
  const timeout = milliseconds(
    (nearest(levels, 'connect_timeout')?.value ?? DEFAULT_CONNECT_TIMEOUT) * pagesOf(checker),
  )
  const options = asked(question, { timeout, interval }, around)
  const called = options === null ? null : monitorCall(question, options, around)
  if (called === null) return null
  const check: Check = {
    ...plainCheck,
    timing: { kind: 'every', interval, randskew: null },
    timeout: deadlineOf(checker, timeout, interval),
    ...rulesOf(checker, kind, levels, interval),
    logFailures: logsFailures(checker, around),
    warmup: nearest(levels, 'warmup')?.value ?? null,
    onlyWith: question.onlyWith,
    monitor: called.call,
    mailBodies: checker.kind === 'FILE_CHECK' ? null : MAIL_BODIES[checker.kind],
  }
  return { kind: checker.kind, question: called.question, check }
}

/** Pages that one run asks for, each of which has connect_timeout in keepalived. */
const pagesOf = (checker: Checker) => ('urls' in checker ? Math.max(1, checker.urls.length) : 1)

const intervalOf = (levels: Levels): Milliseconds => nearest(levels, 'delay_loop')?.value ?? DEFAULT_DELAY_LOOP

/** Only where a monitor overlooks its own deadline does this one end it. */
function deadlineOf(checker: Checker, timeout: Milliseconds, interval: Milliseconds): Milliseconds {
  if (checker.kind !== 'MISC_CHECK') return milliseconds(timeout + GRACE)
  const own = checker.settings.misc_timeout?.value
  return milliseconds((own === undefined || own === 0 ? interval : seconds(own)) + PROGRAM_GRACE)
}

type Rules = Pick<Check, 'fall' | 'rise' | 'firstFall' | 'retryInterval' | 'retriesWhileDown'>

function rulesOf(checker: Checker, kind: CheckerTimes, levels: Levels, interval: Milliseconds): Rules {
  const fall = fallOf(levels, kind.retry)
  const delay = nearest(levels, 'delay_before_retry')?.value ?? kind.delay ?? interval
  return {
    fall,
    rise: nearest(levels, 'rise')?.value ?? riseOf(checker, kind),
    firstFall: kind.failsAtOnce ? 1 : null,
    retryInterval: fall > 1 ? delay : null,
    retriesWhileDown: kind.retriesWhileDown,
  }
}

function logsFailures({ settings }: Checker, { file }: Around): boolean {
  const own = 'log_all_failures' in settings ? settings.log_all_failures?.value : undefined
  return own ?? file.globals.checker_log_all_failures?.value ?? false
}

/** `fall` is `retry` and the first attempt; the nearest of both words counts, and of two in one block `fall`. */
function fallOf(levels: Levels, retry: number): number {
  const level = levels.find((one) => one.fall !== undefined || one.retry !== undefined)
  return level?.fall?.value ?? (level?.retry?.value ?? retry) + 1
}

/** A page that answers again must do so twice; `fast_recovery` takes it for well at once. */
function riseOf(checker: Checker, { rise }: CheckerTimes): number {
  const pages = checker.kind === 'HTTP_GET' || checker.kind === 'SSL_GET'
  return pages && checker.settings.fast_recovery?.value === true ? 1 : rise
}

interface Called {
  readonly call: Call
  readonly question: string
}

function monitorCall(
  { checker, server }: CheckAsked,
  { module, options, words }: AskedOptions,
  { surroundings, report }: Around,
): Called | null {
  const { keyword, kind } = checker
  const calling = {
    module,
    options,
    text: keyword.text,
    at: spotOf(keyword),
    place: placeOfWord(keyword),
    words: (property: string) => [words[property]].filter((word) => word !== undefined).map(spotOf),
    code: 'checker-value',
    otherwise: 'take the checker out, or use another upalert',
  }
  const made = callOf(calling, surroundings, report)
  if (made === null || kind === 'BFD_CHECK') return null
  return { call: made.call, question: questionOf(kind, made.options, server, made.shape) }
}

const spotOf = (word: Word) => ({ text: word.text, span: spanOf(word) })
