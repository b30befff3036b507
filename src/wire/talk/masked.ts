/**
 * What went over the wire, without what must not be read: each secret, and each run of base64 that holds one (HTTP's and
 * SMTP's plain authentication), becomes three stars.
 */
const STARS = '***'
/** A run of base64 that could hold anything; longer ones are looked at in their first part. */
const BASE64 = /[A-Za-z0-9+/]{4,}={0,2}/g
const LONGEST_RUN = 65_536

export function masked(bytes: Buffer, secrets: readonly string[]): Buffer {
  // Longest first: one secret may be the front of another.
  const known = [...new Set(secrets)].filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  if (known.length === 0) return bytes
  const hidden = known.map((secret) => Buffer.from(secret).toString('latin1'))
  let text = bytes.toString('latin1')
  for (const secret of hidden) text = text.replaceAll(secret, STARS)
  text = text.replace(BASE64, (run) => {
    const inside = Buffer.from(run.slice(0, LONGEST_RUN), 'base64').toString('latin1')
    return hidden.some((secret) => inside.includes(secret)) ? STARS : run
  })
  return Buffer.from(text, 'latin1')
}

/** The same for words of people. */
export const maskedText = (text: string, secrets: readonly string[]): string =>
  masked(Buffer.from(text), secrets).toString()

/** Options that carry a secret by their name. */
const SECRET_NAME = /(?:password|passphrase|secret|community)$/i
/** What stands behind the scheme of an Authorization header, or in the user's part of a URL. */
const INSIDE = [/^(?:proxy-)?authorization:\s*\S+\s+(\S.*)$/i, /^cookie:\s*(\S.*)$/i, /\/\/[^/@\s:]*:([^/@\s]+)@/]

/** The secrets in a monitor's options: values by the name of their option, and what headers and URLs carry. */
export function secretsIn(options: unknown): string[] {
  if (typeof options !== 'object' || options === null) return []
  return Object.entries(options).flatMap(([name, value]) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
    if (SECRET_NAME.test(name)) return texts
    return texts.flatMap((text) => INSIDE.flatMap((pattern) => pattern.exec(text)?.[1] ?? []))
  })
}
