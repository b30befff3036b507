/**
 * All `receiver` blocks of a file, and the calls that lines with `to NAME` come to. A name that is unknown is an error; a
 * receiver that nobody names gets a warning, since it is told of nothing.
 */
import type { AlertCall } from '../../model/model.ts'
import type { Receiver } from '../../model/receiver.ts'
import { MOST_CHANNEL_CALLS, MOST_RECEIVERS } from '../defaults.ts'
import type { MonFile } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { atMost, reportSameNames } from './block-lines.ts'
import { beginsComment, type Naming, reportComment } from './call.ts'
import { resolveReceiver } from './receiver.ts'

/** `exit=1-2 to oncall boss`. */
interface Called {
  /** The word `to`. */
  readonly word: Slice
  readonly names: readonly Slice[]
  readonly exit: AlertCall['exit']
}

export class Receivers {
  readonly byName: ReadonlyMap<string, Receiver>
  readonly #named = new Set<string>()
  /** Calls that may still be made. */
  #room = MOST_CHANNEL_CALLS

  constructor({ own }: MonFile, naming: Omit<Naming, 'receivers'>, report: Report) {
    reportSameNames('receiver', own.receiver, report)
    const blocks = atMost(MOST_RECEIVERS, 'receiver', own.receiver, report)
    const alone = { ...naming, receivers: null }
    this.byName = new Map(blocks.map((block) => [block.name.text, resolveReceiver(block, alone, report)]))
  }

  called({ word, names, exit }: Called, { surroundings }: Naming, report: Report): readonly AlertCall[] {
    const comment = names.findIndex(beginsComment)
    reportComment(names[comment], 'error', report)
    const wanted = comment < 0 ? names : names.slice(0, comment)
    if (wanted.length === 0) this.#reportNone(word, report)
    const place = placeOfSlice(word)
    const calls: AlertCall[] = []
    const seen = new Set<string>()
    for (const name of wanted) {
      const receiver = this.byName.get(name.text)
      if (receiver === undefined) {
        this.#reportUnknown(name, surroundings.programs.alerts.has('to'), report)
      } else if (!seen.has(name.text) && this.#takesRoom(receiver, name, report)) {
        for (const channel of receiver.channels) calls.push({ ...channel, exit, place })
      }
      seen.add(name.text)
      this.#named.add(name.text)
    }
    return calls
  }

  reportUnnamed({ own }: MonFile, report: Report): void {
    for (const { name } of own.receiver) {
      const silent = this.byName.get(name.text)?.channels.length === 0
      if (silent || this.#named.has(name.text)) continue
      const message = `nothing is told to receiver ${quoted(name.text)}: no line names it`
      report.warning('receiver-unused', spanOf(name), message, `write alert to ${name.text} in a period`)
    }
  }

  #takesRoom({ channels }: Receiver, name: Slice, report: Report): boolean {
    const before = this.#room
    this.#room -= channels.length
    if (before >= 0 && this.#room < 0) {
      const message = `the lines up to here tell more than ${MOST_CHANNEL_CALLS} channels of receivers`
      report.error('receiver-many', spanOf(name), message, 'write fewer lines, or receivers with fewer channels')
    }
    return this.#room >= 0
  }

  #reportNone(word: Slice, report: Report): void {
    report.error('receiver-unknown', spanOf(word), '"to" names no receiver', `write alert to NAME; ${this.#known()}`)
  }

  #reportUnknown(name: Slice, isProgram: boolean, report: Report): void {
    const nearest = report.nearest(name.text, this.byName.keys())
    const hint = nearest === null ? this.#known() : `did you mean ${nearest}?`
    const instead = isProgram ? '; the program of that name is called by alert program to' : ''
    report.error('receiver-unknown', spanOf(name), `there is no receiver ${quoted(name.text)}`, `${hint}${instead}`)
  }

  #known(): string {
    const names = [...this.byName.keys()]
    if (names.length === 0) return 'a block that begins with receiver NAME makes one'
    return `known: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}`
  }
}
