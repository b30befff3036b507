/**
 * Takes secrets out of what people see. The URL of a chat's webhook is a secret as a whole: whoever has it may write there.
 * A receiver may repeat it in its answer ("Cannot POST /services/T0/B0/x"), so it is taken out of that as well.
 */

/** Stands for what is not shown. */
export const STARS = '***'

/** Characters from which on a part of a URL is long enough to be a key; shorter ones are words such as `services`. */
const KEY_LENGTH = 12
/** A shorter secret is none, and hiding it would make a text unreadable. */
const SHORTEST = 4

/** Every form in which a part of this URL may be repeated that lets somebody use it. */
export function urlSecrets(url: URL): string[] {
  const path = url.pathname.length > 1 ? [`${url.pathname}${url.search}`, url.pathname] : []
  const parts = [...url.pathname.split('/'), ...url.searchParams.values()].filter((part) => part.length >= KEY_LENGTH)
  const query = url.search.length > 1 ? [url.search, url.search.slice(1)] : []
  return [...path, ...query, ...parts, url.password, decoded(url.password)]
}

/** Applied before any cutting, so that no half of a secret is left over. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = new Set(secrets.flatMap((secret) => [secret, decoded(secret)]))
  const longest = [...known].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length)
  return longest.reduce((rest, secret) => rest.replaceAll(secret, STARS), text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What may be told of a URL: `https://hooks.slack.com/***`. */
export const shownUrl = (url: URL): string =>
  `${url.protocol}//${url.host}${url.pathname === '/' && url.search === '' ? '' : `/${STARS}`}`
