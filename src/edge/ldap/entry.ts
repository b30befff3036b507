/**
 * Reads one entry of an LDAP server, and looks at its name: what ldirectord's ldap check does. The entry with the empty name is
 * the server itself (RFC 4512 §5.1), which every server has and shows to everybody.
 */
import type { Socket } from 'node:net'
import { encodeFilter } from '../../wire/ldap/filter.ts'
import type { Credentials } from '../../wire/ldap/message.ts'
import { SUCCESS } from '../../wire/ldap/message.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Attempt } from '../probe/attempt.ts'
import type { Outcome } from '../probe/each-host.ts'
import { type Receive, receiveFault } from '../probe/receive.ts'
import { remark, searchOver } from './search.ts'

export interface EntryQuestion {
  readonly credentials: Credentials
  /** Its distinguished name. */
  readonly entry: string
  /** What must be found in the name that the server calls it by. */
  readonly receive: Receive
}

const ANY = encodeFilter('(objectClass=*)') ?? Buffer.alloc(0)
const QUOTED = 100

export async function readEntry(
  socket: Socket,
  { credentials, entry, receive }: EntryQuestion,
  attempt: Attempt,
): Promise<Outcome> {
  const names: string[] = []
  const question = {
    credentials,
    base: entry,
    scope: 'base' as const,
    filter: ANY,
    onEntry: ({ dn }: { readonly dn: string }) => void (names.length < 2 && names.push(dn)),
  }
  const searched = await searchOver(socket, question, attempt)
  if (searched.kind === 'failed') {
    const { code, text, blame } = searched
    return { kind: blame === 'host' ? 'down' : 'unknown', code, text }
  }
  if (searched.bound !== SUCCESS) {
    const who = credentials.dn === '' ? 'anybody' : oneLine(credentials.dn, QUOTED)
    return { kind: 'down', code: 'login-refused', text: `did not let ${who} in (bind: ${searched.bound})` }
  }
  const [name] = names
  const shown = oneLine(entry, QUOTED) || 'the empty name'
  if (name === undefined || names.length > 1) {
    const text = `has ${searched.entries} entries where ${shown} alone was expected${remark(searched)}`
    return { kind: 'down', code: name === undefined ? 'no-entries' : 'too-many-entries', text }
  }
  const fault = receiveFault(receive, Buffer.from(name), 'an entry')
  return fault === null ? { kind: 'up', text: `has the entry ${shown}` } : { kind: 'down', ...fault }
}
