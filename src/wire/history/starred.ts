/**
 * A configuration's text as others may read it: what stands where a password stands is three stars. Lines keep their
 * number. It rather stars too much: a word after one that ends in `password`, `secret`, `token` or the like, the password in a
 * URL, and all behind the host in a web hook's URL, which is the key to it. Takes time in proportion to the text.
 */
const STARS = '***'

/** `://user:password@`; the last @ counts, since a password may hold one that was not encoded. */
const inUrl = /(:\/\/[^\s:/?#@"']*:)[^\s/?#"']+(?=@)/g
const behindHost = /(https?:\/\/[^\s/?#"']+[/?#])[^\s"']+/gi

/** `auth_pass 1234`, `--password 'a b'`, `WEB_TOKEN=x`, `pass: x`; not what names a file that holds it. */
const words = /[\w-]+/g
const secret =
  /(?:password|passwd|passphrase|passcode|auth[_-]pass|(?<![a-z])pass|(?<![a-z])pwd|secret|token|community|api[_-]?key|routing[_-]?key)$/i
/** The longest of these words, and the letter before it. */
const LONGEST_WORD = 16
const between = /[ \t]*[=:][ \t]*|[ \t]+/y
const value = /"(?:[^"\\\n]|\\[^\n])*["\\]?|'[^'\n]*'?|[^\s"'&;]+/y

export function starPasswords(text: string): string {
  return starNamed(text.replace(inUrl, `$1${STARS}`))
    .split('\n')
    .map((line) => (line.includes('webhook') ? line.replace(behindHost, `$1${STARS}`) : line))
    .join('\n')
}

function starNamed(text: string): string {
  const parts: string[] = []
  let from = 0
  words.lastIndex = 0
  for (let word = words.exec(text); word !== null; word = words.exec(text)) {
    if (!secret.test(word[0].slice(-LONGEST_WORD))) continue
    const end = endOf(between, text, words.lastIndex)
    const over = end === null ? null : endOf(value, text, end)
    if (end === null || over === null) continue
    parts.push(text.slice(from, end), STARS)
    from = over
    words.lastIndex = over
  }
  return parts.join('') + text.slice(from)
}

/** Where what this finds at that place ends; `null`: it is not there. */
function endOf(sticky: RegExp, text: string, at: number): number | null {
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : null
}
