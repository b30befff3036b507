/**
 * Where a file will come from, in a server's own words: "227 Entering Passive Mode (192,0,2,1,4,210)", "229 … (|||1234|)".
 * Source: RFC 959 §4.1.2 (PASV), RFC 1123 §4.1.2.6 (no brackets are to be relied on); RFC 2428 §3 (EPSV).
 */

/** The port behind an address of four numbers; the address itself is not believed. `null`: there is none. */
export function readAddress(reply: string): number | null {
  const numbers = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/
    .exec(reply.slice(3))
    ?.slice(1)
    .map(Number)
  if (numbers === undefined || numbers.some((number) => number > 255)) return null
  const [, , , , high = 0, low = 0] = numbers
  return real(high * 256 + low)
}

/** The port between bars, or whatever else stands there four times. */
export function readPort(reply: string): number | null {
  const port = /\(([!-~])\1\1(\d{1,5})\1\)/.exec(reply)?.[2]
  return port === undefined ? null : real(Number(port))
}

const real = (port: number): number | null => (port >= 1 && port <= 65535 ? port : null)
