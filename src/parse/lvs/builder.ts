/**
 * Lines -> blocks. Where Piranha stops at its first mistake, this reads on as the file was most likely meant, so that one
 * mistake earns one problem.
 */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { GlobalSettings, Section, Server } from './file.ts'
import { type Line, withoutBrace } from './lines.ts'
import { type Gathered, gather, settingsOf } from './settings.ts'
import { BLOCKS, type BlockWord, DEFAULTS, type GLOBALS, type Level, type SERVER, type VIRTUAL } from './tables.ts'
import { spanFrom, spanOf, type Word } from './word.ts'

interface OpenSection {
  readonly keyword: Word
  readonly word: 'virtual' | 'failover'
  readonly name: Word
  readonly gathered: Gathered
  readonly servers: Server[]
}

interface OpenServer {
  readonly keyword: Word
  readonly name: Word
  readonly gathered: Gathered
  readonly portBefore: number
}

type Words = Extract<Line, { kind: 'words' }>

export class Builder {
  readonly virtuals: Section[] = []
  readonly failovers: Section[] = []
  readonly #globals: Gathered = new Map()
  readonly #report: Report
  #section: OpenSection | null = null
  #server: OpenServer | null = null
  /** A block's header whose brace has not come yet. */
  #pending: Word | null = null

  constructor(report: Report) {
    this.#report = report
  }

  get globals(): GlobalSettings {
    return settingsOf<typeof GLOBALS>(this.#globals)
  }

  take(line: Line): void {
    if (line.kind === 'words' && line.keyword.text === '{' && line.keyword.quote === '') {
      this.#brace(line)
      return
    }
    this.#withoutBrace()
    const block = line.kind === 'words' ? blockOf(line.keyword) : null
    if (line.kind === 'close') this.#close(line.brace, line.rest)
    else if (line.kind === 'words' && block !== null) this.#open(block, line)
    else {
      const level: Level = this.#server !== null ? 'server' : this.#section !== null ? 'virtual' : 'global'
      gather(line, level, this.#server?.gathered ?? this.#section?.gathered ?? this.#globals, this.#report)
    }
  }

  /** What is open at the end of the file is closed there, as in Piranha. */
  end(): void {
    this.#withoutBrace()
    const open = this.#server ?? this.#section
    if (open !== null) {
      const message = `this ${open.keyword.text} is not closed at the end of the file; it is read as if it were`
      this.#report.warning('brace-missing', spanFrom(open.keyword, open.name), message, 'write } on a line of its own')
    }
    this.#endServer()
    this.#endSection()
  }

  /** A `{` alone: that of the line before, if it lacks one. */
  #brace({ keyword, words }: Words): void {
    const [extra] = words
    if (this.#pending === null) {
      const message = 'this { stands behind no virtual, server or failover'
      this.#report.error('brace-stray', spanOf(keyword), message, 'a block begins with virtual NAME {')
      return
    }
    this.#pending = null
    const message = 'Piranha wants this { behind the name, and refuses the file'
    this.#report.warning('brace-line', spanOf(keyword), message, 'write it at the end of the line before')
    if (extra !== undefined) this.#tooMuch(words)
  }

  #withoutBrace(): void {
    if (this.#pending === null) return
    const message = 'here the { is missing; what follows is read as if it stood there'
    this.#report.error('brace-missing', spanOf(this.#pending), message, 'write it behind the name: virtual NAME {')
    this.#pending = null
  }

  #open({ word, brace: glued }: Block, { keyword, words }: Words): void {
    this.#makeRoom(word, keyword)
    if (!keyword.text.startsWith(word)) {
      const message = `${quoted(keyword.text)} is read as ${word}; Piranha refuses it`
      this.#report.warning('letters', spanOf(keyword), message, `write ${word}`)
    }
    const header = headerOf(glued, words)
    const { name, brace, between, behind } = header
    if (name === null) {
      const message = `this ${word} lacks its name`
      this.#report.error('block-name', spanOf(keyword), message, `write ${word} NAME {`)
    }
    const [extra] = between
    if (extra !== undefined) {
      const message = `${quoted(extra.text)} is one word too many in the name of this ${word}`
      this.#report.error('block-name', spanFrom(extra, between.at(-1)), message, 'put a name with blanks into quotes')
    }
    if (brace !== null && header.glued) {
      const message = 'Piranha wants a blank before this {, and refuses the file'
      this.#report.warning('brace-glued', spanOf(brace), message, `write ${word} NAME {`)
    }
    this.#begin(word, { ...keyword, text: word }, name ?? { ...keyword, text: '', start: keyword.end })
    if (brace === null) this.#pending = name ?? keyword
    else if (behind.length > 0) this.#tooMuch(behind)
  }

