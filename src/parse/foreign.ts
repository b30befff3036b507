/**
 * What a file looks like that is none of ours, or not finished: asked when it cannot be understood, so that one sentence
 * says what it is where a list of errors would only say that each line of it is unknown.
 */
import type { Problem } from './problem.ts'
import type { Source } from './source.ts'

/** Lines that are looked at; a file that hides what it is for longer is told by its errors. */
const MOST_LINES = 100_000
/** Characters of a line that are looked at. */
const LONGEST_LINE = 1000

interface Kind {
  readonly pattern: RegExp
  /** A sentence's tail behind "this looks like". */
  readonly is: string
  readonly hint: string
  /** It also counts in a comment, or behind one. */
  readonly anywhere?: true
}

const CONFLICT: Kind = {
  pattern: /^(?:<{7}|>{7}|\|{7})(?: |$)/,
  is: 'a merge that was not finished: here stands a conflict marker',
  hint: 'choose one of the two versions, and take the lines with <<<<<<<, ======= and >>>>>>> out',
  anywhere: true,
}

const TEMPLATE: Kind = {
  pattern: /\{%.*?%\}|\{\{.*?\}\}|<%.*?%>/,
  is: 'a template whose places have not been filled in',
  hint: 'name the file that the template becomes; what makes it (Ansible, Puppet, confd …) has not run',
}

/** In the order in which they are asked; the first line that one of them knows decides. */
const KINDS: readonly Kind[] = [
  {
    pattern: /^(?:command|trap)[ \t]+section\b|^\w+[ \t]*:[ \t]*(?:AUTH_ANY|!?AUTH_ANY\b.*|all)[ \t]*$/,
    is: "mon's auth.cf, which says who may give commands",
    hint: 'name the mon.cf; it names the auth.cf with authfile = FILE',
  },
  {
    pattern: /^-{5}BEGIN [A-Z0-9 ]+-{5}/,
    is: 'a key or a certificate',
    hint: 'name the configuration; keys are named in it',
  },
  {
    pattern: /^(?:dnl\b|(?:define|undefine|include|sinclude|ifdef|ifelse|changequote|divert)\()/,
    is: 'a text for m4',
    hint: 'name it FILE.m4, and it is put through m4 first',
  },
  {
    pattern: /^-A[ \t]+-[tuf][ \t]+\S|^ipvsadm[ \t]+-/,
    is: 'a table saved by ipvsadm, or a script of its commands',
    hint: 'load it with "upalert ipvs restore", then "upalert convert --from-kernel" writes a configuration from the table',
  },
  { pattern: /^#!/, is: 'a program', hint: 'name the configuration that calls it', anywhere: true },
  {
    pattern: /^(?:frontend|backend|listen)[ \t]+[\w.-]+[ \t]*$|^defaults[ \t]*$|^bind[ \t]+\S+:\d/,
    is: "HAProxy's haproxy.cfg",
    hint: 'HAProxy passes connections on by itself and has no IPVS table; write a mon.cf with "upalert init"',
  },
  {
    pattern: /^upstream[ \t]+\S+[ \t]*\{|^(?:http|events|stream)[ \t]*\{/,
    is: "nginx's nginx.conf",
    hint: 'name the configuration of the director; "upalert init" writes a first one',
  },
  {
    pattern: /^(?:bcast|ucast|mcast|auto_failback|warntime|initdead|node)[ \t]+\S/,
    is: "heartbeat's ha.cf",
    hint: 'it moves addresses between directors; what they serve stands in ldirectord.cf or lvs.cf',
  },
  {
    pattern: /^(?:VIP|RIP|SERVICE|DIRECTOR_INSIDEIP|LVS_TYPE|CLIENT|DIP)=/,
    is: 'an input of configure.lvs',
    hint: 'answer the questions of "upalert init" with what stands there',
  },
  {
    pattern: /^<(?:\?xml|!DOCTYPE|html|cib|configuration)\b/i,
    is: 'XML or HTML',
    hint: 'name the configuration; a download may have answered with an error page',
    anywhere: true,
  },
  {
    pattern: /^[{[][ \t]*(?:"|$)/,
    is: 'JSON',
    hint: 'the configuration is a text of its own; "upalert init" writes one',
  },
  {
    pattern: /^---[ \t]*$|^[a-z_]+:[ \t]*$|^[ \t]*- [a-z_]+:[ \t]/,
    is: 'YAML',
    hint: 'the configuration is a text of its own; "upalert init" writes one',
  },
]

/** A marker that no finished file has, whatever else is right in it. */
export const unfinishedIn = (source: Source): Problem | null => firstOf(source, [CONFLICT], () => true)

/**
 * What a file looks like that could not be understood, by its errors: only their lines count, since a configuration may
 * well carry the template of a message. `null`: nothing that is known here.
 */
export function foreignIn(source: Source, problems: readonly Problem[]): Problem | null {
  const wrong = new Set<number>()
  for (const { severity, span } of problems) {
    if (severity === 'error' && span.source.text === source.text) wrong.add(lineStart(source.text, span.start))
  }
  const unfinished = unfinishedIn(source)
  if (unfinished !== null || wrong.size === 0) return unfinished
  const begins = wrong.has(firstMeant(source.text))
  const isWrong = (start: number) => wrong.has(start)
  // Of many lines that follow each other and are all unknown, a parser may tell the first alone.
  const counts = (start: number, { anywhere }: Kind) => begins || (anywhere !== true && isWrong(start))
  return firstOf(source, [TEMPLATE], isWrong) ?? firstOf(source, KINDS, counts)
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

/** Where the first line begins that is neither empty nor a comment. */
const firstMeant = (text: string): number => /^[ \t]*[^\s#!]/m.exec(text)?.index ?? -1

function firstOf(
  source: Source,
  kinds: readonly Kind[],
  counts: (start: number, kind: Kind) => boolean,
): Problem | null {
  let lines = 0
  for (const { 0: line, index } of source.text.matchAll(/^.+$/gm)) {
    lines += 1
    if (lines > MOST_LINES) return null
    const from = /^[ \t]*/.exec(line)?.[0].length ?? 0
    const text = line.slice(from, from + LONGEST_LINE)
    const isComment = text.startsWith('#') || text.startsWith('!')
    for (const kind of kinds) {
      if ((isComment && kind.anywhere !== true) || !counts(index, kind)) continue
      const found = kind.pattern.exec(text)
      if (found === null) continue
      const start = index + from + found.index
      const span = { source, start, end: start + Math.max(1, found[0].trimEnd().length) }
      return { code: 'foreign', severity: 'error', span, message: `this looks like ${kind.is}`, hint: kind.hint }
    }
  }
  return null
}
