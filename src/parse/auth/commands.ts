/** The command section of auth.cf: `COMMAND: USER, !USER, AUTH_ANY, !AUTH_ANY, all`. */
import { COMMAND_WORDS, type CommandRule } from '../../model/auth.ts'
import { placeOf, type Source } from '../source.ts'
import type { Report } from '../text/report.ts'
import { type AuthLine, type Part, quotedPart, spanOf } from './lines.ts'

interface Rule extends CommandRule {
  all: boolean
  anyUser: boolean
  noUser: boolean
  readonly users: Set<string>
  readonly denied: Set<string>
  /** The line that began it. */
  readonly line: number
}

/** Takes line after line; several for one command add up. */
export class CommandRules {
  readonly #rules = new Map<string, Rule>()
  readonly #shown: Source
  readonly #report: Report

  constructor(shown: Source, report: Report) {
    this.#shown = shown
    this.#report = report
  }

  take(line: AuthLine): void {
    const colon = line.text.indexOf(':')
    if (colon < 0) {
      this.#reportNoColon(line)
      return
    }
    const command = trimmed({ text: line.text.slice(0, colon), start: line.start })
    const rule = this.#ruleOf(command)
    const list = { text: line.text.slice(colon + 1), start: line.start + colon + 1 }
    const users = commaParts(list).map(trimmed)
    for (const user of users) this.#add(rule, user)
    this.#reportContradictions(rule, users)
    if (users.length === 0)
      this.#warn('auth-command-nobody', command, 'nobody is named here', 'name users, or write all')
  }

  finish(): ReadonlyMap<string, CommandRule> {
    return this.#rules
  }

  #ruleOf(command: Part): Rule {
    const word = command.text.toLowerCase()
    const known = this.#rules.get(word)
    if (!COMMAND_WORDS.includes(word)) this.#reportUnknown(command, word)
    else if (known !== undefined) {
      const message = `line ${known.line} already says who may give "${word}"; both lines count together`
      this.#warn('auth-command-again', command, message, 'write one line for each command')
    }
    if (known !== undefined) return known
    const line = placeOf(this.#shown, command.start).line
    const rule = {
      all: false,
      anyUser: false,
      noUser: false,
      users: new Set<string>(),
      denied: new Set<string>(),
      line,
    }
    this.#rules.set(word, rule)
    return rule
  }

  #add(rule: Rule, user: Part): void {
    const denied = user.text.startsWith('!')
    const name = denied ? user.text.slice(1).trim() : user.text
    if (denied && name === 'AUTH_ANY') rule.noUser = true
    else if (denied) rule.denied.add(name)
    else if (name === 'AUTH_ANY') rule.anyUser = true
    else if (name === 'all') rule.all = true
    else rule.users.add(name)
    this.#reportOddName(user, name, denied)
  }

  #reportNoColon(line: AuthLine): void {
    const message = 'this line of the command section has no colon'
    const hint = /section/i.test(line.text)
      ? 'a section begins with the line: trap section, or: command section, in small letters'
      : 'write COMMAND: USER, USER …; who may send traps stands below the line: trap section'
    this.#report.error('auth-no-colon', spanOf(this.#shown, line), message, hint)
  }

  #reportUnknown(command: Part, word: string): void {
    if (word === '') {
      this.#warn('auth-command-missing', { ...command, text: ':' }, 'here the command is missing', 'write list: all')
      return
    }
    const [first = ''] = word.split(/\s/)
    const near = COMMAND_WORDS.includes(first) ? null : this.#report.nearest(word, COMMAND_WORDS)
    const hint = COMMAND_WORDS.includes(first)
      ? `the right to a command is for all of its forms: write ${first}`
      : near === null
        ? `commands are: ${COMMAND_WORDS.join(' ')}`
        : `did you mean ${near}?`
    const begin = quotedPart(this.#shown, { text: first, start: command.start })
    const name = first === word ? begin : `${begin} with a blank and more behind it`
    this.#warn('auth-command-unknown', command, `${name} is not a command of clients`, hint)
  }

  #reportOddName(user: Part, name: string, denied: boolean): void {
    if (name === '') {
      this.#warn('auth-user-missing', user, 'here the name of a user is missing', 'remove the comma, or name the user')
    } else if (denied && name === 'all') {
      const message = '"!all" denies only a user who is called all'
      this.#warn('auth-user-all', user, message, 'write !AUTH_ANY to deny everybody who is logged in')
    } else if (denied && user.text.slice(1) !== name) {
      const message = 'there is a blank behind the "!"; mon would deny nobody, here the user is denied'
      this.#warn('auth-user-blank', user, message, 'write !NAME without a blank')
    } else if (/[\s#\\]/.test(name)) {
      const message = 'no user is called so: names have no blanks, and a comment has its own line'
      this.#warn('auth-user-blank', user, message, 'separate users by commas')
    } else if (name !== 'AUTH_ANY' && /^(auth_?any|all|\*|any|everybody)$/i.test(name) && name !== 'all') {
      const message = 'this is a user like any other, not a word of the language'
      this.#warn('auth-user-word', user, message, 'write all for everybody, AUTH_ANY for who is logged in')
    }
  }

  #reportContradictions(rule: Rule, users: readonly Part[]): void {
    for (const user of users) {
      const name = user.text.replace(/^!\s*/, '')
      if (!rule.users.has(name) || !rule.denied.has(name)) continue
      const message = 'this command names the same user with and without "!"; the denial wins'
      this.#warn('auth-user-denied', user, message, 'remove one of the two')
      return
    }
  }

  #warn(code: string, part: Part, message: string, hint: string): void {
    this.#report.warning(code, spanOf(this.#shown, part), message, hint)
  }
}

/** Between the commas; empty ones at the end do not count. */
function commaParts({ text, start }: Part): Part[] {
  const parts: Part[] = []
  let at = start
  for (const piece of text.split(',')) {
    parts.push({ text: piece, start: at })
    at += piece.length + 1
  }
  while (parts.at(-1)?.text.trim() === '') parts.pop()
  return parts
}

/** The same blanks that end a line's words: ASCII only. */
function trimmed({ text, start }: Part): Part {
  const inner = text.replace(/^[ \t\r\f\v]+/, '')
  return { text: inner.replace(/[ \t\r\f\v]+$/, ''), start: start + text.length - inner.length }
}
