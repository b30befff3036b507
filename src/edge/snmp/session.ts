/** A session of the library over a socket of ours that is connected to the receiver. */
import type { Socket } from 'node:dgram'
import { milliseconds } from '../../model/units.ts'
import type { HostPort } from '../../wire/host-port.ts'
import type { Notification } from '../../wire/snmp/notification.ts'
import type { SnmpCredentials } from './credentials.ts'
import type { SnmpLibrary } from './library.ts'

export type Session = ReturnType<SnmpLibrary['createSession']>

interface Opening {
  readonly to: HostPort
  readonly credentials: Exclude<SnmpCredentials, { kind: 'unreadable' }>
}

/** How long an inform waits for its answer before it is sent again; the attempt's end ends it all. */
const REPEAT = milliseconds(2000)
const REPEATS_MOST = 100

export function openSession(
  library: SnmpLibrary,
  socket: Socket,
  address: string,
  { to, credentials }: Opening,
): Session {
  const common = { trapPort: to.port, timeout: REPEAT, retries: REPEATS_MOST, dgramModule: only(socket) }
  const session =
    credentials.kind === 'community'
      ? library.createSession(address, credentials.community, { ...common, version: library.Version2c })
      : library.createV3Session(address, userOf(library, credentials), common)
  // A packet that is no SNMP is passed over; without a listener it would be thrown.
  session.on('error', () => undefined)
  return session
}

function userOf(library: SnmpLibrary, { user, auth, priv }: Extract<SnmpCredentials, { kind: 'user' }>) {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = library
  return {
    name: user,
    level:
      auth === null ? SecurityLevel.noAuthNoPriv : priv === null ? SecurityLevel.authNoPriv : SecurityLevel.authPriv,
    ...(auth === null ? {} : { authProtocol: AuthProtocols[auth.protocol], authKey: auth.key }),
    ...(auth === null || priv === null ? {} : { privProtocol: PrivProtocols[priv.protocol], privKey: priv.key }),
  }
}

/** In place of node:dgram, for the library: the one socket, which knows where to send. */
const only = (socket: Socket) => ({
  createSocket: () => ({
    on: (event: string, heard: (...values: unknown[]) => void) => socket.on(event, heard),
    ref: () => socket.ref(),
    unref: () => socket.unref(),
    close: () => socket.close(),
    send: (
      bytes: Uint8Array,
      offset: number,
      length: number,
      _port: number,
      _address: string,
      then: (error: Error | null, bytes: number) => void,
    ) => socket.send(bytes, offset, length, then),
  }),
})

export const varbinds = ({ ObjectType }: SnmpLibrary, objects: Notification['objects']) =>
  objects.map(({ oid, value }) => {
    if (value.kind === 'octets') return { oid, type: ObjectType.OctetString, value: Buffer.from(value.bytes) }
    return { oid, type: value.kind === 'integer' ? ObjectType.Integer : ObjectType.Unsigned32, value: value.number }
  })
