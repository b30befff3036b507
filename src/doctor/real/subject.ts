/** A real server as its operator describes it, and what can be told from the machine where nothing was said. */
import type { Facts, Link } from '../../model/facts.ts'
import type { Family } from '../../model/table.ts'
import { type Finding, familyOf, finding, listed, unseenFinding } from '../finding.ts'

export type RealForward = 'dr' | 'tun' | 'nat'
export type Wrapping = 'ipip' | 'gue' | 'gre'

/** What the command line says; `null` and empty where it says nothing. */
export interface RealWords {
  readonly addresses: readonly string[]
  readonly forward: RealForward | null
  readonly director: string | null
  readonly tunnel: Wrapping
  /** UDP port of gue. */
  readonly port: number
  /** Ports of the virtual services that it serves; without any nothing is said of where services listen. */
  readonly ports: readonly number[]
}

export interface RealServer extends RealWords {
  readonly forward: RealForward
}

/** The port of the examples for GUE; whoever uses another one says so. */
export const GUE_PORT = 6080

/** What `facts` must tell of. */
export function realQuestions({ addresses, director, forward, tunnel }: RealWords) {
  return {
    modules: forward === 'tun' ? ['ipip', 'ip6_tunnel', 'sit', 'ip_gre', 'ip6_gre'] : [],
    addresses: [...addresses, ...(director === null ? [] : [director])],
    marks: false,
    arpFilter: true,
    fouPorts: tunnel === 'gue',
  }
}

/** The words with what the machine shows filled in, and a finding for each thing that had to be guessed. */
export function understood(
  words: RealWords,
  facts: Facts,
): { readonly real: RealServer; readonly guesses: readonly Finding[] } {
  const links = facts.links.kind === 'seen' ? facts.links.value : []
  const shown = links.flatMap((link) => (hidden(link) ? link.addresses : [])).filter(({ address }) => meant(address))
  const addresses =
    words.addresses.length > 0 || words.forward === 'nat'
      ? words.addresses
      : [...new Set(shown.map(({ address }) => address))]
  const tunnelled = links.some(
    (link) => isTunnel(link) && link.addresses.some(({ address }) => addresses.includes(address)),
  )
  const forward = words.forward ?? (tunnelled ? 'tun' : 'dr')
  const guesses: Finding[] = []
  if (words.forward === null) {
    const why = tunnelled ? 'a tunnel device has the virtual address' : 'nothing says otherwise'
    guesses.push(
      finding('note', 'guessed-forward', `Judged as a real server by ${WORDS[forward]}, since ${why}.`, {
        hint: 'say --forward dr, tun or nat',
      }),
    )
  }
  if (words.addresses.length === 0 && addresses.length > 0) {
    guesses.push(
      finding(
        'note',
        'guessed-vip',
        `Judged for the virtual address ${listed(addresses)}, found on ${listed(where(addresses, links))}.`,
        { hint: 'say --vip ADDRESS' },
      ),
    )
  }
  if (facts.links.kind === 'unseen' && words.addresses.length === 0 && forward !== 'nat') {
    guesses.push(unseenFinding('Which virtual address this machine has', `${facts.links.why}; say --vip ADDRESS`))
  } else if (addresses.length === 0 && forward !== 'nat') {
    guesses.push(
      finding(
        'error',
        'no-vip',
        'No virtual address is on lo, a dummy or a tunnel device: every packet that the director hands over is dropped.',
        {
          hint: 'say which it is with --vip ADDRESS, and the commands follow',
        },
      ),
    )
  }
  return { real: { ...words, addresses, forward }, guesses }
}

export const WORDS: Readonly<Record<RealForward, string>> = { dr: 'direct routing', tun: 'tunnel', nat: 'NAT' }

const where = (addresses: readonly string[], links: readonly Link[]): readonly string[] =>
  links.filter((link) => link.addresses.some(({ address }) => addresses.includes(address))).map(({ name }) => name)

const meant = (address: string): boolean =>
  !address.startsWith('127.') && address !== '::1' && !address.startsWith('fe80:')

/** Devices on which a virtual address may stand without being asked for on the wire, arp_ignore willing. */
export const hidden = (link: Link): boolean => link.loopback || link.kind === 'dummy' || isTunnel(link)

export const isTunnel = ({ kind }: Link): boolean => /^(?:ipip|ip6tnl|sit|gre|ip6gre)$/.test(kind)

export const ofFamily = (addresses: readonly string[], family: Family): readonly string[] =>
  addresses.filter((address) => familyOf(address) === family)
