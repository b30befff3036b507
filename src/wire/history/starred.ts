/**
 * A configuration's text as others may read it: what stands where a password stands is three stars. Lines keep their
 * number, and one that goes on after a backslash is read as one. It rather stars too much: a word after one that ends in
 * `password`, `secret`, `token` or the like, the password in a URL, what HTTP's headers prove somebody's identity with, and
 * all behind the host in a web hook's URL, which is the key to it. Takes time in proportion to the text.
 */
const STARS = '***'

/** Where a line goes on (mon manual, "CONFIGURATION FILE"). */
const SEAM = /\\[ \t\r]*\n[ \t]*/g

/** Characters of the text without its seams, the second not included. */
type Span = readonly [from: number, to: number]

export function starPasswords(text: string): string {
  const parts = text.split(SEAM)
  const whole = parts.join('')
  const spans = merged([...named(whole), ...inUrls(whole), ...inHeaders(whole), ...inLines(whole)])
  return replaced(parts, text.match(SEAM) ?? [], spans)
}

/** `auth_pass 1234`, `--password 'a b'`, `WEB_TOKEN=x`, `pass: x`; not what names a file that holds it. */
const words = /[\w-]+/g
const secret =
  /(?:password|passwd|passphrase|passcode|auth[_-]pass|(?<![a-z])pass|(?<![a-z])pwd|secret|token|community|(?:api|auth|access|routing)[_-]?key)$/i
/** The longest of these words, and the letter before it. */
const LONGEST_WORD = 16
/** With quotes of JSON around the word, themselves quoted or not. */
const between = /\\?"?[ \t]*[=:][ \t]*|[ \t]+/y
const value = /\\"(?:[^"\\\n]|\\[^\n])*|"(?:[^"\\\n]|\\[^\n])*["\\]?|'[^'\n]*'?|[^\s"'&;]+/y

function named(text: string): Span[] {
  const spans: Span[] = []
  words.lastIndex = 0
  for (let word = words.exec(text); word !== null; word = words.exec(text)) {
    if (!secret.test(word[0].slice(-LONGEST_WORD))) continue
    const from = endOf(between, text, words.lastIndex)
    const to = from === null ? null : endOf(value, text, from)
    if (from === null || to === null) continue
    spans.push([from, to])
    words.lastIndex = to
  }
  return spans
}

/** `://user:password@`; the last @ counts, since a password may hold one that was not encoded. */
const inUrl = /(?<before>:\/\/[^\s:/?#@"']*:)[^\s/?#"']+(?=@)/g

const inUrls = (text: string): Span[] => [...text.matchAll(inUrl)].map(behindBefore)

/** To the end of the quotes, or of the line: such a header may have several words. */
const proof = String.raw`(?:(?:proxy-)?authorization|(?:set-)?cookie|x-auth(?:-[a-z]+)?)[ \t]*[:=][ \t]*`
const headers = [
  new RegExp(String.raw`(?<before>"${proof})(?:[^"\\\n]|\\[^\n])+`, 'gi'),
  new RegExp(String.raw`(?<before>'${proof})[^'\n]+`, 'gi'),
  new RegExp(String.raw`(?<before>(?<![\w"'-])${proof})[^"'\n]+`, 'gi'),
]
/** Without the header's name too, as in a variable. RFC 7617, RFC 6750. */
const scheme = /(?<before>(?<![\w-])(?:basic|bearer|digest|negotiate)[ \t]+)[^\s"'&;]+/gi

const inHeaders = (text: string): Span[] =>
  [...headers, scheme].flatMap((pattern) => [...text.matchAll(pattern)].map(behindBefore))

/** Who else posts by a URL of one's own: those of the presets of our `webhook`, and others as widely used. */
const keyHosts =
  /(?:^|[.@])(?:logic\.azure\.com|powerplatform\.com|api\.telegram\.org|ntfy\.sh|chat\.googleapis\.com|maker\.ifttt\.com|hc-ping\.com)(?::\d*)?$/i
/** `hooks.slack.com`, `x.webhook.office.com`, `discord.com/api/webhooks`, Mattermost's `/hooks/`, and who names it so. */
const hook = /hook/i
const url = /(?<before>https?:\/\/(?<host>[^\s/?#"'`]+)[/?#])[^\s"'`]+/gi

/** Flags of one letter whose words do not say what they are. */
const shortFlags: readonly { readonly of: RegExp; readonly flag: RegExp }[] = [
  { of: /\bsnmptrap\b/, flag: /(?<before>[ \t]-c[ \t]*)[^\s"']+/g },
  { of: /\btrap\b/, flag: /(?<before>[ \t]-P[ \t]*)[^\s"']+/g },
  { of: /\bnntp\b/, flag: /(?<before>[ \t]-a[ \t]*)[^\s"']+/g },
]

function inLines(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const line of text.split('\n')) {
    const start = at
    const add = (found: RegExpExecArray): unknown => {
      const [from, to] = behindBefore(found)
      return spans.push([start + from, start + to])
    }
    const isHook = hook.test(line)
    for (const found of line.matchAll(url)) if (isHook || keyHosts.test(found.groups?.host ?? '')) add(found)
    for (const { of, flag } of shortFlags) if (of.test(line)) for (const found of line.matchAll(flag)) add(found)
    at += line.length + 1
  }
  return spans
}

function behindBefore({ index, groups, 0: { length } }: RegExpExecArray): Span {
  return [index + (groups?.before?.length ?? 0), index + length]
}

/** Where what this finds at that place ends; `null`: it is not there. */
function endOf(sticky: RegExp, text: string, at: number): number | null {
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : null
}

/** In order; those that meet are one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const all: [number, number][] = []
  for (const [from, to] of spans.toSorted((one, other) => one[0] - other[0])) {
    const last = all.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else all.push([from, to])
  }
  return all
}

/** What goes on after a seam has its stars behind it, so that no blank that counts becomes an indentation. */
function replaced(parts: readonly string[], seams: readonly string[], spans: readonly Span[]): string {
  const out: string[] = []
  let begin = 0
  let next = 0
  for (const [i, part] of parts.entries()) {
    const end = begin + part.length
    let at = begin
    for (let span = spans[next]; span !== undefined && span[0] < end; span = spans[next]) {
      const [from, to] = span
      out.push(part.slice(at - begin, Math.max(from, at) - begin), to <= end ? STARS : '')
      at = Math.min(to, end)
      if (to > end) break
      next += 1
    }
    out.push(part.slice(at - begin), seams[i] ?? '')
    begin = end
  }
  return out.join('')
}
