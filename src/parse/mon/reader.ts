/**
 * mon.cf: logical lines -> blocks. Which block a line belongs to is decided here, by mon's rules in mon's order; what
 * stands in a watch is read by watch.ts.
 */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import type {
  AliasBlock,
  Defaults,
  GroupBlock,
  OwnBlockLines,
  QuirksName,
  Statement,
  ViewBlock,
  WatchBlock,
} from './file.ts'
import {
  firstWord,
  type LogicalLine,
  nameBehind,
  restOf,
  type Slice,
  skipBlanks,
  slice,
  spanOf,
  wholeLine,
} from './lines.ts'
import { type Expected, reportUnknownSetting, reportWordlessLine } from './unknown.ts'
import { WatchReader } from './watch.ts'
import { BLOCK_WORDS, GLOBAL_WORDS, isOwnBlock, type OwnBlock, SERVICE_DEFAULTS } from './words.ts'

/** The block that is open; `lost` follows a line nobody understood. */
type Section =
  | { readonly kind: 'none' | 'lost' }
  | { readonly kind: 'hostgroup'; readonly hosts: Slice[] }
  | { readonly kind: 'alias'; readonly lines: string[] }
  | { readonly kind: 'view'; readonly members: Slice[] }
  | { readonly kind: OwnBlock; readonly statements: Statement[] }
  | { readonly kind: 'watch'; readonly reader: WatchReader }

const NONE: Section = { kind: 'none' }

export class MonReader {
  readonly globals: Statement[] = []
  readonly groups: GroupBlock[] = []
  readonly aliases: AliasBlock[] = []
  readonly views: ViewBlock[] = []
  readonly watches: WatchBlock[] = []
  readonly own: Readonly<Record<OwnBlock, OwnBlockLines[]>> = { virtual: [], receiver: [], maintenance: [], report: [] }
  readonly #report: Report
  readonly #asMon: boolean
  #section: Section = NONE
  #defaults: Defaults = {}

  constructor(report: Report, quirks: QuirksName) {
    this.#report = report
    this.#asMon = quirks === 'mon-1.3'
  }

  take(line: LogicalLine): void {
    if (line.text === '') {
      this.#section = NONE
      return
    }
    if (!this.#asMon) this.#endForgottenBlock(line)
    const section = this.#section
    if (section.kind !== 'watch' && this.#takeGlobal(line, section)) return
    const word = firstWord(line)
    const begins = beginning(line, word, this.#asMon)
    if (begins === 'broken' && !this.#overlooks(word, section)) {
      this.#openBroken(word)
      return
    }
    // The order is mon's: a hostgroup, an alias and a view swallow what stands below them in this list.
    if (begins === 'hostgroup') this.#openGroup(word)
    else if (section.kind === 'hostgroup') this.#addHosts(section.hosts, wholeLine(line))
    else if (begins === 'alias') this.#openAlias(word)
    else if (section.kind === 'alias') section.lines.push(line.text)
    else if (begins === 'view') this.#openView(word)
    else if (section.kind === 'view') this.#addMembers(section.members, word)
    else if (begins === 'watch') this.#openWatch(word)
    else if (begins !== null && begins !== 'broken') this.#openOwn(begins, word)
    else if (section.kind === 'watch') this.#inWatch(section.reader, word)
    else if ('statements' in section) section.statements.push({ keyword: word, value: restOf(word) })
    else this.#stray(section, word)
  }

  /** A line that lacks what would make it begin a block is then of the block it stands in. */
  #overlooks({ text }: Slice, section: Section): boolean {
    if (section.kind === 'alias') return true
    return this.#asMon ? swallows(section) : isNew(text) && swallows(section) && section.kind !== 'watch'
  }

  #inWatch(reader: WatchReader, word: Slice): void {
    if (!reader.take(word)) this.#section = { kind: 'lost' }
  }

  /** One problem for a run of lines nobody understands. */
  #stray(section: Section, word: Slice): void {
    if (section.kind !== 'lost') reportWordlessLine(word, this.#report)
    this.#section = { kind: 'lost' }
  }

  #takeGlobal(line: LogicalLine, section: Section): boolean {
    const match = /^(\w+)[ \t\r\f\v]*=/.exec(line.text)
    if (match === null) return false
    const keyword = slice(line, 0, (match[1] ?? '').length)
    const from = skipBlanks(line.text, match[0].length, line.text.length)
    const statement = { keyword, value: slice(line, from, line.text.length) }
    this.globals.push(statement)
    if (SERVICE_DEFAULTS.some((name) => name === keyword.text)) {
      this.#defaults = { ...this.#defaults, [keyword.text]: statement }
    }
    const expected: Expected = 'statements' in section ? section.kind : 'global'
    if (!GLOBAL_WORDS.has(keyword.text)) reportUnknownSetting(keyword, expected, this.#report)
    return true
  }

  #openGroup(word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    if (name === null) return
    const hosts: Slice[] = []
    this.groups.push({ name, hosts })
    this.#section = { kind: 'hostgroup', hosts }
    this.#addHosts(hosts, slice(word.line, name.to, word.line.text.length))
  }

