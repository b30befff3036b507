/** Aligned columns for a terminal, and its colours; both are left out where the output is not one. */
import pc from 'picocolors'

/** Lines whose cells stand below each other; the last cell of a row takes what room there is. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, i) => {
      if (i < row.length - 1) widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))
    })
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : pad(cell, widths[i] ?? 0)))
      .join(gap)
      .trimEnd(),
  )
}

const pad = (cell: string, width: number): string => cell + ' '.repeat(Math.max(0, width - visibleLength(cell)))

/** Colours take no room. */
const visibleLength = (text: string): number => [...text.replace(/\u001b\[[0-9;]*m/g, '')].length

export type Loudness = 'alarm' | 'good' | 'warning' | 'plain'

export function coloured(text: string, loudness: Loudness): string {
  switch (loudness) {
    case 'alarm':
      return pc.red(text)
    case 'good':
      return pc.green(text)
    case 'warning':
      return pc.yellow(text)
    case 'plain':
      return text
  }
}

/** `14:02:11`, with the date in front if that is another day than `today`. Local time. */
export function timeText(time: number, today: number): string {
  const at = new Date(time)
  const two = (n: number): string => String(n).padStart(2, '0')
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  const sameDay = at.toDateString() === new Date(today).toDateString()
  return sameDay ? clock : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`
}
