/** What this machine knows of the answers already: addresses of its interfaces, the domain of its mail, where to write. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { readLinks } from '../../edge/facts/ip.ts'
import type { Link } from '../../model/facts.ts'

interface Here {
  readonly address: string
  readonly device: string
}

/** Addresses that are offered; a router has more than anybody reads. */
const MOST_OFFERED = 12

export function addressesHere(): readonly Here[] {
  const links = readLinks()
  return links.kind === 'seen' ? offered(links.value) : []
}

/** A virtual address brings no network with it, so one that stands alone is likeliest to be one. */
export function offered(links: readonly Link[]): readonly Here[] {
  const all = links
    .filter((link) => !link.loopback)
    .flatMap((link) => link.addresses.filter(({ scope }) => scope === 'global').map((at) => ({ at, link })))
  const alone = ({ at }: (typeof all)[number]) => at.prefix === (at.family === 6 ? 128 : 32)
  const sorted = [...all.filter(alone), ...all.filter((one) => !alone(one))]
  return sorted.slice(0, MOST_OFFERED).map(({ at, link }) => ({ address: at.address, device: link.name }))
}

const MAILNAME = '/etc/mailname'

/** Debian Policy 11.6: the name for mail is in /etc/mailname; otherwise what stands behind the host's first dot. */
export function mailDomain(file = MAILNAME, host = hostname()): string {
  const [, domain = ''] = /^[^.]+\.(.+)$/.exec(host) ?? []
  return [firstLine(file), domain, host].find((name) => /^[\w-]+(\.[\w-]+)*$/.test(name)) ?? ''
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'latin1').split('\n', 1)[0]?.trim() ?? ''
  } catch {
    return ''
  }
}

/** Where the daemon looks by itself, if this user may write there. */
export const proposedOutput = (): string => (process.getuid?.() === 0 ? '/etc/upalert/mon.cf' : 'mon.cf')