  #addHosts(hosts: Slice[], part: Slice): void {
    for (const word of plainWords(part)) {
      if (word.text.startsWith('#')) {
        const message = 'comments have lines of their own: a # behind text is a word like any other'
        const span = spanOf(slice(word.line, word.from, part.to))
        this.#report.error('comment-behind-text', span, message, 'put it on a line of its own')
        if (!this.#asMon) return
      }
      if (isMonWord(word.text) || (word.from === 0 && beginsNew(word))) {
        const message = `${quoted(word.text)} is read as a host of this hostgroup`
        this.#report.warning('hostgroup-keyword', spanOf(word), message, 'if a block begins here, start a new line')
      }
      hosts.push(word)
    }
  }

  /** mon takes `watch web` directly under a hostgroup for two hosts, under a view for members; nobody means that. */
  #endForgottenBlock(line: LogicalLine): void {
    const { kind } = this.#section
    const word = firstWord(line)
    const begins =
      kind === 'hostgroup'
        ? word.text !== 'hostgroup' && (isMonWord(word.text) || beginsNew(word))
        : kind === 'view' && (['watch', 'virtual', 'service'].includes(word.text) || beginsNew(word))
    if (!begins) return
    const would = kind === 'hostgroup' ? 'a host' : 'a member'
    const message = `${quoted(word.text)} stands inside the ${kind} above, where it would be ${would}`
    this.#report.error(`${kind}-keyword`, spanOf(word), message, 'put an empty line before')
    this.#section = word.text === 'service' ? { kind: 'lost' } : NONE
  }

  #openAlias(word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    if (name === null) return
    const lines: string[] = []
    this.aliases.push({ name, lines })
    this.#section = { kind: 'alias', lines }
  }

  #openView(word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    if (name === null) return
    const members = plainWords(slice(word.line, name.to, word.line.text.length))
    this.views.push({ name, members })
    this.#section = { kind: 'view', members }
  }

  #addMembers(members: Slice[], first: Slice): void {
    if (isMonWord(first.text) || beginsNew(first)) {
      const message = `${quoted(first.text)} is read as a member of this view`
      this.#report.warning('view-keyword', spanOf(first), message, 'if a block begins here, put an empty line before')
    }
    for (const word of plainWords(wholeLine(first.line))) members.push(word)
  }

  #openWatch(word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    if (name === null) return
    this.watches.push({ name, services: this.#readWatch() })
    const rest = slice(word.line, skipBlanks(word.line.text, name.to, word.line.text.length), word.line.text.length)
    if (rest.text === '') return
    const message = `${quoted(rest.text)} behind the name of the watch means nothing`
    this.#report.warning('watch-extra', spanOf(rest), message, `leave it out: watch ${name.text}`)
  }

  #readWatch(): WatchBlock['services'] {
    const reader = new WatchReader(this.#report, this.#asMon, this.#defaults)
    this.#section = { kind: 'watch', reader }
    return reader.services
  }

  #openOwn(kind: OwnBlock, word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    if (name === null) return
    const statements: Statement[] = []
    this.#section = { kind, statements }
    this.own[kind].push({ name, statements })
    const from = skipBlanks(name.line.text, name.to, name.line.text.length)
    const extra = slice(name.line, from, name.line.text.length)
    if (extra.text === '') return
    const message = `${quoted(extra.text)} cannot stand behind ${quoted(name.text)}`
    this.#report.error(`${kind}-name`, spanOf(extra), message, `write its lines below: ${LINES[kind]}`)
  }

  /** A line that would begin a block if its name were right. What follows is read all the same, for its own mistakes. */
  #openBroken(word: Slice): void {
    const rest = restOf(word)
    const code = isOwnBlock(word.text) ? `${word.text}-name` : 'block-name'
    const alone = word.text === 'view' && nameBehind(word, this.#asMon)?.to === rest.to
    const found = alone
      ? `view ${quoted(rest.text)} has no members`
      : `${quoted(rest.text)} cannot stand behind ${word.text}`
    const message = rest.text === '' ? `${quoted(word.text)} lacks a name` : found
    this.#report.error(code, spanOf(rest.text === '' ? word : rest), message, `write ${NEEDS[word.text] ?? 'a name'}`)
    if (this.#asMon) return
    if (word.text === 'watch') this.#readWatch()
    else if (isOwnBlock(word.text)) this.#section = { kind: word.text, statements: [] }
    else if (word.text === 'view') this.#section = { kind: 'view', members: [] }
    else if (word.text === 'alias') this.#section = { kind: 'alias', lines: [] }
    else this.#section = { kind: 'hostgroup', hosts: [] }
  }
}

