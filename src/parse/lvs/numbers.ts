/** Numbers, addresses and netmasks as C reads them, since Piranha left them to strtol(3), inet_aton(3) and inet_addr(3). */

export interface Read<T> {
  readonly value: T
  /** It is written in a way that people read differently. */
  readonly odd: boolean
}

/** strtol(3) with base 0: 10, +3, -5, 0x10 (16), 010 (8). `null`: it is none, or beyond any use. */
export function readInteger(text: string): Read<number> | null {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.exec(text)
  if (match === null) return null
  const [, sign, digits = ''] = match
  const octal = /^0\d/.test(digits)
  if (octal && /[89]/.test(digits)) return null
  const value = octal ? Number.parseInt(digits, 8) : Number(digits)
  if (!Number.isSafeInteger(value)) return null
  return { value: sign === '-' && value !== 0 ? -value : value, odd: octal && value !== Number(digits) }
}

/** inet_aton(3): one to four parts, of which the last fills what is left: 10.1 is 10.0.0.1. */
export function readIpv4(text: string): Read<string> | null {
  if (!/^[0-9a-fA-FxX.]{1,60}$/.test(text)) return null
  const parts = text.split('.').map((part) => (/^\d/.test(part) ? readInteger(part) : null))
  const numbers = parts.flatMap((part) => (part === null ? [] : [part.value]))
  const last = numbers.at(-1)
  if (last === undefined || numbers.length !== parts.length || parts.length > 4) return null
  const before = numbers.slice(0, -1)
  if (before.some((part) => part > 255) || last >= 256 ** (5 - parts.length)) return null
  const rest = Array.from(
    { length: 5 - parts.length },
    (_, i) => Math.floor(last / 256 ** (4 - parts.length - i)) % 256,
  )
  const value = [...before, ...rest].join('.')
  return { value, odd: value !== text }
}

/** A netmask as the length of its net; `null`: it has holes, or is none. */
export function readMask(text: string): number | null {
  const mask = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? readIpv4(text) : null
  if (mask === null) return null
  const bits = mask.value.split('.').reduce((all, part) => all + Number(part).toString(2).padStart(8, '0'), '')
  return /^1+0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null
}
