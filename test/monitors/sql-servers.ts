/** Servers that speak a database's language badly, or just up to a point, for the tests of mysql and pgsql. */
import type { Behaviour } from './peers.ts'

/** A packet of MySQL: three bytes of length, a number, and what it says. */
export function mysqlPacket(number: number, ...parts: readonly (Uint8Array | string | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))))
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = number
  return Buffer.concat([head, body])
}

const zeros = (count: number): Buffer => Buffer.alloc(count)

/** Protocol 10, with what clients of today want: PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
export const mysqlGreeting = mysqlPacket(
  0,
  10,
  '8.0.0\0',
  zeros(4),
  'abcdefgh\0',
  Buffer.from([0xff, 0xf7, 33, 2, 0, 0xff, 0x81, 21]),
  zeros(10),
  'ijklmnopqrst\0mysql_native_password\0',
)
const OK = (number: number): Buffer => mysqlPacket(number, 0, 0, 0, Buffer.from([2, 0, 0, 0]))
export const mysqlIn = OK(2)

/** A message of PostgreSQL: a letter, four bytes of length, and what it says. */
export function pgMessage(letter: string, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const head = Buffer.alloc(5)
  head.write(letter, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export const pgIn = Buffer.concat([pgMessage('R', zeros(4)), pgMessage('Z', 'I')])

/** Answers what comes first, second, … with these, and then with nothing. `greeting` comes unasked. */
export function replying(greeting: Buffer, ...answers: readonly Buffer[]): Behaviour {
  return (socket) => {
    let turn = 0
    if (greeting.length > 0) socket.write(greeting)
    socket.on('data', () => {
      const answer = answers[turn]
      turn += 1
      if (answer !== undefined && socket.writable) socket.write(answer)
    })
    socket.on('end', () => socket.end())
  }
}

/** Goes on with these bytes for as long as somebody listens. */
export function pouring(front: Buffer, again: Buffer, answers = 1): Behaviour {
  return (socket) => {
    let turn = 0
    socket.write(front)
    const pour = (): void => {
      while (!socket.destroyed && socket.write(again));
    }
    socket.on('data', () => {
      turn += 1
      if (turn === answers) {
        socket.on('drain', pour)
        pour()
      }
    })
  }
}
