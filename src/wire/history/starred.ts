/**
 * A configuration's text as others may read it: what stands where a password stands is three stars. Lines keep their
 * number. It rather stars too much: a word after `password`, `secret`, `token` or `community` in any spelling, the password in
 * a URL, and all behind the host in a web hook's URL, which is the key to it.
 */
const STARS = '***'

/** `scheme://user:password@`; the last @ before the path counts, since a password may hold one that was not encoded. */
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"']*:)[^\s/?#"']+(?=@)/gi

/** `auth_pass 1234`, `--password 'a b'`, `WEB_TOKEN=x`, `pass: x`; not what names a file that holds it. */
const named =
  /((?:^|[\s"'{;,?&-])[\w-]*?(?:password|passwd|passphrase|passcode|auth[_-]pass|pass|pwd|secret|token|community|api[_-]?key|routing[_-]?key)[ \t]*(?:[=:][ \t]*|[ \t]))("(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s"'&;]+)/gim

const hookLine = /^[^\n]*\bwebhook\b[^\n]*$/gim
const behindHost = /(\bhttps?:\/\/[^\s/?#"']+[/?#])[^\s"']+/gi

export function starPasswords(text: string): string {
  return text
    .replace(inUrl, `$1${STARS}`)
    .replace(named, (whole, before: string) => (/^\s*#/.test(whole) ? whole : `${before}${STARS}`))
    .replace(hookLine, (line) => line.replace(behindHost, `$1${STARS}`))
}
