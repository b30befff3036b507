/** The blocks of keepalived.conf -> its nouns, and what they say about each other. */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { oneFamilyOf } from './families.ts'
import type { KeepalivedFile, TrackFile, VirtualServer, VirtualServerGroup } from './file.ts'
import { readGroup } from './groups.ts'
import { spanOf, type Word } from './line.ts'
import { readVirtualServer } from './read-servers.ts'
import { currentName, readSettings } from './settings.ts'
import { GLOBALS, SSL, TRACK_FILE } from './tables/globals.ts'
import { KEPT_GLOBALS } from './tables/kept.ts'
import type { Statement } from './tree.ts'

type Read = Omit<KeepalivedFile, 'source' | 'sources' | 'problems' | 'omitted'>

const READ = new Set(['global_defs', 'virtual_server', 'virtual_server_group', 'SSL', 'track_file', 'vrrp_track_file'])

export function readNouns(statements: readonly Statement[], report: Report): Read {
  const blocks = (...names: readonly string[]) =>
    statements.filter(({ keyword, block }) => block !== null && names.includes(keyword.text))
  const globals = blocks('global_defs').flatMap(({ block }) => block?.statements ?? [])
  const ssl = blocks('SSL').flatMap(({ block }) => block?.statements ?? [])
  const kept = statements.filter(({ keyword }) => !READ.has(keyword.text))
  for (const statement of kept) currentName(statement, 'the file', report)
  const file: Read = {
    globals: readSettings(globals, { block: 'global_defs', table: GLOBALS, report }),
    notificationEmail: mailAddresses(globals),
    ssl: blocks('SSL').length === 0 ? null : readSettings(ssl, { block: 'SSL', table: SSL, report }),
    trackFiles: present(blocks('track_file', 'vrrp_track_file').map((block) => readTrackFile(block, report))),
    groups: present(blocks('virtual_server_group').map((block) => readGroup(block, report))),
    virtualServers: present(blocks('virtual_server').map((block) => readVirtualServer(block, report))),
    keptGlobals: globals.filter(({ keyword }) => KEPT_GLOBALS.includes(keyword.text)),
    kept,
  }
  checkNames(file, report)
  return file
}

const present = <T>(found: readonly (T | null)[]): T[] => found.filter((one) => one !== null)

function mailAddresses(globals: readonly Statement[]): Word[] {
  return globals
    .filter(({ keyword }) => keyword.text === 'notification_email')
    .flatMap(({ block }) => block?.statements ?? [])
    .flatMap(({ keyword, words }) => [keyword, ...words])
}

function readTrackFile(statement: Statement, report: Report): TrackFile | null {
  const [name] = statement.words
  const statements = statement.block?.statements ?? []
  const settings = readSettings(statements, { block: 'track_file', table: TRACK_FILE, report })
  if (name === undefined) {
    const message = `this ${statement.keyword.text} lacks its name`
    report.error('block-name', spanOf(statement.keyword), message, 'write track_file NAME { file PATH }')
    return null
  }
  if (!statements.some(({ keyword }) => keyword.text === 'file')) {
    report.error(
      'track-file',
      spanOf(name),
      `the track_file ${quoted(name.text)} names no file`,
      'write file PATH in it',
    )
  }
  return { keyword: statement.keyword, name, settings }
}

/** Names that are used and not there, and services that are there twice. */
function checkNames(file: Read, report: Report): void {
  const groups = new Set(file.groups.map(({ name }) => name.text))
  const files = new Set(file.trackFiles.map(({ name }) => name.text))
  const services = new Set<string>()
  for (const group of file.groups) once(`group ${group.name.text}`, group.name, services, report)
  for (const server of file.virtualServers) {
    const { of } = server
    if (of.kind === 'group' && !groups.has(of.name.text)) unknown(of.name, 'virtual_server_group', groups, report)
    once(identity(server), of.kind === 'group' ? of.name : of.at, services, report)
    for (const { checkers } of server.realServers) {
      for (const checker of checkers) {
        if (checker.kind !== 'FILE_CHECK') continue
        const { track_file } = checker.settings
        if (track_file === undefined || files.has(track_file.value)) continue
        unknown({ ...track_file.at, text: track_file.value }, 'track_file', files, report)
      }
    }
  }
}

/** A group may serve several virtual servers, as long as their protocols or families differ. */
function identity(server: VirtualServer): string {
  const { of, settings } = server
  const protocol = settings.protocol?.value ?? 'UDP'
  if (of.kind === 'group') return `${protocol} ${oneFamilyOf(server)} of ${of.name.text}`
  if (of.kind === 'mark') return `mark ${of.mark} ${oneFamilyOf(server)}`
  return `${protocol} ${of.address} ${of.port}`
}

function once(identity: string, at: Word, known: Set<string>, report: Report): void {
  if (known.has(identity)) {
    const why = identity.startsWith('group ') ? 'a name is for one group' : 'the kernel has one such service'
    const message = `${quoted(at.text)} stands here a second time, and ${why}`
    report.error('twice', spanOf(at), message, 'make one block of the two, or change the port, mark or name')
  }
  known.add(identity)
}

function unknown(
  name: Word,
  what: VirtualServerGroup['name']['text'],
  known: ReadonlySet<string>,
  report: Report,
): void {
  const nearest = report.nearest(name.text, known)
  const hint = nearest === null ? `write ${what} ${name.text.slice(0, 40)} { … }` : `did you mean ${nearest}?`
  report.error('name-unknown', spanOf(name), `there is no ${what} ${quoted(name.text)}`, hint)
}
