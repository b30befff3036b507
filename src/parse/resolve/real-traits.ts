/** The words behind the address of a `real` line: `weight 2 backup check web/http via 10.2.1.3`, in any order. */
import type { Initial } from '../../model/model.ts'
import type { Forward } from '../../model/table.ts'
import { type Weight, weight } from '../../model/units.ts'
import { DEFAULT_WEIGHT, GREATEST_THRESHOLD, GREATEST_WEIGHT, MOST_CHECKS } from '../defaults.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { readForward } from './forward.ts'
import { readPolicy } from './initial.ts'
import { TUNNEL_TRAITS, type TunnelWords } from './tunnel.ts'
import { EXAMPLES } from './virtual-examples.ts'
import { readOnFail } from './virtual-settings.ts'

export interface Traits {
  readonly weight: Weight
  /** `null`: the block's. */
  readonly forward: Forward | null
  readonly tunnel: TunnelWords
  readonly upper: number
  readonly lower: number
  readonly backup: boolean
  /** The port that is written is for checks and people; in the table it has those of the services. */
  readonly portFollows: boolean
  /** `null`: the block's. */
  readonly onFail: 'drain' | 'remove' | null
  readonly initial: Initial | null
  readonly checks: readonly CheckWords[]
}

/** `check web/http via 10.2.1.3`, or `advice web/load`. */
export interface CheckWords {
  readonly check: Slice
  readonly advice: boolean
  readonly via: Slice | null
}

/** Each of them once. */
const SINGLE = ['weight', 'forward', 'upper', 'lower', 'on_fail', 'initial', ...TUNNEL_TRAITS] as const
/** Those that stand alone. */
const BARE = ['backup', 'port_follows'] as const
const TRAITS: readonly string[] = [...SINGLE, ...BARE, 'check', 'advice', 'via']
type SingleName = (typeof SINGLE)[number]

/** `null` after a mistake. */
export function readTraits(words: readonly Slice[], report: Report): Traits | null {
  const gathered = gather(words, report)
  if (gathered === null) return null
  const { given, checks, bare } = gathered
  const number = (trait: SingleName, most: number, fallback: number) =>
    readNumber(trait, given.get(trait), most, fallback, report)
  const share = number('weight', GREATEST_WEIGHT, DEFAULT_WEIGHT)
  const upper = number('upper', GREATEST_THRESHOLD, 0)
  const lower = number('lower', GREATEST_THRESHOLD, 0)
  const choices = readChoices(given, report)
  if (share === null || upper === null || lower === null || choices === null) return null
  const low = given.get('lower')
  if (lower > upper && low !== undefined) {
    const message = `the lower threshold ${lower} is above the upper one, ${upper}; the kernel refuses that`
    return mistake(low, message, 'write upper N with a number at least as large', report)
  }
  const tunnel = { type: given.get('tunnel'), port: given.get('tunnel_port'), checksum: given.get('checksum') }
  const [backup, portFollows] = [bare.has('backup'), bare.has('port_follows')]
  return { ...choices, weight: weight(share), upper, lower, tunnel, checks, backup, portFollows }
}

interface Gathered {
  readonly given: ReadonlyMap<SingleName, Slice>
  readonly checks: readonly CheckWords[]
  readonly bare: ReadonlySet<(typeof BARE)[number]>
}

function gather(words: readonly Slice[], report: Report): Gathered | null {
  const given = new Map<SingleName, Slice>()
  const checks = new Checks(report)
  const bare = new Set<(typeof BARE)[number]>()
  for (let i = 0; i < words.length; i++) {
    const [name, value] = [words[i], words[i + 1]]
    if (name === undefined) break
    const alone = BARE.find((known) => known === name.text)
    if (alone !== undefined) {
      if (bare.has(alone)) return givenTwice(name, report)
      bare.add(alone)
      continue
    }
    if (!TRAITS.includes(name.text)) return unknownTrait(name, report)
    if (value === undefined) return mistake(name, `${quoted(name.text)} needs a value behind it`, EXAMPLES.real, report)
    const trait = SINGLE.find((known) => known === name.text)
    if (trait === undefined) {
      if (!checks.take(name, value)) return null
    } else if (given.has(trait)) return givenTwice(name, report)
    else given.set(trait, value)
    i += 1
  }
  const found = checks.end()
  return found === null ? null : { given, checks: found, bare }
}

/** A `via` belongs to the check before it, or to the first one where it comes before all. */
class Checks {
  readonly #found: CheckWords[] = []
  readonly #report: Report
  #early: Slice | null = null

  constructor(report: Report) {
    this.#report = report
  }

  /** `false` after a mistake. */
  take(name: Slice, value: Slice): boolean {
    const last = this.#found.at(-1)
    if (name.text === 'check' || name.text === 'advice') {
      if (this.#found.length >= MOST_CHECKS) {
        mistake(name, `a real server has ${MOST_CHECKS} checks at most`, 'make one monitor of several', this.#report)
        return false
      }
      this.#found.push({ check: value, advice: name.text === 'advice', via: this.#early })
      this.#early = null
    } else if (last?.via === null) this.#found[this.#found.length - 1] = { ...last, via: value }
    else if (last === undefined && this.#early === null) this.#early = value
    else {
      givenTwice(name, this.#report)
      return false
    }
    return true
  }

  end(): readonly CheckWords[] | null {
    if (this.#early !== null) {
      const hint = 'write check GROUP/SERVICE via HOST'
      this.#report.error('check', spanOf(this.#early), '"via" without "check" means nothing', hint)
    }
    const seen = new Set<string>()
    for (const { check, via } of this.#found) {
      const text = `${check.text} ${via?.text ?? ''}`
      if (seen.has(text))
        return mistake(check, `${quoted(check.text)} is given twice`, 'keep one of them', this.#report)
      seen.add(text)
    }
    return this.#found
  }
}

function readChoices(given: ReadonlyMap<SingleName, Slice>, report: Report) {
  const [method, onFailWord, policy] = [given.get('forward'), given.get('on_fail'), given.get('initial')]
  const forward = readForward(method, report)
  const onFail = onFailWord === undefined ? null : readOnFail(onFailWord, report)
  const initial = policy === undefined ? null : readPolicy(policy, report)
  const wrong = [
    [method, forward],
    [onFailWord, onFail],
    [policy, initial],
  ].some(([word, read]) => word !== undefined && read === null)
  return wrong ? null : { forward, onFail, initial }
}

function unknownTrait(name: Slice, report: Report): null {
  const nearest = report.nearest(name.text, TRAITS)
  const hint = nearest === null ? `one of ${TRAITS.join(', ')}` : `did you mean ${nearest}?`
  return mistake(name, `${quoted(name.text)} is not understood behind a real server`, hint, report)
}

const givenTwice = (name: Slice, report: Report) =>
  mistake(name, `${quoted(name.text)} is given twice`, 'keep one of them', report)

function mistake(word: Slice, message: string, hint: string, report: Report): null {
  report.error('real', spanOf(word), message, hint)
  return null
}

function readNumber(
  name: string,
  word: Slice | undefined,
  most: number,
  fallback: number,
  report: Report,
): number | null {
  if (word === undefined) return fallback
  if (/^\d{1,10}$/.test(word.text) && Number(word.text) <= most) return Number(word.text)
  return mistake(word, `${quoted(word.text)} is not a number for ${name}`, `a whole number from 0 to ${most}`, report)
}
