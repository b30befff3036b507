/** What packet filters have to do with LVS: whether one hides addresses from ARP, and which marks they set. */
import { spawnSync } from 'node:child_process'
import { type Seen, seen, unseen } from '../../model/facts.ts'

const DEADLINE_MS = 10_000
const OUTPUT_LIMIT = 32 * 1024 * 1024

/** A rule in the ARP hooks, of arptables (old and new) or of nftables. */
export function readArpFilter(): Seen<boolean> {
  const nft = output('nft', ['list', 'ruleset', 'arp'])
  const old = output('arptables-save', [])
  const texts = [nft, old].flatMap((one) => (one.kind === 'seen' ? [one.value] : []))
  if (texts.some(filtersArp)) return seen(true)
  return nft.kind === 'unseen' && old.kind === 'unseen' && nft.why !== ABSENT ? nft : seen(false)
}

/** A rule that drops or rewrites in nft's listing; any rule at all in that of arptables-save. */
export const filtersArp = (listing: string): boolean => /^\s*(?:.*\bdrop\b|arp .*\bset\b|-A )/m.test(listing)

/** Numbers after `meta mark set` (nftables) and `--set-xmark`, `--set-mark` (iptables). */
export function readMarks(): Seen<ReadonlySet<number>> {
  const sources = [
    output('nft', ['list', 'ruleset']),
    output('iptables-save', ['-t', 'mangle']),
    output('ip6tables-save', ['-t', 'mangle']),
  ]
  const texts = sources.flatMap((one) => (one.kind === 'seen' ? [one.value] : []))
  if (texts.length === 0) {
    const refused = sources.find((one) => one.kind === 'unseen' && one.why !== ABSENT)
    return refused?.kind === 'unseen' ? refused : unseen('neither nft nor iptables-save can be started here')
  }
  return seen(new Set(texts.flatMap(marksIn)))
}

/** Of the listings of nft and iptables-save alike. A mark out of a map or a calculation is not among them. */
export function marksIn(listing: string): readonly number[] {
  const found = listing.matchAll(/(?:\bmark set |--set-x?mark |--or-mark )(0x[0-9a-f]+|\d+)/g)
  return [...found].map(([, number]) => Number(number))
}

const ABSENT = 'absent'

function output(program: string, words: readonly string[]): Seen<string> {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: DEADLINE_MS,
    maxBuffer: OUTPUT_LIMIT,
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
  })
  if (error !== undefined) {
    // A directory of the search path that this user may not enter says EACCES.
    return unseen('code' in error && /^(?:ENOENT|EACCES)$/.test(String(error.code)) ? ABSENT : error.message)
  }
  return status === 0 ? seen(stdout) : unseen(`${program}: ${stderr.trim().split('\n', 1)[0] ?? ''}`)
}