const NEEDS: Readonly<Record<string, string>> = {
  hostgroup: 'hostgroup and a name of letters, digits, and _ . -; hosts may follow it',
  watch: 'watch and a name of letters, digits, and _ . -; the name of a hostgroup',
  virtual: 'virtual and a name of letters, digits, and _ . -; a name for this virtual server',
  view: 'view NAME GROUP GROUP:SERVICE: a name and members',
  alias: 'alias NAME, and its text on the lines below',
  receiver: 'receiver and a name of letters, digits, and _ . -; the name that alert to NAME calls',
  maintenance: 'maintenance and a name of letters, digits, and _ . -',
  report: 'report and a name of letters, digits, and _ . -',
}

const LINES: Readonly<Record<OwnBlock, string>> = {
  virtual: 'address, scheduler, real …',
  receiver: 'alert, second, group_wait …',
  maintenance: 'cover, cron, lasts …',
  report: 'cron, span, alert …',
}

/** Words that have always begun blocks, or services. */
const isMonWord = (word: string) => word === 'service' || (BLOCK_WORDS.some((known) => known === word) && !isNew(word))

/** Words that hosts, members and lines of older files may well have: they count only with one name behind them. */
const isNew = (word: string): word is OwnBlock => isOwnBlock(word) && word !== 'virtual'

function beginsNew(word: Slice): boolean {
  const { text } = restOf(word)
  return isNew(word.text) && text !== '' && nameBehind(word, true)?.text === text
}

/** Which block a line begins; `broken`: one that lacks its name, or what else it needs, so that mon overlooks it. */
function beginning(line: LogicalLine, word: Slice, asMon: boolean): (typeof BLOCK_WORDS)[number] | 'broken' | null {
  const block = BLOCK_WORDS.find((known) => known === word.text)
  // With quirks, a line that only begins as one of these would was always overlooked.
  if (block === undefined || (asMon && isNew(block) && !beginsNew(word))) return null
  const name = nameBehind(word, asMon)
  if (name === null) return 'broken'
  const alone = name.to === line.text.length
  const apart = alone || skipBlanks(line.text, name.to, line.text.length) > name.to
  if (block === 'alias') return alone ? block : 'broken'
  if (block === 'view') return !alone && apart ? block : 'broken'
  return block
}

/** Where mon takes a line that begins no block for something else: hosts, members, a keyword. */
const swallows = ({ kind }: Section) => kind === 'hostgroup' || kind === 'view' || kind === 'watch'