  #begin(word: BlockWord, keyword: Word, name: Word): void {
    const gathered: Gathered = new Map()
    if (word !== 'server') this.#section = { keyword, word, name, gathered, servers: [] }
    else this.#server = { keyword, name, gathered, portBefore: this.#portSoFar() }
  }

  #portSoFar(): number {
    const port = this.#section?.gathered.get('port')?.value
    return typeof port === 'number' ? port : DEFAULTS.port
  }

  /** A block that cannot begin inside an open one: most likely a } is missing before it. */
  #makeRoom(word: BlockWord, keyword: Word): void {
    const open = word === 'server' ? this.#server : (this.#server ?? this.#section)
    if (open !== null) {
      const message = `${word} cannot stand inside ${open.keyword.text} ${quoted(open.name.text)}: a } is missing before it`
      this.#report.error('brace-missing', spanOf(keyword), message, 'write } on the line before')
      this.#endServer()
      if (word !== 'server') this.#endSection()
    }
    if (word !== 'server' || this.#section !== null) return
    const message = 'a server stands inside the virtual that it serves'
    this.#report.error(
      'server-place',
      spanOf(keyword),
      message,
      'move it into a virtual block, or see which } came too early',
    )
  }

  /** Words behind the brace that begins a block. */
  #tooMuch(words: readonly Word[]): void {
    const [first] = words
    const last = words.at(-1)
    if (first === undefined || last === undefined) return
    if (first.text.startsWith('#')) {
      const message = 'a comment behind a { is left out here; Piranha refuses the line'
      this.#report.warning('comment-behind', spanFrom(first, last), message, 'write the comment on a line of its own')
      return
    }
    const message = 'nothing may stand behind this {: it is not read'
    this.#report.error('block-line', spanFrom(first, last), message, 'write one statement a line, and } on its own')
    if (last.text === '}' && last.quote === '') this.#close(last, null)
  }

  #close(brace: Word, rest: Word | null): void {
    if (rest !== null && !rest.text.startsWith('#')) {
      const message = 'what stands behind a } counts for nothing, here as in Piranha'
      this.#report.warning('brace-behind', spanOf(rest), message, 'write it on a line of its own, or take it out')
    }
    if (this.#server !== null) this.#endServer()
    else if (this.#section !== null) this.#endSection()
    else
      this.#report.error(
        'brace-stray',
        spanOf(brace),
        'this } closes nothing',
        'take it out, or see which block should go on',
      )
  }

  #endServer(): void {
    const open = this.#server
    if (open === null) return
    const { keyword, name, portBefore, gathered } = open
    this.#section?.servers.push({ keyword, name, portBefore, settings: settingsOf<typeof SERVER>(gathered) })
    this.#server = null
  }

  #endSection(): void {
    const open = this.#section
    if (open === null) return
    const { keyword, name, servers, gathered } = open
    const into = open.word === 'virtual' ? this.virtuals : this.failovers
    into.push({ keyword, name, servers, settings: settingsOf<typeof VIRTUAL>(gathered) })
    this.#section = null
  }
}

interface Block {
  readonly word: BlockWord
  /** The brace of `virtual{`. */
  readonly brace: Word | null
}

function blockOf(keyword: Word): Block | null {
  if (keyword.quote !== '') return null
  const split = withoutBrace(keyword)
  const text = (split?.name ?? keyword).text.toLowerCase()
  const word = BLOCKS.find((one) => one === text)
  return word === undefined ? null : { word, brace: split?.brace ?? null }
}

interface Header {
  readonly name: Word | null
  readonly brace: Word | null
  /** Words between the name and the brace, and behind the brace. */
  readonly between: readonly Word[]
  readonly behind: readonly Word[]
  readonly glued: boolean
}

function headerOf(brace: Word | null, words: readonly Word[]): Header {
  if (brace !== null) return { name: null, brace, between: [], behind: words, glued: true }
  const at = words.findIndex((word) => word.quote === '' && word.text.endsWith('{'))
  const holder = words[at]
  const [first] = words
  if (holder === undefined)
    return { name: first ?? null, brace: null, between: words.slice(1), behind: [], glued: false }
  const split = holder.text === '{' ? null : withoutBrace(holder)
  const before = split === null ? words.slice(0, at) : [...words.slice(0, at), split.name]
  const [name = null, ...between] = before
  return { name, brace: split?.brace ?? holder, between, behind: words.slice(at + 1), glued: split !== null }
}
