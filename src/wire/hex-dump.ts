/**
 * Bytes as genhash -v shows them: sixteen a line with their offset in decimal, in two halves, and as text where they are
 * visible ASCII. Source: the output of genhash 2.2.7.
 */
const PER_LINE = 16

export function hexDump(bytes: Buffer): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += PER_LINE) lines.push(dumpLine(bytes.subarray(at, at + PER_LINE), at))
  return lines.join('')
}

function dumpLine(bytes: Buffer, offset: number): string {
  const hex = Array.from({ length: PER_LINE }, (_, n) => bytes[n]?.toString(16).padStart(2, '0') ?? '  ')
  const text = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
  const half = PER_LINE / 2
  const halves = `${hex.slice(0, half).join(' ')} - ${hex.slice(half).join(' ')}`
  return `${String(offset).padStart(4, '0')}  ${halves}   ${text.padEnd(PER_LINE)}\n`
}
