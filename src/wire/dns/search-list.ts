/**
 * The names under which a short name is looked up: /etc/resolv.conf's `search`, `domain` and `ndots`.
 * Source: resolv.conf(5); Net::DNS::Resolver, `search`, which takes a name with enough dots as it is and looks up no other.
 */

export interface SearchList {
  readonly domains: readonly string[]
  /** A name with fewer dots than this is looked up in the domains. */
  readonly ndots: number
}

/** resolv.conf(5) takes six; each costs a query for a name that is not there. */
const MOST_DOMAINS = 6
const STANDARD_NDOTS = 1

export function readSearchList(resolvConf: string): SearchList {
  let domains: string[] = []
  let ndots = STANDARD_NDOTS
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[;#].*$/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'search') domains = words.slice(0, MOST_DOMAINS)
    if (keyword === 'domain') domains = words.slice(0, 1)
    const option = keyword === 'options' ? words.find((word) => /^ndots:\d{1,2}$/.test(word)) : undefined
    if (option !== undefined) ndots = Number(option.slice('ndots:'.length))
  }
  return { domains, ndots }
}

export function namesToTry(name: string, { domains, ndots }: SearchList): readonly string[] {
  const dots = name.split('.').length - 1
  if (name.endsWith('.') || dots >= ndots || domains.length === 0) return [name]
  const longer = domains.map((domain) => `${name}.${domain}`)
  return dots === 0 ? longer : [name, ...longer]
}
