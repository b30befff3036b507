/**
 * An open connection as the drivers of databases want one: they connect it themselves, and this one is connected already. It
 * ends a server that says more than anybody needs, since a driver keeps a message until the last byte of it has come.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** Bytes that a server may send: its greeting, and rows until the last of them or this many bytes have come. */
const MOST_RECEIVED = 1_048_576

/** The code of the error that a connection ends with where more came. */
export const TOO_MUCH = 'TOO_MUCH'
/** And the code of one where the driver could make nothing of what came. */
export const NONSENSE = 'NONSENSE'

export class OpenStream extends Duplex {
  /** What Node compares with a certificate where no name was asked for. */
  readonly _host: string
  private readonly socket: Socket
  private readonly sieve: (bytes: Buffer) => Buffer | null
  private received = 0

  /** `sieve` makes of each piece that came what the driver may see of it; `null`: it could make nothing of this. */
  constructor(socket: Socket, host: string, sieve: (bytes: Buffer) => Buffer | null = (bytes) => bytes) {
    super({ allowHalfOpen: false })
    this._host = host
    this.socket = socket
    this.sieve = sieve
    // Whoever talks to it hears of errors from what the driver says; a late one must find a listener.
    this.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => this.receive(bytes))
    socket.once('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.once('close', () => this.destroy())
    socket.pause()
  }

  /** What node-postgres calls where it would open a connection. */
  connect(): this {
    setImmediate(() => this.emit('connect'))
    return this
  }

  setNoDelay(on = true): this {
    this.socket.setNoDelay(on)
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    this.socket.ref()
    return this
  }

  unref(): this {
    this.socket.unref()
    return this
  }

  /** A driver throws over bytes that it did not expect, and nobody above this would catch that. */
  override emit(event: string | symbol, ...words: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...words)
    try {
      return super.emit(event, ...words)
    } catch (error) {
      this.destroy(nonsense(error))
      return false
    }
  }

  override _read(): void {
    this.socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(bytes, done)
  }

  override _final(done: () => void): void {
    this.socket.destroySoon()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.socket.destroy()
    done(error)
  }

  private receive(bytes: Buffer): void {
    this.received += bytes.length
    if (this.received > MOST_RECEIVED) {
      this.destroy(Object.assign(new Error(`more than ${MOST_RECEIVED} bytes came`), { code: TOO_MUCH }))
      return
    }
    const sifted = this.sieve(bytes)
    if (sifted === null) this.destroy(nonsense('it cannot be read'))
    else if (sifted.length > 0 && !this.push(sifted)) this.socket.pause()
  }
}

export function nonsense(error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error)
  return Object.assign(new Error(why), { code: NONSENSE })
}
